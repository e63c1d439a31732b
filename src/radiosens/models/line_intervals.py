"""Whether intervals of a model of many tables hold: nested cross-validation over lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiosens.models.intervals import LEVEL, cv_plus
from radiosens.models.line_data import LineData, donor_folds
from radiosens.models.line_training import fit_lines

__all__ = ["coverage_by_tissue", "nested_intervals"]

#: Tissues with fewer lines say nothing of coverage.
LEAST_LINES = 20


def nested_intervals(
    data: LineData,
    settings: Mapping[str, Any],
    *,
    outer: int = 10,
    inner: int = 8,
    seed: int = 0,
    level: float = LEVEL,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give each line an interval from lines of other donors alone.

    Parameters
    ----------
    data : LineData
    settings : mapping
        Of the design.
    outer, inner : int
        Folds of donors.
    seed : int
    level : float

    Returns
    -------
    prediction, low, high : array of shape (lines, targets)
    """
    n, targets = data.targets.shape
    point, low, high = (np.full((n, targets), np.nan) for _ in range(3))
    fold = donor_folds(data.donors, outer, seed)
    for k in range(outer):
        train, test = fold != k, fold == k
        assert not set(data.donors[train]) & set(data.donors[test])
        point[test] = fit_lines(data, train, settings).predict(test)
        rows = np.flatnonzero(train)
        inside = donor_folds(data.donors[train], inner, seed + 1 + k)
        held, tested = np.empty((len(rows), targets)), np.empty((inner, int(test.sum()), targets))
        for i in range(inner):
            part = train.copy()
            part[rows[inside == i]] = False
            fit = fit_lines(data, part, settings)
            left = np.zeros(n, dtype=bool)
            left[rows[inside == i]] = True
            held[inside == i] = fit.predict(left)
            tested[i] = fit.predict(test)
        errors = np.abs(data.targets[train] - held)
        for j in range(targets):
            low[test, j], high[test, j] = cv_plus(tested[inside, :, j].T, errors[:, j], level)
    return point, low, high


def coverage_by_tissue(
    inside: NDArray[np.bool_], tissues: NDArray[np.str_]
) -> dict[str, tuple[int, int]]:
    """Count lines within their interval, of all and of each tissue with at least twenty.

    Examples
    --------
    >>> coverage_by_tissue(np.arange(40) > 3, np.repeat(["lung", "skin"], [22, 18]))
    {'all': (36, 40), 'lung': (18, 22)}
    """
    found = {"all": (int(inside.sum()), len(inside))}
    for tissue in np.unique(tissues):
        own = tissues == tissue
        if own.sum() >= LEAST_LINES:
            found[str(tissue)] = (int(inside[own].sum()), int(own.sum()))
    return found
