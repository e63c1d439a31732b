"""Predictions by line, and their metrics with some donors left out, the same for all predictors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.evaluation.intervals import donor_jackknife, is_nearly_constant, shared_training
from radiosens.evaluation.refits import inflation
from radiosens.evaluation.significance import METRICS, by_line, weighted_metrics

__all__ = ["LINE_METRICS", "Jackknife", "Lines", "lines_metrics", "with_training_mean"]

Numbers = NDArray[np.float64]

#: Metrics of correlation, which a constant prediction has none of.
CORRELATIONS = ("pearson_r", "spearman_r")
WITHIN_TISSUES = "within_tissue_r"
#: What lines are scored by: the metrics, and Pearson's r of deviations from tissues' means.
LINE_METRICS = (*METRICS, WITHIN_TISSUES)


def with_training_mean(predictions: pd.DataFrame) -> pd.DataFrame:
    """Add the mean SF2 of the samples that each prediction was trained on.

    Parameters
    ----------
    predictions : DataFrame
        Of one predictor under one protocol: ``sample, round, fold, truth``, each sample once a
        round.

    Returns
    -------
    DataFrame
        The same with ``level``.

    Examples
    --------
    >>> table = pd.DataFrame({"round": 1, "fold": [1, 2, 2], "truth": [0.2, 0.4, 0.6]})
    >>> with_training_mean(table)["level"].round(3).tolist()
    [0.5, 0.2, 0.2]
    """
    whole = predictions.groupby("round")["truth"]
    tested = predictions.groupby(["round", "fold"])["truth"]
    others = whole.transform("size") - tested.transform("size")
    level = (whole.transform("sum") - tested.transform("sum")) / others.where(others > 0)
    return predictions.assign(level=level.fillna(0.0))


@dataclass(frozen=True)
class Jackknife:
    """Metrics with nobody left out, then with each donor, or with third after third, left out.

    Attributes
    ----------
    metrics : dict of arrays of shape (1 + left out,)
    inflation : float
        What the variance is multiplied by.
    refitted : bool
    """

    metrics: dict[str, Numbers]
    inflation: float
    refitted: bool


class Lines:
    """An evaluation's predictions by line.

    Parameters
    ----------
    table : DataFrame
        ``predictor, protocol, sample, line, round, fold, truth, prediction``.
    obs : DataFrame
        The panel's samples.
    refits : DataFrame, optional
        From `radiosens.evaluation.refits.refit_rows`.
    """

    def __init__(
        self, table: pd.DataFrame, obs: pd.DataFrame, refits: pd.DataFrame | None = None
    ) -> None:
        self.tables: dict[tuple[str, str], pd.DataFrame] = {}
        self._samples: dict[tuple[str, str], pd.DataFrame] = {}
        self._refits: dict[tuple[str, str], list[pd.DataFrame]] = {}
        self._weights: dict[str, Numbers] = {}
        for key, own in _each(table):
            self._samples[key] = with_training_mean(own)
            self.tables[key] = by_line(self._samples[key], obs)
        for key, own in _each(refits):
            draws = own.groupby("draw", sort=True)
            self._refits[key] = [by_line(with_training_mean(part), obs) for _, part in draws]

    def of(self, predictor: str, protocol: str, lines: NDArray[np.str_]) -> pd.DataFrame:
        """Return a row a line: ``donor, tissue, samples, truth, prediction, level``."""
        table = self.tables[predictor, protocol]
        return table.loc[table.index.isin(lines)]

    def metrics(
        self, predictor: str, protocol: str, subset: str, lines: NDArray[np.str_]
    ) -> dict[str, Numbers]:
        """Return each metric: first the lines' own, then with each donor left out.

        Correlations of a predictor that is constant within folds are NaN; that within tissues
        also where it says the same of all lines of a tissue that are tested at once.
        """
        table = self.of(predictor, protocol, lines)
        if subset not in self._weights:
            self._weights[subset] = donor_jackknife(table["donor"])
        found = lines_metrics(table, self._weights[subset])
        return self._defined(found, predictor, protocol, lines)

    def jackknives(
        self, names: Sequence[str], protocol: str, subset: str, lines: NDArray[np.str_]
    ) -> list[Jackknife]:
        """Return metrics of predictors with the same donors left out: fitted anew if all were."""
        plain = [self.metrics(name, protocol, subset, lines) for name in names]
        if any((name, protocol) not in self._refits for name in names):
            return [
                Jackknife(m, self.inflation(name, protocol), refitted=False)
                for name, m in zip(names, plain, strict=True)
            ]
        return [
            Jackknife(*self._refitted(name, protocol, lines, own), refitted=True)
            for name, own in zip(names, plain, strict=True)
        ]

    def constant(
        self, predictor: str, protocol: str, lines: NDArray[np.str_], *, within: bool = False
    ) -> bool:
        """Tell whether a predictor hardly distinguishes the lines that it is tested on at once.

        With ``within``, those of one tissue.
        """
        samples = self._samples[predictor, protocol]
        samples = samples[samples["line"].isin(lines)]
        if not within:
            return is_nearly_constant(samples)
        tissue = self.of(predictor, protocol, lines)["tissue"]
        return is_nearly_constant(samples.assign(tissue=samples["line"].map(tissue)))

    def inflation(self, predictor: str, protocol: str) -> float:
        """Return what variances are multiplied by, as folds share training samples."""
        return shared_training(int(self._samples[predictor, protocol]["fold"].nunique()))

    def _refitted(
        self, predictor: str, protocol: str, lines: NDArray[np.str_], own: dict[str, Numbers]
    ) -> tuple[dict[str, Numbers], float]:
        parts = [t.loc[t.index.isin(lines)] for t in self._refits[predictor, protocol]]
        each = [lines_metrics(part, np.ones((1, len(part)))) for part in parts if len(part)]
        found = {
            name: np.array([own[name][0], *(e[name][0] for e in each)]) for name in LINE_METRICS
        }
        return self._defined(found, predictor, protocol, lines), inflation(len(each))

    def _defined(
        self, found: dict[str, Numbers], predictor: str, protocol: str, lines: NDArray[np.str_]
    ) -> dict[str, Numbers]:
        undefined: tuple[str, ...] = ()
        if self.constant(predictor, protocol, lines, within=True):
            undefined = (WITHIN_TISSUES,)
        if self.constant(predictor, protocol, lines):
            undefined = (*CORRELATIONS, WITHIN_TISSUES)
        return found | {name: np.full_like(found[name], np.nan) for name in undefined}


def _each(table: pd.DataFrame | None) -> list[tuple[tuple[str, str], pd.DataFrame]]:
    if table is None or len(table) == 0:
        return []
    groups = table.groupby(["predictor", "protocol"], sort=False)
    return [((str(name), str(protocol)), own) for (name, protocol), own in groups]


def lines_metrics(table: pd.DataFrame, weights: Numbers) -> dict[str, Numbers]:
    """Compute every metric of lines for many weightings of them.

    Correlations are of predictions less the mean SF2 of their training samples: where sensitive
    lines are tested the others' mean is higher, so that any predictor that leans on that mean
    would have a negative correlation by construction.

    Parameters
    ----------
    table : DataFrame
        ``truth, prediction, level, tissue``, a row a line.
    weights : array of shape (weightings, lines)
    """
    truth, prediction = table["truth"], table["prediction"]
    freed = prediction - table["level"]
    found = weighted_metrics(truth, prediction, weights)
    found |= {
        name: values
        for name, values in weighted_metrics(truth, freed, weights).items()
        if name in CORRELATIONS
    }
    found[WITHIN_TISSUES] = _within_tissues(
        truth.to_numpy(), freed.to_numpy(), table["tissue"].to_numpy(dtype=str), weights
    )
    return found


def _within_tissues(
    truth: Numbers, prediction: Numbers, tissue: NDArray[np.str_], weights: Numbers
) -> Numbers:
    """Correlate deviations from the means of tissues, for each weighting of lines."""
    code = np.unique(tissue, return_inverse=True)[1]
    members = (code[:, None] == np.arange(code.max() + 1)).astype(float)  # (lines, tissues)
    whole = np.maximum(weights @ members, 1e-12)
    a, b = (v - (((weights * v) @ members) / whole)[:, code] for v in (truth, prediction))
    spread = np.sqrt((weights * a * a).sum(axis=1) * (weights * b * b).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.where(spread > 1e-9, (weights * a * b).sum(axis=1) / spread, np.nan)
    clipped: Numbers = np.clip(r, -1, 1)
    return clipped
