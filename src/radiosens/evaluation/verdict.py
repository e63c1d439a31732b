"""What an evaluation found, as tables: scores, differences, leakage, chance, seeds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from radiosens.evaluation.comparisons import differences, nested
from radiosens.evaluation.intervals import student, wilson
from radiosens.evaluation.lines import (
    LINE_METRICS,
    Lines,
    lines_metrics,
    with_training_mean,
)
from radiosens.evaluation.null import null_table
from radiosens.evaluation.result import Evaluation
from radiosens.evaluation.significance import METRICS, by_line, paired_p_value, subsets

__all__ = [
    "alarms",
    "leakage",
    "scores",
    "seed_table",
    "tables_of",
]


def tables_of(evaluation: Evaluation) -> dict[str, pd.DataFrame]:
    """Return all tables of an evaluation by name; some may be empty."""
    table = scores(evaluation)
    return {
        "scores": table,
        "leakage": leakage(evaluation),
        "differences": differences(evaluation),
        "nested": nested(evaluation),
        "null": null_table(evaluation.null, table),
        "seeds": seed_table(evaluation),
        "signatures": evaluation.signatures,
    }


def scores(evaluation: Evaluation) -> pd.DataFrame:
    """Score every predictor under every protocol, for all lines and for solid tumours.

    Returns
    -------
    DataFrame
        ``predictor, protocol, subset, samples, donors``, then each metric followed by its
        95 % interval: ``accuracy, accuracy_low, accuracy_high, rmsd, …, r2, …, pearson_r, …,
        spearman_r, …, within_tissue_r, …``, of lines' mean predictions; see
        `radiosens.evaluation.intervals`, and `radiosens.evaluation.lines.lines_metrics` for what
        a correlation is of. What is constant within folds has no interval and no correlation
        (NaN).
    """
    lines = Lines(evaluation.predictions, evaluation.obs, evaluation.refits)
    rows = []
    for subset, members in subsets(evaluation.obs).items():
        for predictor, protocol in lines.tables:
            table = lines.of(predictor, protocol, members)
            rows.append(
                {
                    "predictor": predictor,
                    "protocol": protocol,
                    "subset": subset,
                    "samples": int(table["samples"].sum()),
                    "donors": int(table["donor"].nunique()),
                    **_with_intervals(lines, predictor, protocol, subset, members),
                }
            )
    return pd.DataFrame(rows)


def leakage(evaluation: Evaluation) -> pd.DataFrame:
    """Set each predictor's score under ``replicate`` beside that under stricter protocols.

    Returns
    -------
    DataFrame
        ``predictor, protocol``, then of ``accuracy, r2, pearson_r`` the score under
        ``replicate``, the score under the protocol (``r2_replicate, r2_strict``) and the gap
        with its interval (``r2_gap, r2_gap_low, r2_gap_high``), and ``p``, two-sided, of their
        squared errors, see `paired_p_value`. Empty without both.
    """
    lines = Lines(evaluation.predictions, evaluation.obs)
    everyone = subsets(evaluation.obs)["all"]
    rows = []
    for predictor, protocol in lines.tables:
        if protocol == "replicate" or (predictor, "replicate") not in lines.tables:
            continue
        seen = lines.metrics(predictor, "replicate", "all", everyone)
        unseen = lines.metrics(predictor, protocol, "all", everyone)
        row: dict[str, Any] = {"predictor": predictor, "protocol": protocol}
        for name in ("accuracy", "r2", "pearson_r"):
            row[f"{name}_replicate"] = float(seen[name][0])
            row[f"{name}_strict"] = float(unseen[name][0])
            gap = seen[name] - unseen[name]
            ends = student(gap, inflation=lines.inflation(predictor, protocol))
            row[f"{name}_gap"] = float(gap[0])
            row[f"{name}_gap_low"], row[f"{name}_gap_high"] = ends
        own, other = (lines.tables[predictor, p] for p in ("replicate", protocol))
        row["p"] = paired_p_value(
            own["truth"], own["prediction"], other["prediction"], own["donor"]
        )
        rows.append(row)
    return pd.DataFrame(rows)


def alarms(table: pd.DataFrame) -> list[str]:
    """Name the predictors that found something in shuffled SF2, where there is nothing.

    Parameters
    ----------
    table : DataFrame
        From `radiosens.evaluation.comparisons.differences`, of a run with ``shuffle``.

    Returns
    -------
    list of str
        Those that are better than the strongest naive predictor (corrected p below 0.05) while
        lines, donors or tissues are kept apart: something of theirs has seen the tested
        samples' SF2.
    """
    if len(table) == 0:
        return []
    found = (table["protocol"] != "replicate") & (table["r2"] > 0) & (table["p_holm"] < 0.05)
    return list(table.loc[found, "predictor"].unique())


def seed_table(evaluation: Evaluation) -> pd.DataFrame:
    """Say how much a predictor's metrics on the folds of round 1 vary with its seed alone.

    Returns
    -------
    DataFrame
        ``predictor, protocol, subset, metric, seeds, mean, sd, lowest, highest``; empty with
        one seed.
    """
    rows = []
    if len(evaluation.repeats) == 0:
        return pd.DataFrame()
    for (predictor, protocol), own in evaluation.repeats.groupby(
        ["predictor", "protocol"], sort=False
    ):
        tables = [by_line(with_training_mean(t), evaluation.obs) for _, t in own.groupby("seed")]
        for subset, members in subsets(evaluation.obs).items():
            found = [_plain(t.loc[t.index.isin(members)]) for t in tables]
            for name in METRICS:
                values = np.array([f[name] for f in found])
                rows.append(
                    {
                        "predictor": predictor,
                        "protocol": protocol,
                        "subset": subset,
                        "metric": name,
                        "seeds": len(values),
                        "mean": float(values.mean()),
                        "sd": float(values.std(ddof=1)),
                        "lowest": float(values.min()),
                        "highest": float(values.max()),
                    }
                )
    return pd.DataFrame(rows)


def _plain(table: pd.DataFrame) -> dict[str, float]:
    metrics = lines_metrics(table, np.ones((1, len(table))))
    return {name: float(values[0]) for name, values in metrics.items()}


def _with_intervals(
    lines: Lines, predictor: str, protocol: str, subset: str, members: Any
) -> dict[str, float]:
    """Return each metric and its interval; none for what is constant within folds."""
    (own,) = lines.jackknives((predictor,), protocol, subset, members)
    metrics = own.metrics
    donors = lines.of(predictor, protocol, members)["donor"].nunique()
    constant = lines.constant(predictor, protocol, members)
    found: dict[str, float] = {}
    for name in LINE_METRICS:
        found[name] = float(metrics[name][0])
        if constant:
            ends = float("nan"), float("nan")
        elif name == "accuracy":
            ends = wilson(found[name], donors)
        else:
            ends = student(metrics[name], name, inflation=own.inflation)
        found[f"{name}_low"], found[f"{name}_high"] = ends
    return found
