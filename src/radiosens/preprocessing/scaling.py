"""Scaling of expression values. Whatever is learned is learned from training samples only.

Plain arrays in, plain arrays out: rows are samples, columns are features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


def center_samples(x: Matrix) -> Matrix:
    """Subtract each sample's own mean.

    A constant offset between samples is technical, and every long filter would see it. A
    sample needs no other sample for this, so nothing can leak.

    Examples
    --------
    >>> center_samples(np.array([[1.0, 3.0], [10.0, 12.0]])).tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]
    """
    centered: Matrix = x - x.mean(axis=1, keepdims=True)
    return centered


@dataclass(frozen=True)
class Scaling:
    """Centre each feature and divide all by one number, separately for each source.

    One number, because dividing each feature by its own spread gives features that hold only
    noise the same weight as the rest. Separately for each source, because two platforms
    measure the same gene on different levels and with different gain.

    Attributes
    ----------
    means : dict
        Source to the mean of each feature over its training samples.
    spreads : dict
        Source to the root mean square of what is left.
    overall : float
        Spread given to sources of which training held less than two samples.
    """

    means: dict[str, Matrix]
    spreads: dict[str, float]
    grand_mean: Matrix
    overall: float

    @classmethod
    def fit(cls, x: Matrix, sources: NDArray[np.str_]) -> Scaling:
        """Learn from training samples.

        Parameters
        ----------
        x : array of shape (samples, features)
            Training samples only.
        sources : array of shape (samples,)
            The source of each.
        """
        x = center_samples(x)
        means: dict[str, Matrix] = {}
        spreads: dict[str, float] = {}
        for source in np.unique(sources):
            own = x[sources == source]
            if len(own) < 2:  # nothing to be learned of a source from one sample
                continue
            means[str(source)] = own.mean(axis=0)
            spreads[str(source)] = _spread(own - means[str(source)])
        grand_mean = x.mean(axis=0)
        return cls(means, spreads, grand_mean, _spread(x - grand_mean))

    def transform(self, x: Matrix, sources: NDArray[np.str_]) -> Matrix:
        """Apply to any samples; a source with less than two in training gets overall values."""
        x = center_samples(x)
        scaled = np.empty_like(x, dtype=np.float32)
        for source in np.unique(sources):
            rows = sources == source
            mean = self.means.get(str(source), self.grand_mean)
            scaled[rows] = (x[rows] - mean) / self.spreads.get(str(source), self.overall)
        return scaled


def _spread(x: Matrix) -> float:
    """Return the root mean square of all values, or 1 where there is no spread."""
    spread = float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))
    return spread if spread > 1e-12 else 1.0
