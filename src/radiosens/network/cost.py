"""Which way of a convolution is quicker: what each costs, by counting and by measurement.

Both ways' operations are counted and weighed by what they took on two x86 cores
(``benchmarks/convolution.py`` measures, and fits the weights). Knows only torch.
"""

from __future__ import annotations

import math

from radiosens.network.transforms import transform_length

__all__ = ["prefers_spectral"]

# Nanoseconds an operation. Spectral: of a transform, n log2 n a row; of a product of spectra, a
# complex multiplication; of all that passes over values without computing much.
_TRANSFORM, _PRODUCT, _PASS = 0.15, 0.15, 2.0
# Direct: a multiplication; a value of what is convolved and of what comes out.
_MULTIPLY, _VALUE = 0.1, 1.0


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
    return spectral_cost(*sizes) < direct_cost(*sizes)


def spectral_cost(
    in_channels: int, out_channels: int, kernel_size: int, stride: int, length: int, batch: int
) -> float:
    """Return the expected nanoseconds of forward and backward pass in the frequency domain."""
    outputs = (length - kernel_size) // stride + 1
    n = transform_length(-(-((outputs - 1) * stride + kernel_size) // stride))
    phases = in_channels * stride
    rows = 2 * (batch * (phases + out_channels) + out_channels * phases)
    products = 3 * batch * phases * out_channels * (n // 2 + 1)
    return _TRANSFORM * rows * n * math.log2(n) + _PRODUCT * products + _PASS * rows * n


def direct_cost(
    in_channels: int, out_channels: int, kernel_size: int, stride: int, length: int, batch: int
) -> float:
    """Return the expected nanoseconds of forward and backward pass of `torch.nn.Conv1d`."""
    outputs = (length - kernel_size) // stride + 1
    multiplications = 3 * batch * out_channels * in_channels * kernel_size * outputs
    values = batch * (in_channels * length + out_channels * outputs)
    return _MULTIPLY * multiplications + _VALUE * values
