"""What can be said of a sample without a model: whether it is readable, and its RSI."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from radiosens.predictors.rsi import GENES
from radiosens.preprocessing import Matrix

__all__ = ["index_of", "refusals_of"]

#: A sample that lacks more of what its file measures was not measured.
MOST_MISSING = 0.5
#: Correlation of a sample's values with training's of the same rank. Log2 values of arrays and
#: libraries have 0.91 and more, linear ones 0.78 and less; the same of the mean levels of genes
#: on a kind of platform (0.97 and more, 0.78 and less, over eight files).
LEAST_SHAPE = 0.87
#: Spread of a sample's log2 values below which it is constant.
CONSTANT = 0.05


def refusals_of(x: Matrix, matched: Matrix, missing: NDArray[np.float64]) -> list[str]:
    """Say of each sample why it can't be read at all; empty if it can.

    Parameters
    ----------
    x, matched : array of shape (samples, features)
        Log2 values as measured, and with training's distribution; NaN where missing.
    missing : array of shape (samples,)
        Share of what a sample's file measures that the sample lacks.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]], dtype=np.float32)
    >>> refusals_of(x, x, np.zeros(2))
    ['', 'its values are all but the same for every gene']
    """
    there = ~np.isnan(x)
    n = np.maximum(there.sum(axis=1), 1)

    def centred(values: Matrix) -> NDArray[np.float64]:
        own = np.where(there, values, 0).astype(np.float64)
        gaps: NDArray[np.float64] = np.where(there, own - (own.sum(axis=1) / n)[:, None], 0)
        return gaps

    a, b = centred(x), centred(matched)
    spread = np.sqrt(np.square(a).sum(axis=1) / n)
    length = np.sqrt(np.square(a).sum(axis=1) * np.square(b).sum(axis=1))
    shape = (a * b).sum(axis=1) / np.where(length > 0, length, 1)
    found = []
    for i in range(len(x)):
        if missing[i] > MOST_MISSING:
            found.append(f"{missing[i]:.0%} of what its file measures is missing")
        elif spread[i] < CONSTANT:
            found.append("its values are all but the same for every gene")
        elif shape[i] < LEAST_SHAPE:
            found.append(
                "its values are not spread as logarithms of expression are: give the scale that"
                " they are on (--scale linear, counts)"
            )
        else:
            found.append("")
    return found


def index_of(genes: Matrix, centred: bool) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return the Radiosensitivity Index where all ten genes are measured, and how many are.

    Parameters
    ----------
    genes : array of shape (samples, genes)
        Log2 values of the index's genes, in its order, as far as a file has them.
    centred : bool
        Whether values were centred gene by gene: then ranks between genes mean nothing.
    """
    from scipy.stats import rankdata

    count = (~np.isnan(genes)).sum(axis=1).astype(np.intp)
    whole = count == len(GENES)
    index = np.full(len(genes), np.nan)
    if whole.any() and not centred:
        weights = np.array([gene.weight for gene in GENES])
        index[whole] = (rankdata(genes[whole], axis=1) * weights).sum(axis=1)
    return index, count
