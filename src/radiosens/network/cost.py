"""Which way of a convolution is quicker: what each costs, by counting and by measurement.

Both ways' operations are counted and weighed by what they took on two x86 cores
(``benchmarks/convolution_choice.py`` measures, and fits the weights). Knows only torch.
"""

from __future__ import annotations

import math

from radiosens.network.transforms import transform_length

__all__ = ["prefers_spectral"]

# Nanoseconds an operation. Spectral: of a transform, n log2 n a row; of a product of spectra, a
# complex multiplication; of all that passes over values without computing much; once a step.
_SPECTRAL = (0.30, 0.77, 2.1, 4.6e5)
# Direct: a multiplication; a value of what is convolved and of what comes out; once a step.
_DIRECT = (0.095, 5.5, 0.0)


def prefers_spectral(
    in_channels: int, out_channels: int, kernel_size: int, stride: int, length: int, batch: int
) -> bool:
    """Tell whether a training step is expected to be quicker in the frequency domain.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride : int
        Of the layer.
    length : int
        Values of a signal, padding included.
    batch : int
        Signals at once.

    Examples
    --------
    The paper's first layer, and a kernel of three:

    >>> prefers_spectral(1, 10, 8192, 2, 54_675, 29), prefers_spectral(1, 10, 3, 2, 54_675, 29)
    (True, False)
    """
    sizes = in_channels, out_channels, kernel_size, stride, length, batch
    spectral = zip(_SPECTRAL, spectral_counts(*sizes), strict=True)
    direct = zip(_DIRECT, direct_counts(*sizes), strict=True)
    return sum(w * c for w, c in spectral) < sum(w * c for w, c in direct)


def spectral_counts(
    in_channels: int, out_channels: int, kernel_size: int, stride: int, length: int, batch: int
) -> tuple[float, ...]:
    """Count a training step's work in the frequency domain, in the order of its weights."""
    outputs = (length - kernel_size) // stride + 1
    n = transform_length(-(-((outputs - 1) * stride + kernel_size) // stride))
    phases = in_channels * stride
    rows = 2 * (batch * (phases + out_channels) + out_channels * phases)
    products = 3 * batch * phases * out_channels * (n // 2 + 1)
    return rows * n * math.log2(n), products, rows * n, 1


def direct_counts(
    in_channels: int, out_channels: int, kernel_size: int, stride: int, length: int, batch: int
) -> tuple[float, ...]:
    """Count a training step's work in `torch.nn.Conv1d`, in the order of its weights."""
    outputs = (length - kernel_size) // stride + 1
    multiplications = 3 * batch * out_channels * in_channels * kernel_size * outputs
    values = batch * (in_channels * length + out_channels * outputs)
    return multiplications, values, 1
