"""Tell whether expression values are on a linear or a log scale, and bring them to log2."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SAMPLED = 500_000  # values looked at for the quantiles


def is_linear(values: NDArray[np.float32]) -> bool:
    """Tell whether values are on a linear scale.

    The rule is that of GEO2R's published R script: linear if the 99th percentile is above
    100, or if the range is above 50 and the first quartile is positive
    (https://www.ncbi.nlm.nih.gov/geo/geo2r/).

    Parameters
    ----------
    values : array of shape (samples, features)
        Expression values; NaN where missing.

    Examples
    --------
    >>> is_linear(np.array([[5.8, 7.3, 12.1]])), is_linear(np.array([[1046.5, 753.6, 12.0]]))
    (False, True)
    """
    flat = values.ravel()
    step = max(1, flat.size // _SAMPLED)
    finite = flat[::step][np.isfinite(flat[::step])]
    if finite.size == 0:
        return False
    low, first, q99, high = np.quantile(finite, [0.0, 0.25, 0.99, 1.0])
    return bool(q99 > 100 or (high - low > 50 and first > 0))


def to_log2(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``log2(x + 1)`` of linear values, those below zero taken as zero.

    One is added so that zeros, which sequencing and MAS 5 give, stay finite.

    Examples
    --------
    >>> to_log2(np.array([[0.0, 1.0, 1023.0, -5.0]], dtype=np.float32)).tolist()
    [[0.0, 1.0, 10.0, 0.0]]
    """
    logs: NDArray[np.float32] = np.log2(np.maximum(values, 0) + 1, dtype=np.float32)
    return logs
