"""The paper's Table 1 and Table S1, and the summary of a run."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from radiosens.evaluation.experiment import BASELINE, NETWORK, PredictorResult, Reproduction
from radiosens.quality import QualityCheck

__all__ = ["PAPER_FIGURES", "summarise", "table1", "table_s1"]

#: The paper's own figures, under the names of `summarise`. Those of the text, computed from
#: unrounded predictions; ``rmsd`` is also given as 0.0251 in the discussion.
PAPER_FIGURES: dict[str, Any] = {
    "samples": 174,
    "lines": 59,
    "correct_initial": 171,
    "correct_final": 172,
    "accuracy_initial": 0.9828,
    "accuracy_final": 0.9885,
    "rmsd": 0.0252,
    "rmsd_correct": 0.00867,
    "pearson_r": 0.9877,
    "pearson_ci": [0.9834, 0.9909],
    "relative_error_classes": {"<2%": 142, "2-10%": 28, ">=10%": 4},
    "prediction_hard": ["MOLT-4, third array", "MDA-MB-435, third array"],
    "prediction_hard_lines": ["MOLT-4", "MDA-MB-435"],
}


def table1(result: PredictorResult) -> pd.DataFrame:
    """Return the paper's Table 1: a row a line, its SF2, and each replicate's mean prediction.

    Returns
    -------
    DataFrame
        ``line, tissue, true_sf2, predicted_1, predicted_2, …``, three decimals, in panel order;
        empty where a line has fewer replicates than others.
    """
    samples = result.samples.copy()
    samples["column"] = samples.groupby("line", sort=False).cumcount() + 1
    wide = samples.pivot(index="line", columns="column", values="mean").round(3)
    wide.columns = pd.Index([f"predicted_{c}" for c in wide.columns])
    lines = samples.drop_duplicates("line").set_index("line")
    wide.insert(0, "tissue", lines["tissue"])
    wide.insert(1, "true_sf2", lines["truth"])
    return wide.loc[lines.index].reset_index()


def table_s1(result: PredictorResult, quality: QualityCheck | None = None) -> pd.DataFrame:
    """Return the supplementary table: every sample with everything known of it.

    Returns
    -------
    DataFrame
        ``sample, line, tissue, replicate, true_sf2``, the prediction of every round,
        ``mean_prediction, sd_prediction, absolute_error, relative_error, second_prediction,
        second_absolute_error, second_relative_error, verdict``, in panel order. Errors are in
        SF2 and as a fraction of the true SF2. With the check of labels, ``label_verdict`` and
        ``looks_like`` follow.
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
    return table.reset_index(names="sample")


def summarise(reproduction: Reproduction) -> dict[str, Any]:
    """Return the run's figures, the network's first and the nearest neighbour's beside them.

    As in the paper, correlation and classes of relative error are those of the mean
    predictions, and RMSD is taken after the second validation.

    Returns
    -------
    dict
        ``samples, lines, correct_initial, correct_final, accuracy_initial, accuracy_final,
        rmsd, rmsd_correct, pearson_r, pearson_ci, relative_error_classes, prediction_hard,
        prediction_hard_lines, seconds``, then ``simulated``, ``labels`` (how many samples the
        check of labels gave each verdict), ``left_out``, ``prediction_hard_labels`` (verdict
        and the line looked like, beside each prediction-hard sample), ``nearest_neighbour``
        (the same figures) and ``paper``.
    """
    checked = reproduction.quality.samples.set_index("sample")
    network = reproduction.results[NETWORK]
    return {
        **_figures(network),
        "seconds": round(reproduction.seconds, 1),
        "simulated": reproduction.simulated,
        "labels": {str(k): int(v) for k, v in checked["verdict"].value_counts().items()},
        "left_out": [s for s in checked.index if s not in network.samples.index],
        "prediction_hard_labels": [
            {"verdict": checked.at[s, "verdict"], "looks_like": checked.at[s, "looks_like"]}
            for s in network.hard
        ],
        "nearest_neighbour": _figures(reproduction.results[BASELINE]),
        "paper": PAPER_FIGURES,
    }


def _figures(result: PredictorResult) -> dict[str, Any]:
    initial, final = result.initial_score, result.final_score
    return {
        "samples": initial.samples,
        "lines": int(result.samples["line"].nunique()),
        "correct_initial": initial.correct,
        "correct_final": final.correct,
        "accuracy_initial": initial.accuracy,
        "accuracy_final": final.accuracy,
        "rmsd": _number(final.rmsd),
        "rmsd_correct": _number(final.rmsd_correct),
        "pearson_r": _number(initial.pearson_r),
        "pearson_ci": [_number(v) for v in initial.pearson_ci],
        "relative_error_classes": initial.relative_error_classes,
        "prediction_hard": result.hard,
        "prediction_hard_lines": list(result.samples.loc[result.hard, "line"]),
    }


def _number(value: float) -> float | None:
    """JSON has no NaN."""
    return None if math.isnan(value) else value
