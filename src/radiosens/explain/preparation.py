"""From aligned samples to what a model is given, and gradients the way back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.preprocessing import Scaling

__all__ = ["Preparation"]


@dataclass(frozen=True)
class Preparation:
    """Centre a sample, subtract each feature's mean, divide by one number: an affine map.

    Attributes
    ----------
    mean : array of shape (features,), or None
        None where values are taken as they are.
    spread : float

    Examples
    --------
    >>> x = np.array([[1.0, 2.0, 6.0], [0.0, 5.0, 1.0]])
    >>> scaling = Scaling.fit(x, np.array(["", ""]))
    >>> way = Preparation.of(scaling)
    >>> bool(np.allclose(way.apply(x), scaling.transform(x, np.array(["", ""])), atol=1e-6))
    True
    """

    mean: NDArray[np.float64] | None = None
    spread: float = 1.0

    @classmethod
    def of(cls, scaling: Scaling | None) -> Preparation:
        """Take what a new sample of no source of training is given, as `Fitted.finish` does."""
        if scaling is None:
            return cls()
        if len(scaling.means) == 1:
            source = next(iter(scaling.means))
            return cls(scaling.means[source].astype(np.float64), scaling.spreads[source])
        return cls(scaling.grand_mean.astype(np.float64), scaling.overall)

    def apply(self, x: NDArray[np.floating]) -> NDArray[np.float64]:
        """Prepare samples: (samples, features) → the same."""
        values = np.asarray(x, dtype=np.float64)
        if self.mean is None:
            return values
        prepared: NDArray[np.float64] = (
            values - values.mean(axis=-1, keepdims=True) - self.mean
        ) / self.spread
        return prepared

    def back(self, gradient: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn gradients by prepared values into those by aligned ones: (…, features).

        Centring a sample takes each gradient's mean away, as its transpose does.
        """
        if self.mean is None:
            return gradient
        returned: NDArray[np.float64] = (
            gradient - gradient.mean(axis=-1, keepdims=True)
        ) / self.spread
        return returned
