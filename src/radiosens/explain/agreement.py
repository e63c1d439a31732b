"""How far two lists of effects agree, by rank."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

__all__ = ["NEGLIGIBLE", "agreement", "rank_correlation", "reliability"]

Vector = NDArray[np.float64]

#: Effects below this share of the largest count as none: their order says nothing, and in models
#: of few genes they are nearly all that there is to rank.
NEGLIGIBLE = 0.05


def rank_correlation(a: Vector, b: Vector) -> float:
    """Return Spearman's correlation, negligible effects tied at zero; NaN where one has none.

    Examples
    --------
    >>> a = np.array([1.0, -0.5, 1e-4, -1e-5])
    >>> rank_correlation(a, np.array([0.9, -0.6, -1e-5, 1e-4]))
    1.0
    """
    x, y = (_ranks(v) for v in (a, b))
    length = float(np.sqrt((x @ x) * (y @ y)))
    return round(float(x @ y) / length, 12) if length > 0 else float("nan")


def agreement(effects: Sequence[Vector]) -> float:
    """Return the mean rank correlation of all pairs; NaN where there is none."""
    rows = [_ranks(e) for e in effects]
    rows = [r / np.linalg.norm(r) for r in rows if r.any()]
    if len(rows) < 2:
        return float("nan")
    correlations = np.array(rows) @ np.array(rows).T
    return float(correlations[np.triu_indices(len(rows), k=1)].mean())


def reliability(a: Vector, b: Vector) -> float:
    """Return the share of the variance of effects that models of other donors would share.

    From models of two halves of the donors: Pearson's r, stepped up to models of all of them
    (Spearman 1910, Br J Psychol 3:271; Brown 1910, ibid. 296). NaN where one has no effects.

    Examples
    --------
    >>> a, noise = np.array([1.0, -1.0, 1.0, -1.0]), np.array([1.0, 1.0, -1.0, -1.0])
    >>> reliability(a, a), round(reliability(a, a + np.sqrt(3) * noise), 3), reliability(a, noise)
    (1.0, 0.667, 0.0)
    """
    x, y = a - a.mean(), b - b.mean()
    length = float(np.sqrt((x @ x) * (y @ y)))
    if not length > 0:
        return float("nan")
    r = round(float(x @ y) / length, 12)
    return 2 * r / (1 + r) if r > 0 else r


def _ranks(values: Vector) -> Vector:
    size = np.abs(values)
    ranks = rankdata(np.where(size < NEGLIGIBLE * size.max(initial=0.0), 0.0, values))
    centred: Vector = ranks - ranks.mean()
    return centred
