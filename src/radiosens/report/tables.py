"""The paper's Table 1 and Table S1, and the summary of a run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from radiosens.evaluation.metrics import Score
from radiosens.evaluation.reproduce import BASELINE, NETWORK, PredictorResult, Reproduction
from radiosens.quality import QualityCheck

__all__ = ["PAPER", "summarise", "table1", "table_s1"]

#: The paper's own metrics, under the names of `summarise`. Those of the text, computed from
#: unrounded predictions; the RMSD is also given as 0.0251 in the discussion.
PAPER: dict[str, Any] = {
    "samples": 174,
    "lines": 59,
    "first_validation": {
        "correct": 171,
        "accuracy": 0.9828,
        "pearson_r": 0.9877,
        "pearson_ci": [0.9834, 0.9909],
        "relative_error_classes": {"<2%": 142, "2-10%": 28, ">=10%": 4},
    },
    "after_second_validation": {
        "correct": 172,
        "accuracy": 0.9885,
        "rmsd": 0.0252,
        "rmsd_correct": 0.00867,
    },
    "prediction_hard": ["MOLT-4, third array", "MDA-MB-435, third array"],
    "prediction_hard_lines": ["MOLT-4", "MDA-MB-435"],
}


def table1(
    result: PredictorResult, beside: Mapping[str, PredictorResult] | None = None
) -> pd.DataFrame:
    """Return the paper's Table 1: a row a line, its SF2, and each replicate's mean prediction.

    Returns
    -------
    DataFrame
        ``line, tissue, true_sf2, predicted_1, predicted_2, …``, three decimals, in panel order;
        empty where a line has fewer replicates than others. Then ``NAME_1, NAME_2, …`` of each
        predictor beside.
    """
    lines = result.samples.drop_duplicates("line").set_index("line")
    table = lines[["tissue", "truth"]].rename(columns={"truth": "true_sf2"})
    for name, other in {"predicted": result, **(beside or {})}.items():
        table = table.join(_by_replicate(other, name))
    return table.reset_index()


def _by_replicate(result: PredictorResult, name: str) -> pd.DataFrame:
    """Return a row a line, a column a replicate: mean predictions."""
    samples = result.samples.copy()
    samples["column"] = samples.groupby("line", sort=False).cumcount() + 1
    wide = samples.pivot(index="line", columns="column", values="mean").round(3)
    wide.columns = pd.Index([f"{name}_{c}" for c in wide.columns])
    return wide


def table_s1(
    result: PredictorResult,
    quality: QualityCheck | None = None,
    beside: Mapping[str, PredictorResult] | None = None,
) -> pd.DataFrame:
    """Return the supplementary table: every sample with everything known of it.

    Returns
    -------
    DataFrame
        ``sample, line, tissue, replicate, true_sf2``, the prediction of every round,
        ``mean_prediction, sd_prediction, absolute_error, relative_error, second_prediction,
        second_absolute_error, second_relative_error, verdict``, in panel order. Errors are in
        SF2 and as a fraction of the true SF2. With the check of labels, ``label_verdict`` and
        ``looks_like`` follow; then ``NAME_mean_prediction, NAME_second_prediction,
        NAME_verdict`` of each predictor beside.
    """
    s = result.samples
    rounds = result.predictions.pivot(index="sample", columns="round", values="prediction")
    rounds.columns = pd.Index([f"round_{c}" for c in rounds.columns])
    table = pd.DataFrame(
        {
            "line": s["line"],
            "tissue": s["tissue"],
            "replicate": s["replicate"],
            "true_sf2": s["truth"],
        }
    )
    table = table.join(rounds)
    error, second = (s["mean"] - s["truth"]).abs(), (s["second"] - s["truth"]).abs()
    table["mean_prediction"], table["sd_prediction"] = s["mean"], s["sd"]
    table["absolute_error"], table["relative_error"] = error, error / s["truth"]
    table["second_prediction"] = s["second"]
    table["second_absolute_error"], table["second_relative_error"] = second, second / s["truth"]
    table["verdict"] = s["verdict"]
    if quality is not None:
        labels = quality.samples.set_index("sample").loc[table.index]
        table["label_verdict"], table["looks_like"] = labels["verdict"], labels["looks_like"]
    for name, other in (beside or {}).items():
        table[f"{name}_mean_prediction"] = other.samples["mean"]
        table[f"{name}_second_prediction"] = other.samples["second"]
        table[f"{name}_verdict"] = other.samples["verdict"]
    return table.reset_index(names="sample")


def summarise(reproduction: Reproduction) -> dict[str, Any]:
    """Return the run's metrics, the network's first and the nearest neighbour's beside them.

    Each predictor has those of its mean predictions at first validation, and those after the
    second, in which a failed sample's prediction is replaced by the second one's. The paper
    gives correlation and classes of relative error of the first, and RMSD of the second.

    Returns
    -------
    dict
        ``headline``; ``network`` and ``nearest_neighbour``, each with ``samples, lines,
        first_validation, after_second_validation`` (both with all of `radiosens.Score`),
        ``prediction_hard`` (samples that fail twice) and ``prediction_hard_lines``; ``paper``
        (the same where it gives them); ``prediction_hard_labels`` (verdict of the check of
        labels and the line looked like, beside each of the network's prediction-hard samples),
        ``labels`` (how many samples have each verdict), ``left_out``, ``simulated``,
        ``seconds``; and, where predictors were named beside, ``beside``: each one's name to the
        same as for the network, or to why it failed.
    """
    checked = reproduction.quality.samples.set_index("sample")
    network = reproduction.results[NETWORK]
    nearest = reproduction.results[BASELINE]
    return {
        "headline": _headline(reproduction),
        "network": _metrics(network),
        "nearest_neighbour": _metrics(nearest),
        "paper": PAPER,
        "prediction_hard_labels": [
            {"verdict": checked.at[s, "verdict"], "looks_like": checked.at[s, "looks_like"]}
            for s in network.hard
        ],
        "labels": {str(k): int(v) for k, v in checked["verdict"].value_counts().items()},
        "left_out": [s for s in checked.index if s not in network.samples.index],
        "simulated": reproduction.simulated,
        "seconds": round(reproduction.seconds, 1),
        **_beside(reproduction),
    }


def _beside(reproduction: Reproduction) -> dict[str, Any]:
    found = {name: _metrics(result) for name, result in reproduction.beside.items()}
    failed = {name: {"failed": why} for name, why in reproduction.failed.items()}
    return {"beside": found | failed} if found or failed else {}


def _headline(reproduction: Reproduction) -> str:
    score = reproduction.results[NETWORK].first_score
    others = {"nearest neighbour": reproduction.results[BASELINE], **reproduction.beside}
    beside = ", ".join(f"{name} {r.first_score.correct}" for name, r in others.items())
    return (
        f"{score.correct} of {score.samples} correct at first validation,"
        f" {reproduction.results[NETWORK].second_score.correct} after the second ({beside})"
    )


def _metrics(result: PredictorResult) -> dict[str, Any]:
    return {
        "samples": len(result.samples),
        "lines": int(result.samples["line"].nunique()),
        "first_validation": _as_json(result.first_score),
        "after_second_validation": _as_json(result.second_score),
        "prediction_hard": result.hard,
        "prediction_hard_lines": list(result.samples.loc[result.hard, "line"]),
    }


def _as_json(score: Score) -> dict[str, Any]:
    """JSON has no NaN."""
    content = score.to_dict()
    content["pearson_ci"] = [_number(v) for v in score.pearson_ci]
    return {k: _number(v) if isinstance(v, float) else v for k, v in content.items()}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
