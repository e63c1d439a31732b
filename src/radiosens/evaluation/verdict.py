"""What an evaluation found, as tables: scores, differences, leakage, chance, seeds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.evaluation.result import Evaluation
from radiosens.evaluation.significance import (
    METRICS,
    by_line,
    donor_weights,
    interval,
    p_value,
    paired_p_value,
    subsets,
    weighted_metrics,
)

__all__ = [
    "alarms",
    "differences",
    "leakage",
    "null_table",
    "scores",
    "seed_table",
    "tables_of",
]

#: Metrics that differences are given of.
_COMPARED = ("rmsd", "r2", "pearson_r")


def tables_of(evaluation: Evaluation) -> dict[str, pd.DataFrame]:
    """Return all tables of an evaluation by name; some may be empty."""
    return {
        "scores": scores(evaluation),
        "leakage": leakage(evaluation),
        "differences": differences(evaluation),
        "null": null_table(evaluation),
        "seeds": seed_table(evaluation),
        "signatures": evaluation.signatures,
    }


class _Lines:
    """An evaluation's predictions by line, with the same bootstrap of donors for all of them."""

    def __init__(self, table: pd.DataFrame, obs: pd.DataFrame) -> None:
        self.tables = {
            (str(predictor), str(protocol)): by_line(own, obs)
            for (predictor, protocol), own in table.groupby(["predictor", "protocol"], sort=False)
        }
        self._weights: dict[str, NDArray[np.float64]] = {}

    def of(self, predictor: str, protocol: str, lines: NDArray[np.str_]) -> pd.DataFrame:
        table = self.tables[predictor, protocol]
        return table.loc[table.index.isin(lines)]

    def metrics(
        self, predictor: str, protocol: str, subset: str, lines: NDArray[np.str_]
    ) -> dict[str, NDArray[np.float64]]:
        """Return each metric: first the lines' own, then one for each bootstrap sample."""
        table = self.of(predictor, protocol, lines)
        if subset not in self._weights:
            drawn = donor_weights(table["donor"])
            self._weights[subset] = np.vstack([np.ones(len(table)), drawn])
        return weighted_metrics(table["truth"], table["prediction"], self._weights[subset])


def scores(evaluation: Evaluation) -> pd.DataFrame:
    """Score every predictor under every protocol, for all lines and for solid tumours.

    Returns
    -------
    DataFrame
        ``predictor, protocol, subset, samples, donors``, then each metric followed by its
        95 % interval: ``accuracy, accuracy_low, accuracy_high, rmsd, …, r2, …, pearson_r, …,
        spearman_r, …``, of lines' mean predictions.
    """
    lines = _Lines(evaluation.predictions, evaluation.obs)
    rows = []
    for subset, members in subsets(evaluation.obs).items():
        for predictor, protocol in lines.tables:
            table = lines.of(predictor, protocol, members)
            metrics = lines.metrics(predictor, protocol, subset, members)
            rows.append(
                {
                    "predictor": predictor,
                    "protocol": protocol,
                    "subset": subset,
                    "samples": int(table["samples"].sum()),
                    "donors": int(table["donor"].nunique()),
                    **_with_intervals({name: metrics[name] for name in METRICS}),
                }
            )
    return pd.DataFrame(rows)


def differences(evaluation: Evaluation) -> pd.DataFrame:
    """Compare every predictor with one of them, on the same lines and bootstrap samples.

    Returns
    -------
    DataFrame
        ``predictor, protocol, subset, versus``, then ``rmsd, r2, pearson_r`` as the
        predictor's less the other's, with intervals, and ``p``, two-sided, of their squared
        errors, see `paired_p_value`. Empty where the other one did not run.
    """
    lines = _Lines(evaluation.predictions, evaluation.obs)
    against = evaluation.settings.against
    rows = []
    for subset, members in subsets(evaluation.obs).items():
        for predictor, protocol in lines.tables:
            if predictor == against or (against, protocol) not in lines.tables:
                continue
            own = lines.metrics(predictor, protocol, subset, members)
            other = lines.metrics(against, protocol, subset, members)
            gaps = {name: own[name] - other[name] for name in _COMPARED}
            mine, theirs = (lines.of(name, protocol, members) for name in (predictor, against))
            rows.append(
                {
                    "predictor": predictor,
                    "protocol": protocol,
                    "subset": subset,
                    "versus": against,
                    **_with_intervals(gaps),
                    "p": paired_p_value(
                        mine["truth"], mine["prediction"], theirs["prediction"], mine["donor"]
                    ),
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
        with its interval (``r2_gap, r2_gap_low, r2_gap_high``). Empty without both.
    """
    lines = _Lines(evaluation.predictions, evaluation.obs)
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
            row |= _with_intervals({f"{name}_gap": seen[name] - unseen[name]})
        rows.append(row)
    return pd.DataFrame(rows)


def alarms(table: pd.DataFrame) -> list[str]:
    """Name the predictors that found something in shuffled SF2, where there is nothing.

    Parameters
    ----------
    table : DataFrame
        From `scores`, of a run with ``shuffle``.

    Returns
    -------
    list of str
        Those with an interval of R² above zero while lines, donors or tissues are kept apart:
        something of theirs has seen the tested samples' SF2.
    """
    strict = table[(table["protocol"] != "replicate") & (table["r2_low"] > 0)]
    return list(strict["predictor"].unique())


def null_table(evaluation: Evaluation) -> pd.DataFrame:
    """Set the metrics of round 1 beside those of fits to shuffled SF2.

    Returns
    -------
    DataFrame
        ``predictor, protocol, subset, metric, observed, permutations, null_mean, null_95``
        (the 95 % quantile of chance) and ``p`` (one-sided). Empty without permutations.
    """
    rows = []
    if len(evaluation.null) == 0:
        return pd.DataFrame()
    for (predictor, protocol), own in evaluation.null.groupby(
        ["predictor", "protocol"], sort=False
    ):
        tables = {int(str(n)): by_line(t, evaluation.obs) for n, t in own.groupby("shuffle")}
        for subset, members in subsets(evaluation.obs).items():
            found = {n: _plain(t.loc[t.index.isin(members)]) for n, t in tables.items()}
            for name in ("r2", "pearson_r"):
                # An undefined correlation, of a constant prediction, is none.
                chance = np.nan_to_num([f[name] for n, f in found.items() if n])
                observed = float(np.nan_to_num(found[0][name]))
                rows.append(
                    {
                        "predictor": predictor,
                        "protocol": protocol,
                        "subset": subset,
                        "metric": name,
                        "observed": observed,
                        "permutations": len(chance),
                        "null_mean": float(chance.mean()),
                        "null_95": float(np.quantile(chance, 0.95)),
                        "p": p_value(observed, chance),
                    }
                )
    return pd.DataFrame(rows)


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
        tables = [by_line(t, evaluation.obs) for _, t in own.groupby("seed")]
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
    metrics = weighted_metrics(table["truth"], table["prediction"], np.ones((1, len(table))))
    return {name: float(values[0]) for name, values in metrics.items()}


def _with_intervals(metrics: dict[str, NDArray[np.float64]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, values in metrics.items():
        found[name] = float(values[0])
        found[f"{name}_low"], found[f"{name}_high"] = interval(values[1:])
    return found
