"""Novelty: whether a new sample is unlike everything that a model was trained on.

Two things are looked at, both on ranks of genes within the sample, which no monotone change of
scale moves. *Order*: the correlation of the sample's ranks with the mean ranks of training. Noise
and mixed-up genes have none. *Excess*: how far the sample's most unusual genes, one in a hundred,
rank above the highest rank that they have in any training line. Liver and muscle express what no
cell line does.

A p-value is the share of *held-out donors*, each compared with all others, that are as unusual
(conformal p-value: Vovk et al. 2005, Algorithmic Learning in a Random World; the smaller of two,
doubled). Donors of the same array and laboratory tell about samples measured like training. A
sample measured elsewhere is further off whatever it is; it is compared with held-out donors that
were measured elsewhere too, if the model knows any, and else called unlike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.preprocessing.scaling import Matrix

__all__ = ["KINDS", "Novelty", "Unusual", "kind_of", "p_values", "unusual"]

#: Where a sample can have been measured, seen from training.
KINDS = ("as training", "array", "sequencing")
#: Share of features in the excess.
TOP = 0.01
#: Share of a sample's values at its lowest value from which it was sequenced: genes without a read.
AT_FLOOR = 0.02
#: p-value below which a sample is called unlike.
LEVEL = 0.05


@dataclass(frozen=True)
class Unusual:
    """How unusual samples are; see the module's docstring.

    Attributes
    ----------
    order : array of shape (samples,)
        Low is unusual.
    excess : array of shape (samples,)
        High is unusual.
    """

    order: NDArray[np.float64]
    excess: NDArray[np.float64]


@dataclass(frozen=True)
class Novelty:
    """p-values and what they were compared with, one a sample."""

    p: NDArray[np.float64]
    kind: NDArray[np.str_]


def unusual(ranks: Matrix, training: Matrix) -> Unusual:
    """Compare samples with training samples of other donors.

    Parameters
    ----------
    ranks : array of shape (samples, features)
        From `radiosens.preprocessing.alignment.percentile_ranks`; NaN where missing.
    training : array of shape (lines, features)
        Training's ranks on the same features.

    Examples
    --------
    >>> training = np.tile(np.linspace(0, 1, 200), (5, 1)).astype("float32")
    >>> found = unusual(np.stack([training[0], training[0, ::-1]]), training)
    >>> found.order.round(2).tolist(), found.excess.round(2).tolist()
    ([1.0, -1.0], [0.0, 0.99])
    """
    mean, highest = training.mean(axis=0), training.max(axis=0)
    there = ~np.isnan(ranks)
    n = np.maximum(there.sum(axis=1), 1)
    x, m = np.where(there, ranks, 0), np.where(there, mean, 0)
    x = np.where(there, x - (x.sum(axis=1) / n)[:, None], 0)
    m = np.where(there, m - (m.sum(axis=1) / n)[:, None], 0)
    length = np.sqrt(np.square(x).sum(axis=1) * np.square(m).sum(axis=1))
    order = (x * m).sum(axis=1) / np.where(length > 0, length, 1)
    count = max(1, round(TOP * ranks.shape[1]))
    excess = np.array([_top_sum(row[row > 0], count) for row in ranks - highest]) / count
    return Unusual(order.astype(np.float64), excess)


def _top_sum(values: Matrix, count: int) -> float:
    """Return the sum of the largest values."""
    if len(values) > count:
        values = np.partition(values, len(values) - count)[-count:]
    return float(values.sum(dtype=np.float64))


def kind_of(x: Matrix) -> NDArray[np.str_]:
    """Tell sequencing from arrays: it finds no reads of many genes, which all have one value.

    Parameters
    ----------
    x : array of shape (samples, features)
        Log2 values; NaN where missing.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(2, 100))
    >>> x[1, :10] = -9
    >>> kind_of(x).tolist()
    ['array', 'sequencing']
    """
    there = ~np.isnan(x)
    lowest = np.where(there, x, np.inf).min(axis=1, keepdims=True)
    tied = ((x == lowest) & there).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return np.where(tied > AT_FLOOR, "sequencing", "array")


def p_values(
    found: Unusual, kind: NDArray[np.str_], null: Mapping[str, Sequence[tuple[float, float]]]
) -> Novelty:
    """Return how often a held-out donor is as unusual.

    Parameters
    ----------
    found : Unusual
        Of new samples.
    kind : array of str, shape (samples,)
        From `kind_of`.
    null : mapping
        One of `KINDS` to the (order, excess) of held-out donors, one a donor.

    Returns
    -------
    Novelty
        Never 0: at least 2 / (donors + 1).

    Examples
    --------
    >>> found = Unusual(np.array([0.93, 0.1]), np.array([0.0, 0.0]))
    >>> null = {"as training": [(0.9 + i / 1000, 0.1) for i in range(49)]}
    >>> p_values(found, np.array(["array", "array"]), null).p.tolist()
    [1.0, 0.04]
    """
    p = _p(found, np.asarray(null["as training"], dtype=np.float64).reshape(-1, 2))
    as_training = p >= LEVEL
    compared = np.full(len(p), "as training", dtype=object)
    for name in KINDS[1:]:
        scores = np.asarray(null.get(name, ()), dtype=np.float64).reshape(-1, 2)
        mine = ~as_training & (kind == name)
        if len(scores) and mine.any():
            p[mine] = _p(Unusual(found.order[mine], found.excess[mine]), scores)
            compared[mine] = name
    return Novelty(p, compared.astype(str))


def _p(found: Unusual, null: NDArray[np.float64]) -> NDArray[np.float64]:
    order, excess = np.sort(null[:, 0]), np.sort(null[:, 1])
    n = len(null) + 1
    low = (1 + np.searchsorted(order, found.order, side="right")) / n
    high = (1 + len(null) - np.searchsorted(excess, found.excess, side="left")) / n
    p: NDArray[np.float64] = np.minimum(1, 2 * np.minimum(low, high))
    return p
