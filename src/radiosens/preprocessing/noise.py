"""What a profile says of its line, and what is that one array's own noise.

Learned from training samples only, without labels. Plain arrays: rows are samples, columns are
features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radiosens.preprocessing.scaling import Matrix

__all__ = ["NoiseFilter"]

#: White noise adds the same to each component, so that the least of them show how much it is.
_FLOOR = 0.05
#: With few features for so many samples nothing can be told of noise: root of their ratio.
_FEW = 0.5


@dataclass(frozen=True)
class NoiseFilter:
    """Take out of profiles what they differ in by noise.

    Part of what sets a training sample apart is its own noise. A model that fits it relies on
    that part, misses it in an unseen sample, and falls short, towards what similar samples
    have. Each principal component of the training samples is therefore multiplied by the
    share of its variance that is not noise, ``1 - σ²/λ`` (Wiener 1949; as a cure for errors in
    the predictors: Carroll et al. 2006, Measurement Error in Nonlinear Models, chapter 4), or
    left out. ``λ`` is the component's sum of squares. Noise that is in all features alike adds
    the same ``σ²`` to each; the least components tell it (Tipping and Bishop 1999, J R Stat Soc
    B 61:611), by their fifth percentile, so that where nothing is repeated little is lost.
    With ``γ`` the root of samples over features, components of noise alone lie between
    ``(1 - γ)²`` and ``(1 + γ)²`` times ``σ²`` (Marchenko and Pastur 1967, Mat Sb 72:507).

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
    def fit(cls, x: Matrix) -> NoiseFilter | None:
        """Learn from training samples; there is none where these do not differ.

        Parameters
        ----------
        x : array of shape (samples, features)
            Training samples only, features centred.

        Examples
        --------
        >>> rng = np.random.default_rng(0)
        >>> profiles = rng.normal(size=(10, 2000))
        >>> x = profiles.repeat(3, axis=0) + 0.5 * rng.normal(size=(30, 2000))
        >>> x = x - x.mean(axis=0)
        >>> clean = NoiseFilter.fit(x).clean(x)
        >>> bool(np.linalg.norm(clean[0] - clean[1]) < 0.3 * np.linalg.norm(x[0] - x[1]))
        True
        """
        squares, vectors = np.linalg.eigh(np.asarray(x @ x.T, dtype=np.float64))
        if squares.max() <= 0:
            return None
        # With the zeros that centring leaves: a few samples show less of noise.
        lowest = max(0.0, float(np.quantile(squares, _FLOOR)))
        gamma = (x.shape[0] / x.shape[1]) ** 0.5
        noise = lowest / (1 - gamma) ** 2 if gamma < _FEW else 0.0
        least = 1e-6 * squares.max()  # below is rounding
        kept = squares > max(noise * (1 + gamma) ** 2, least)
        if not kept.any():  # all alike: nothing shows which of it is noise
            kept, noise = squares > least, 0.0
        rotation = (vectors[:, kept] / np.sqrt(squares[kept])).T.astype(x.dtype)
        components: Matrix = rotation @ x  # (components, samples) @ (samples, features)
        return cls(components, (1 - noise / squares[kept]).astype(x.dtype))

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
