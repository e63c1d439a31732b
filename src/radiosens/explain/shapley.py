"""Shapley values of models without closed form (Shapley 1953; Štrumbelj and Kononenko 2010).

A feature's Shapley value is its mean gain when features take on the sample's values one by one,
the others still at the baseline's, over all orders (J Mach Learn Res 11:1).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

__all__ = ["exact_shapley", "sampled_shapley"]

Vector = NDArray[np.float64]
Head = Callable[[Vector], Vector]

#: Rows predicted at once when a model has to be asked itself.
_ROWS = 256


def sampled_shapley(
    predict: Head, sample: Vector, baseline: Vector, pairs: int, rng: np.random.Generator
) -> tuple[Vector, Vector]:
    """Sample orders for any model: as many predictions as features, for each order.

    Parameters
    ----------
    predict : callable
        (rows, features) → (rows,).
    sample, baseline : array of shape (features,)
    pairs : int
        Orders, each forth and back (Mitchell et al. 2022, J Mach Learn Res 23:43). Whatever is
        drawn, values add up exactly.
    rng : Generator

    Returns
    -------
    values, standard_errors : array of shape (features,)
        Errors are NaN for a single pair.

    Examples
    --------
    >>> predict = lambda x: x[:, 0] * x[:, 1]
    >>> v, _ = sampled_shapley(predict, np.ones(3), np.zeros(3), 1, np.random.default_rng(0))
    >>> v.tolist()
    [0.5, 0.5, 0.0]
    """
    moving = np.flatnonzero(sample != baseline)
    found = np.zeros((pairs, len(sample)))
    for row in found:
        order = moving[rng.permutation(len(moving))]
        for one in (order, order[::-1]):
            row[one] += np.diff(_along(predict, sample, baseline, one)) / 2
    return _summary(found)


def _along(predict: Head, sample: Vector, baseline: Vector, order: NDArray[np.intp]) -> Vector:
    """Predict as features take on the sample's values one by one."""
    at, values = baseline.copy(), []
    for begin in range(0, len(order) + 1, _ROWS):
        end = min(begin + _ROWS, len(order) + 1)
        rows = np.repeat(at[None], end - begin, axis=0)
        for i in range(begin, end):
            if i:
                rows[i - begin :, order[i - 1]] = sample[order[i - 1]]
        at = rows[-1].copy()
        values.append(np.asarray(predict(rows), dtype=np.float64))
    return np.concatenate(values)


def exact_shapley(
    predict: Head, sample: Vector, baseline: Vector, used: NDArray[np.intp]
) -> Vector:
    """Return the values of a few used features by all their subsets; others have none.

    `predict` is given the used features alone: (rows, used) → (rows,).

    Examples
    --------
    >>> x, b = np.array([1.0, 9.0, 1.0]), np.zeros(3)
    >>> exact_shapley(lambda z: z[:, 0] * z[:, 1], x, b, np.array([0, 2])).tolist()
    [0.5, 0.0, 0.5]
    """
    n = len(used)
    subsets = [s for size in range(n + 1) for s in combinations(range(n), size)]
    rows = np.repeat(baseline[used][None], len(subsets), axis=0)
    for row, subset in zip(rows, subsets, strict=True):
        row[list(subset)] = sample[used[list(subset)]]
    worth = dict(zip(subsets, np.asarray(predict(rows), dtype=np.float64), strict=True))
    values = np.zeros(len(sample))
    for subset in subsets:
        weight = factorial(len(subset)) * factorial(n - len(subset) - 1) if len(subset) < n else 0
        for i in set(range(n)) - set(subset):
            gain = worth[tuple(sorted((*subset, i)))] - worth[subset]
            values[used[i]] += weight / factorial(n) * gain
    return values


def _summary(found: Vector) -> tuple[Vector, Vector]:
    pairs = len(found)
    spread = found.std(axis=0, ddof=1) if pairs > 1 else np.full(found.shape[1], np.nan)
    return found.mean(axis=0), spread / np.sqrt(pairs)
