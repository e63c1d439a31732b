"""Contributions to two means: how far each gene takes a sample towards a lineage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from radiosens.models.lineage import TwoMeans

__all__ = ["two_means_contributions"]

Vector = NDArray[np.float64]


def two_means_contributions(model: TwoMeans, sample: Vector, baseline: Vector) -> Vector:
    """Return integrated gradients in closed form, for a tissue that was not told.

    The prediction is a function of one sum over features. Along the straight way from baseline
    to sample every feature has the same share of that sum's change at any point, and so of the
    prediction's (Sundararajan et al. 2017, ICML, for a function of one variable).

    Parameters
    ----------
    model : TwoMeans
    sample : array of shape (features,)
        Aligned log2 values, NaN where missing: these play no part.
    baseline : array of shape (features,)
        Taken as missing where the sample is.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> tissues = np.repeat(["Leukemia", "Lung"], 15)
    >>> blood = tissues == "Leukemia"
    >>> x = rng.normal(size=(30, 100)) + 3 * blood[:, None] * (np.arange(100) < 50)
    >>> model = TwoMeans().fit(x, 0.6 - 0.4 * blood, tissues=tissues)
    >>> values = two_means_contributions(model, x[0], x.mean(axis=0))
    >>> gap = np.diff(model.predict(np.stack([x.mean(axis=0), x[0]])))[0]
    >>> bool(np.isclose(values.sum(), gap)), bool(values[:50].sum() < 0.9 * gap)
    (True, True)
    """
    values = np.zeros(len(sample))
    if model.features_.shape[1] == 0:
        return values
    there = ~np.isnan(sample)
    weights = np.zeros(len(sample))
    halves = zip(model.features_, model.direction_, model.weights_, strict=True)
    for features, direction, shares in halves:  # a position is the mean of both halves'
        used = there[features]
        whole = max(float((used * shares).sum()), 1e-3)
        np.add.at(weights, features[used], direction[used] / whole / len(model.features_))
    weights[there] -= weights.sum() / there.sum()  # a sample is centred by what it measures
    moved = weights[there] * (sample - baseline)[there]
    ends = np.where(there, np.stack([baseline, sample]), np.nan)
    before, after = model.predict(ends)
    total = moved.sum()
    if abs(total) > 1e-12:
        values[there] = moved * (after - before) / total
    return values
