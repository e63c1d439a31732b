"""Low rank: what lines have in common, learned from tables with gaps.

Probabilistic principal components with missing values (Tipping and Bishop 1999, J R Stat Soc B
61:611), fitted by filling what is missing with its own expectation again and again (Troyanskaya
et al. 2001, Bioinformatics 17:520, with the noise left in what was measured). A new sample gets the
mean of its scores' posterior given whatever it has measured: few features leave it near 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.preprocessing.products import products
from radiosens.preprocessing.scaling import Matrix

__all__ = ["ITERATIONS", "LowRank"]

ITERATIONS = 10
#: Least noise, as a share of the mean square of what was measured.
LEAST_NOISE = 1e-6


@dataclass(frozen=True)
class LowRank:
    """A subspace of features, and how far samples spread along it and around it.

    Attributes
    ----------
    loadings : array of shape (rank, features)
        Orthonormal rows; half precision, which moves no prediction by 0.001.
    variances : array of shape (rank,)
        Of training samples' scores.
    noise : float
        Variance of a feature around the subspace.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = np.outer(rng.normal(size=30), rng.normal(size=50)).astype("float32")
    >>> gaps = np.where(rng.random(x.shape) < 0.3, np.nan, x)
    >>> filled = LowRank.fit(gaps, 1).fill(gaps)
    >>> float(np.abs(filled - x).mean().round(1))
    0.0
    """

    loadings: NDArray[np.float16]
    variances: NDArray[np.float64]
    noise: float

    @classmethod
    def fit(cls, x: Matrix, rank: int, iterations: int = ITERATIONS) -> LowRank:
        """Learn from training samples.

        Parameters
        ----------
        x : array of shape (samples, features)
            Centred by training; NaN where missing.
        rank : int
            Cut to what samples and features allow.
        iterations : int
            Of filling.
        """
        absent = np.isnan(x)
        rank = max(1, min(rank, len(x) - 1, x.shape[1]))
        known = np.where(absent, 0, x).astype(np.float32)
        filled = known
        for _ in range(iterations if absent.any() else 0):
            _, basis = _leading(filled, rank)
            filled = np.where(absent, basis @ (basis.T @ filled), known)
        values, basis = _leading(filled, rank)
        values = np.maximum(values, 1e-12)
        total = float(np.square(filled, dtype=np.float64).sum())
        noise = max(total - float(values.sum()), LEAST_NOISE * total, 1e-12) / filled.size
        loadings = (basis.T @ filled) / np.sqrt(values)[:, None].astype(np.float32)
        return cls(loadings.astype(np.float16), values / len(x), noise)

    def part(self, features: NDArray[np.intp]) -> LowRank:
        """Return the same subspace on some of the features."""
        return LowRank(self.loadings[:, features], self.variances, self.noise)

    def scores(self, x: Matrix) -> NDArray[np.float64]:
        """Return the expected scores of any samples: (samples, features) → (samples, rank)."""
        there = ~np.isnan(x)
        whole = self.loadings.astype(np.float64)
        along = products(np.where(there, x, 0).astype(np.float64), whole)  # (samples, rank)
        prior = np.diag(self.noise / self.variances)
        found = np.empty_like(along)
        alike: dict[bytes, list[int]] = {}
        for i, row in enumerate(there):
            alike.setdefault(np.packbits(row).tobytes(), []).append(i)
        for members in alike.values():
            own = whole[:, there[members[0]]]
            inverse = np.linalg.inv(own @ own.T + prior)
            # A sum for each sample by itself: a product rounds by how many have the same gaps.
            found[members] = (along[members][:, None, :] * inverse).sum(axis=2)
        return found

    def fill(self, x: Matrix) -> Matrix:
        """Return samples with what is missing as the subspace has it."""
        expected = self.scores(x) @ self.loadings.astype(np.float64)
        filled: Matrix = np.where(np.isnan(x), expected, x).astype(np.float32)
        return filled


def _leading(x: Matrix, rank: int) -> tuple[NDArray[np.float64], Matrix]:
    """Return the largest eigenvalues of x x' and their vectors, ascending."""
    values, vectors = np.linalg.eigh(x @ x.T)
    return values[-rank:].astype(np.float64), vectors[:, -rank:].astype(np.float32)
