"""From tables of many platforms and survival data to a model, with figures on unseen lines."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiosens.evaluation.inputs import numeric_versions
from radiosens.evaluation.intervals import donor_jackknife, shared_training, student
from radiosens.evaluation.significance import weighted_metrics
from radiosens.models.bundle import Bundle
from radiosens.models.card import Performance
from radiosens.models.line_data import LineData, donor_folds, line_data, read_responses
from radiosens.models.line_intervals import coverage_by_tissue, nested_intervals
from radiosens.models.line_training import assemble_lines, held_out_lines
from radiosens.report.join import join

__all__ = ["DESIGN", "line_figures", "train_line_model"]

#: The design that is shipped: one rank, as models of folds have to be small.
DESIGN: dict[str, Any] = {"ranks": (25,), "kernel": "rbf", "components": 2}
#: Of a round.
FOLDS = 10
_METRICS = ("pearson_r", "r2", "rmsd")


def train_line_model(
    tables: Sequence[str | Path],
    response: str | Path,
    histology: str | Path,
    out: str | Path,
    *,
    name: str = "yard",
    settings: Mapping[str, Any] = DESIGN,
    folds: int = 8,
    rounds: int = 5,
    seed: int = 0,
    limits: str = "",
) -> Bundle:
    """Join tables, train on lines with survival data, measure, and save.

    Parameters
    ----------
    tables : sequence of str or Path
        Each of one platform, see `radiosens.report.join.join`.
    response, histology : str or Path
        See `radiosens.models.line_data.read_responses`.
    out : str or Path
        Folder of the bundle.
    name : str
    settings : mapping
        Of `radiosens.predictors.lowrank.LowRankKernel`.
    folds : int
        Of the models that intervals come from.
    rounds : int
        Of ten folds, for the figures.
    seed : int
    limits : str
        In words, for the card.
    """
    panel, _ = join(tables)
    data = line_data(panel, read_responses(response, histology))
    bundle = assemble_lines(
        data,
        settings,
        name=name,
        folds=folds,
        seed=seed,
        facts={
            "sha256": _digest([*tables, response, histology]),
            "sources": {b.name: int(b.there.sum()) for b in data.blocks},
            "simulated": False,
        },
        versions=numeric_versions(),
        performance=_performance(data, settings, rounds, seed),
        coverage=_coverage(data, settings, folds, seed),
        limits=limits,
    )
    return bundle.save(out)


def _digest(files: Sequence[str | Path]) -> str:
    return hashlib.sha256(b"".join(Path(f).read_bytes() for f in files)).hexdigest()


def _performance(
    data: LineData, settings: Mapping[str, Any], rounds: int, seed: int
) -> list[Performance]:
    """Measure on unseen lines, ten folds a round."""
    folds = [donor_folds(data.donors, FOLDS, seed + i) for i in range(rounds)]
    predicted = np.mean([held_out_lines(data, f, settings) for f in folds], axis=0)
    everyone = np.ones(len(data.lines), dtype=bool)
    return [
        Performance(
            protocol="donor",
            subset=subset,
            donors=len(np.unique(data.donors[rows])),
            samples=int(rows.sum()),
            metrics=line_figures(data, predicted, rows)["sf2"],
        )
        for subset, rows in (("all", everyone), ("solid", data.solid))
    ]


def _coverage(
    data: LineData, settings: Mapping[str, Any], folds: int, seed: int
) -> dict[str, float]:
    """Measure intervals of SF2 by nested folds; the area's are named with it."""
    _, low, high = nested_intervals(data, settings, seed=seed, inner=folds)
    found: dict[str, float] = {}
    for j, prefix in enumerate(("", "auc, ")):
        inside = (low[:, j] <= data.targets[:, j]) & (data.targets[:, j] <= high[:, j])
        counts = coverage_by_tissue(inside, data.tissues)
        found |= {prefix + k: round(a / n, 4) for k, (a, n) in counts.items()}
    return found


def line_figures(
    data: LineData, predicted: NDArray[np.float64], rows: NDArray[np.bool_], *, within: bool = False
) -> dict[str, dict[str, tuple[float | None, float | None, float | None]]]:
    """Return r, R² and RMSD of SF2 and of the area, with 95 % intervals over donors.

    Intervals are the jackknife's over donors, widened for folds that share training lines
    (`radiosens.evaluation.intervals`).

    Parameters
    ----------
    data : LineData
    predicted : array of shape (lines, targets)
        Of models that had not seen the line's donor.
    rows : array of bool, shape (lines,)
        Which lines count.
    within : bool
        Whether each tissue's mean is taken out of truth and prediction first.
    """
    weights = donor_jackknife(data.donors[rows])
    found: dict[str, dict[str, tuple[float | None, float | None, float | None]]] = {}
    for j, name in enumerate(("sf2", "auc")):
        truth, own = data.targets[rows, j].copy(), predicted[rows, j].copy()
        if within:
            for tissue in np.unique(data.tissues[rows]):
                mine = data.tissues[rows] == tissue
                truth[mine] -= truth[mine].mean()
                own[mine] -= own[mine].mean()
            lift = 1 - float(truth.min())  # which moves none of the three
            truth, own = truth + lift, own + lift
        values = weighted_metrics(truth, own, weights)
        found[name] = {
            m: (float(values[m][0]), *student(values[m], m, inflation=shared_training(FOLDS)))
            for m in _METRICS
        }
    return found
