"""What replicates teach: which part of a profile is its line's and which is noise.

Learned from training samples only. Plain arrays: rows are samples, columns are features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.preprocessing.scaling import Matrix

__all__ = ["NoiseFilter"]


@dataclass(frozen=True)
class NoiseFilter:
    """Tell what a profile says of its line from what is that one array's own noise.

    Part of what sets a training sample apart is its own noise. A model that fits it relies on
    that part, misses it in an unseen replicate, and falls short, towards what similar lines
    have. Each principal component of the training samples is therefore multiplied by the
    share of its variance that is not noise, ``1 - σ²/λ`` (Wiener 1949; as a cure for errors in
    the predictors: Carroll et al. 2006, Measurement Error in Nonlinear Models, chapter 4).
    ``λ`` is the component's sum of squares, ``σ²`` a sample's, from how far replicates of a
    line lie apart, by the median over lines so that a mislabelled array has no say.

    An unseen sample's noise has no part in these components: it lies across them, where
    nothing can be learned from training samples. Such a sample is projected onto them, and
    then has the size of a training sample without its noise.

    Attributes
    ----------
    components : array of shape (components, features)
        Orthonormal directions in which training samples differ by more than noise.
    shares : array of shape (components,)
        Share of each one's variance that is not noise, above 0 and at most 1.
    """

    components: Matrix
    shares: Matrix

    @classmethod
    def fit(cls, x: Matrix, lines: NDArray[np.generic]) -> NoiseFilter | None:
        """Learn from training samples; there is none where no line has replicates.

        Parameters
        ----------
        x : array of shape (samples, features)
            Training samples only, features centred.
        lines : array of shape (samples,)
            The line of each.

        Examples
        --------
        >>> rng = np.random.default_rng(0)
        >>> profiles = rng.normal(size=(2, 500))
        >>> x = profiles.repeat(3, axis=0) + 0.5 * rng.normal(size=(6, 500))
        >>> noise = NoiseFilter.fit(x - x.mean(axis=0), np.repeat(["a", "b"], 3))
        >>> clean = noise.clean(x - x.mean(axis=0))
        >>> bool(np.linalg.norm(clean[0] - clean[1]) < 0.3 * np.linalg.norm(x[0] - x[1]))
        True
        """
        within = []
        for line in np.unique(lines):
            own = x[lines == line]
            if len(own) > 1:
                within.append(float(np.square(own - own.mean(axis=0)).sum()) / (len(own) - 1))
        if not within:
            return None
        squares, vectors = np.linalg.eigh(np.asarray(x @ x.T, dtype=np.float64))
        shares = 1 - np.median(within) / np.maximum(squares, 1e-12)
        kept = (shares > 0) & (squares > 1e-6 * squares.max())  # the rest is rounding
        rotation = (vectors[:, kept] / np.sqrt(squares[kept])).T.astype(x.dtype)
        components: Matrix = rotation @ x  # (components, samples) @ (samples, features)
        return cls(components, shares[kept].astype(x.dtype))

    def clean(self, x: Matrix) -> Matrix:
        """Take the noise out of the training samples it was learned from."""
        scores: Matrix = (x @ self.components.T) * self.shares  # (samples, components)
        clean: Matrix = scores @ self.components
        return clean

    def project(self, x: Matrix) -> Matrix:
        """Take out of unseen samples what the training samples say nothing about."""
        scores: Matrix = x @ self.components.T
        projected: Matrix = scores @ self.components
        return projected
