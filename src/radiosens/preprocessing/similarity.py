"""One similarity of samples: how much two expression profiles look like one cell line.

It is a Pearson correlation, after what says nothing of the line has been taken out: a sample's
own level, what a platform adds to each feature, and most of what whole tissues have in common.
Leukaemias differ from all else in thousands of features, and so two different leukaemias
correlate like replicates. In each source, features and then principal components are therefore
divided by the root of their standard deviation: half way from correlation to Mahalanobis distance
(whitening: Kessy et al. 2018, Am Stat 72:309). Half way, because whitening in full gives the
noise in the last components the weight of the first. No label has a say in a profile; where
platforms are compared, the labels that occur tell which lines they have in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "KEPT_FEATURES",
    "comparable_profiles",
    "similarity_matrix",
    "split_sources",
    "unit_rows",
]

Matrix = NDArray[np.float32]
Rows = NDArray[np.intp]

#: Features kept, those that vary most. On real platforms 500 to 5,000 tell lines apart alike.
KEPT_FEATURES = 2_000
#: A source with fewer samples has no mean of its own; such sources are taken together.
MIN_SOURCE = 3
#: Two lines in common, and half of the smaller source's, make a common point of reference.
MIN_SHARED_LINES = 2
#: A feature that is missing in more than this share of a source's samples is left out.
MAX_MISSING = 0.5
_COLUMNS_AT_ONCE = 2_000
_LEAST_SPREAD = np.float32(1e-3)  # log2 units: what varies less is constant
_LEAST = 1e-8  # of the largest eigenvalue: what is below is rounding


def unit_rows(x: NDArray[Any]) -> NDArray[Any]:
    """Centre rows and bring them to length one, so that products are Pearson correlations.

    Parameters
    ----------
    x : array of shape (samples, features), float32 or float64

    Returns
    -------
    array of the same shape and type
        A constant row becomes zeros.

    Examples
    --------
    >>> unit_rows(np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]])).round(2).tolist()
    [[-0.71, 0.0, 0.71], [0.0, 0.0, 0.0]]
    """
    centred = x - x.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    unit: NDArray[Any] = centred / np.where(length > 0, length, 1)
    return unit


def similarity_matrix(
    values: Matrix, sources: NDArray[np.str_], lines: NDArray[np.str_] | None = None
) -> Matrix:
    """Return the similarity of every two samples.

    Parameters
    ----------
    values : array of shape (samples, features)
        Log2 expression, NaN where it is missing.
    sources : array of shape (samples,)
        The file or platform of each sample.
    lines : array of shape (samples,), optional
        The line of each. Used only where there are several sources, to know which lines these
        have in common.

    Returns
    -------
    array of shape (samples, samples), float32
        From -1 to 1; 1 on the diagonal.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(3, 50)).repeat(2, axis=0).astype("float32")
    >>> r = similarity_matrix(x, np.array(["a"] * 6))
    >>> bool(r[0, 1] > 0.99 > r[0, 2])
    True
    """
    groups = split_sources(sources)
    labels = np.zeros(len(values), dtype="U1") if lines is None else lines
    parts = comparable_profiles([(values, rows) for rows in groups], [labels[r] for r in groups])
    profiles = np.empty((len(values), parts[0].shape[1]), dtype=np.float32)
    for rows, part in zip(groups, parts, strict=True):
        profiles[rows] = part
    return profiles @ profiles.T


def split_sources(sources: NDArray[np.str_]) -> list[Rows]:
    """Return the rows of each source, those of small sources together.

    Examples
    --------
    >>> [rows.tolist() for rows in split_sources(np.array(["a"] * 3 + ["b"]))]
    [[0, 1, 2], [3]]
    """
    codes, counts = np.unique(sources, return_inverse=True, return_counts=True)[1:]
    large = np.flatnonzero(counts >= MIN_SOURCE)
    small = np.flatnonzero(counts[codes] < MIN_SOURCE)
    if not len(large):
        return [np.arange(len(sources))]
    return [np.flatnonzero(codes == k) for k in large] + ([small] if len(small) else [])


def comparable_profiles(
    parts: Sequence[tuple[Matrix, Rows]], lines: Sequence[NDArray[np.str_]]
) -> list[Matrix]:
    """Bring samples of several sources onto one footing.

    Parameters
    ----------
    parts : sequence of (array of shape (samples, features), array of int)
        The values that hold a source, with the same features in all, and the source's rows.
    lines : sequence of array of shape (rows,)
        The line of each row.

    Returns
    -------
    list of array of shape (rows, kept features), float32
        Rows of length one: their products are similarities.
    """
    return [unit_rows(half_whitened(_half_standardised(x))) for x in _centred_parts(parts, lines)]


def expression_above_mean(values: Matrix, sources: NDArray[np.str_]) -> Matrix:
    """Return what `similarity_matrix` starts from: the most variable features, centred.

    Parameters
    ----------
    values : array of shape (samples, features)
    sources : array of shape (samples,)

    Returns
    -------
    array of shape (samples, kept features), float32
        Log2 expression above the sample's own mean and the feature's mean in its source.

    Examples
    --------
    >>> x = np.array([[1.0, 5.0], [3.0, 3.0]], dtype=np.float32)
    >>> expression_above_mean(x, np.array(["a", "a"])).tolist()
    [[-1.0, 1.0], [1.0, -1.0]]
    """
    groups = split_sources(sources)
    nowhere = [np.zeros(len(rows), dtype="U1") for rows in groups]
    parts = _centred_parts([(values, rows) for rows in groups], nowhere)
    result = np.empty((len(values), parts[0].shape[1]), dtype=np.float32)
    for rows, part in zip(groups, parts, strict=True):
        result[rows] = part
    return result


def _centred_parts(
    parts: Sequence[tuple[Matrix, Rows]], lines: Sequence[NDArray[np.str_]]
) -> list[Matrix]:
    """Centre samples and features, and keep the features that vary most in all sources."""
    shared = _shared_lines(lines)
    weights = [_centre_weights(names, shared) for names in lines]
    offsets = [_sample_means(x)[rows] for x, rows in parts]
    features = parts[0][0].shape[1]
    spread = np.zeros(features)
    for start in range(0, features, _COLUMNS_AT_ONCE):
        columns = np.arange(start, min(start + _COLUMNS_AT_ONCE, features))
        for part, offset, weight in zip(parts, offsets, weights, strict=True):
            block, there = _centred(part, columns, offset, weight)
            with np.errstate(divide="ignore"):
                spread[columns] += np.log(block.std(axis=0))
            spread[columns[there < 1 - MAX_MISSING]] = -np.inf
    kept = np.sort(np.argsort(-spread, kind="stable")[:KEPT_FEATURES])
    kept = kept[spread[kept] > -np.inf] if (spread > -np.inf).any() else kept
    return [
        _centred(part, kept, offset, weight)[0]
        for part, offset, weight in zip(parts, offsets, weights, strict=True)
    ]


def half_whitened(x: Matrix) -> Matrix:
    """Divide each principal component's scores by the root of their standard deviation.

    With ``x = U S V'`` the result is ``U S^(1/2) V'``, computed as ``(x x')^(-1/4) x``.

    Examples
    --------
    >>> half_whitened(np.diag([4.0, 1.0]).astype("float32")).round(3).tolist()
    [[2.0, 0.0], [0.0, 1.0]]
    """
    wide = x.shape[0] <= x.shape[1]
    squares, vectors = np.linalg.eigh(x @ x.T if wide else x.T @ x)
    squares = np.maximum(squares, max(float(squares[-1]) * _LEAST, 1e-30))
    root = (vectors * np.power(squares, -0.25)) @ vectors.T
    whitened: Matrix = (root @ x if wide else x @ root).astype(np.float32)
    return whitened


def _half_standardised(x: Matrix) -> Matrix:
    """Divide features by the root of their standard deviation, so that none outweighs hundreds."""
    standardised: Matrix = x / np.sqrt(x.std(axis=0) + _LEAST_SPREAD)
    return standardised


def _sample_means(values: Matrix) -> Matrix:
    """Return the mean of each sample's values, a few samples at a time: (samples, 1)."""
    pieces = np.array_split(values, max(1, len(values) // 500))
    means = [np.nanmean(p, axis=1, dtype=np.float64, keepdims=True) for p in pieces]
    return np.concatenate(means).astype(np.float32)


def _shared_lines(lines: Sequence[NDArray[np.str_]]) -> set[str]:
    """Return the lines on whose mean all sources are centred; none: each on its own mean."""
    sets = [set(names.tolist()) for names in lines]
    shared = set.intersection(*sets)
    enough = len(shared) >= max(MIN_SHARED_LINES, min(map(len, sets)) / 2)
    return shared if enough and len(sets) > 1 else set()


def _centre_weights(names: NDArray[np.str_], shared: set[str]) -> NDArray[np.float32]:
    """Return each sample's weight in the mean that its source is centred on.

    Every shared line weighs the same, however many samples it has: sources differ in that.
    """
    if not shared:
        return np.full(len(names), 1 / len(names), dtype=np.float32)
    codes, counts = np.unique(names, return_inverse=True, return_counts=True)[1:]
    weight = np.isin(names, list(shared)) / counts[codes] / len(shared)
    return weight.astype(np.float32)


def _centred(
    part: tuple[Matrix, Rows],
    columns: Rows,
    offset: Matrix,
    weight: NDArray[np.float32],
) -> tuple[Matrix, NDArray[np.float64]]:
    """Centre samples and features; what is missing becomes the mean, zero.

    Returns
    -------
    values : array of shape (rows, columns), float32
    there : array of shape (columns,)
        Share of samples that have the feature.
    """
    values, rows = part
    if len(rows) < len(values):
        values = values[rows]
    if columns[-1] - columns[0] + 1 == len(columns):  # a view, not a copy
        block = values[:, columns[0] : columns[-1] + 1] - offset
    else:
        block = values[:, columns] - offset
    missing = np.isnan(block)
    if not missing.any():
        block -= weight @ block
        return block, np.ones(len(columns))
    block[missing] = 0
    heavy = weight @ (~missing).astype(np.float32)
    block -= np.where(heavy > 0, weight @ block / np.where(heavy > 0, heavy, 1), 0)
    block[missing] = 0
    return block, 1 - missing.mean(axis=0)
