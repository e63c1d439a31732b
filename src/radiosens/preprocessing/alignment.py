"""Bring new samples, of another platform or laboratory, to the profiles of training.

Each way but `remove_offset` treats a sample by itself: what else is in its file has no say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.preprocessing.scaling import Matrix

__all__ = [
    "Reference",
    "match_mean_and_spread",
    "match_quantiles",
    "offset_of",
    "percentile_ranks",
    "remove_offset",
]

#: Samples that the offset of a laboratory is learned from count as if so many more had none.
PRIOR_SAMPLES = 5


@dataclass(frozen=True)
class Reference:
    """What new samples are brought to, learned from training samples only.

    Attributes
    ----------
    mean : array of shape (features,)
        The mean profile.
    gain : float
        A sample's own spread over features, divided by the mean profile's.

    Examples
    --------
    >>> x = np.array([[1.0, 3.0, 5.0], [3.0, 5.0, 7.0]], dtype=np.float32)
    >>> reference = Reference.fit(x)
    >>> reference.mean.tolist(), reference.gain
    ([2.0, 4.0, 6.0], 1.0)
    """

    mean: Matrix
    gain: float

    @classmethod
    def fit(cls, x: Matrix) -> Reference:
        """Learn from training samples, (samples, features); NaN where missing.

        The mean is kept to 1/128 of a log2 unit: no array is surer, and files are smaller.
        """
        mean = np.round(np.nanmean(x, axis=0, dtype=np.float64) * 128) / 128
        own = float(np.mean(np.nanstd(x, axis=1, dtype=np.float64)))
        spread = float(mean.std())
        return cls(mean.astype(np.float32), own / spread if spread > 1e-6 else 1.0)


def match_mean_and_spread(x: Matrix, reference: Reference) -> Matrix:
    """Give each sample the level and the spread that training has on the same features.

    Parameters
    ----------
    x : array of shape (samples, features)
        NaN where missing.
    reference : Reference

    Returns
    -------
    array of the same shape
        Missing values stay missing; a constant sample becomes the level.

    Examples
    --------
    >>> reference = Reference.fit(np.array([[1.0, 3.0, 5.0]], dtype=np.float32))
    >>> match_mean_and_spread(np.array([[10.0, 20.0, 30.0]], dtype=np.float32), reference).tolist()
    [[1.0, 3.0, 5.0]]
    """
    there = ~np.isnan(x)
    n = np.maximum(there.sum(axis=1, keepdims=True), 1)
    own = np.where(there, x, 0).astype(np.float64)
    wanted = np.where(there, reference.mean, 0).astype(np.float64)
    level, target = own.sum(axis=1, keepdims=True) / n, wanted.sum(axis=1, keepdims=True) / n
    spread = np.sqrt(np.where(there, np.square(own - level), 0).sum(axis=1, keepdims=True) / n)
    goal = np.sqrt(np.where(there, np.square(wanted - target), 0).sum(axis=1, keepdims=True) / n)
    gain = reference.gain * goal / np.where(spread > 1e-9, spread, np.inf)
    aligned: Matrix = ((x - level) * gain + target).astype(np.float32)
    return aligned


def percentile_ranks(x: Matrix) -> Matrix:
    """Rank the features within each sample, from 0 for the lowest to 1; ties share a rank.

    Parameters
    ----------
    x : array of shape (samples, features)
        NaN where missing, which stays.

    Examples
    --------
    >>> percentile_ranks(np.array([[4.0, 1.0, np.nan, 2.0, 3.0]])).tolist()
    [[0.875, 0.125, nan, 0.375, 0.625]]
    """
    there = ~np.isnan(x)
    counts = there.sum(axis=1)
    ranks = np.full(x.shape, np.nan, dtype=np.float32)
    for row, values in enumerate(x):  # three times as fast as scipy.stats.rankdata
        n = int(counts[row])
        order = np.argsort(values)[:n]  # what is missing comes last
        ordered = values[order]
        starts = np.flatnonzero(np.concatenate([[n > 0], ordered[1:] != ordered[:-1]]))
        sizes = np.diff(starts, append=n)
        ranks[row, order] = np.repeat((starts + sizes / 2) / max(n, 1), sizes)
    return ranks


def match_quantiles(ranks: Matrix, quantiles: NDArray[np.float32]) -> Matrix:
    """Give each sample training's distribution of values.

    Quantile normalisation to a reference (Bolstad et al. 2003, Bioinformatics 19:185).

    Parameters
    ----------
    ranks : array of shape (samples, features)
        From `percentile_ranks`.
    quantiles : array of shape (levels,)
        Training's sorted values, evenly spaced in rank.

    Examples
    --------
    >>> match_quantiles(np.array([[0.75, 0.25]]), np.array([1.0, 5.0])).tolist()
    [[5.0, 1.0]]
    """
    last = len(quantiles) - 1
    place = np.clip(ranks * np.float32(len(quantiles)) - np.float32(0.5), 0, last)
    absent = np.isnan(place)
    below = np.where(absent, 0, place).astype(np.intp)
    low = quantiles[below]
    matched: Matrix = low + (place - below) * (quantiles[np.minimum(below + 1, last)] - low)
    return matched.astype(np.float32)


def remove_offset(x: Matrix, reference: Reference) -> Matrix:
    """Take out what all new samples of one laboratory differ by from training, feature by feature.

    The offset is shrunken, as ComBat does (Johnson et al. 2007, Biostatistics 8:118): of few
    samples it is uncertain. It assumes that the new samples are as mixed as training is; where
    they all are of one lineage, the lineage is taken out with the laboratory.

    Parameters
    ----------
    x : array of shape (samples, features)
        Aligned by `match_mean_and_spread`; NaN where missing.
    reference : Reference

    Examples
    --------
    >>> reference = Reference.fit(np.zeros((2, 3), dtype=np.float32))
    >>> remove_offset(np.ones((5, 3), dtype=np.float32), reference)[0].tolist()
    [0.5, 0.5, 0.5]
    """
    return x - offset_of([x], reference)


def offset_of(parts: Iterable[Matrix], reference: Reference) -> Matrix:
    """Return what `remove_offset` takes out, of shape (features,).

    Parameters
    ----------
    parts : iterable of array of shape (samples, features)
        All samples, some at a time.
    reference : Reference
    """
    gaps = np.zeros(len(reference.mean))
    counts = np.zeros(len(reference.mean), dtype=np.intp)
    for x in parts:
        there = ~np.isnan(x)
        gaps += np.where(there, x - reference.mean, 0).sum(axis=0, dtype=np.float64)
        counts += there.sum(axis=0)
    offset: Matrix = (gaps / (counts + PRIOR_SAMPLES)).astype(np.float32)
    return offset
