"""The sizes of Kim and Chung's Table 2, and of networks like it for other inputs.

=====================  ============  ======================================
layer                  output size   how
=====================  ============  ======================================
input                  1 × 54675     printed as 54765, a slip: only 54,675 fits the rest
convolution 1          10 × 23242    kernel 8192, stride 2, leaky ReLU
pooling 1              10 × 11621    by 2
convolution 2          20 × 4788     kernel 2047
pooling 2              20 × 2394
convolution 3          40 × 942      kernel 512
pooling 3              40 × 471
convolution 4          80 × 172      kernel 128
pooling 4              80 × 86
convolution 5          160 × 28      kernel 32
pooling 5              160 × 14
flattening             2240
fully connected 1 - 4  800, 256,     residual blocks, leaky ReLU
                       100, 32
output                 1             absolute value
=====================  ============  ======================================

The paper names neither kernels nor strides; with no padding, stride 2 and pooling by 2 the
output sizes leave just these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from radiosens.errors import SettingsError

__all__ = ["PAPER", "QUICK", "Architecture", "LayerShape", "scaled_to", "smallest_length"]


@dataclass(frozen=True)
class LayerShape:
    """A convolution layer's sizes: outputs before and after pooling."""

    channels: int
    convolved: int
    pooled: int


@dataclass(frozen=True)
class Architecture:
    """The dimensions of a network.

    Attributes
    ----------
    length : int
        Features of a sample.
    kernels, channels : tuple of int
        One kernel length and one number of channels a convolution layer.
    dense : tuple of int
        Widths of the fully connected layers, the output left out.
    stride, pool : int
        Step of each convolution; width of each pooling.
    first_stride : int
        Step of the first convolution, where it is another.
    strides_over_length : bool
        Whether `scaled_to` meets more features by a longer first step rather than by longer
        kernels, so that the cost hardly grows: for a quick look.
    slope : float
        Of the leaky ReLU below zero; 0.2 is TensorFlow 1.14's default
        (``tf.nn.leaky_relu(features, alpha=0.2)``), which the paper used.
    """

    length: int = 54_675
    kernels: tuple[int, ...] = (8_192, 2_047, 512, 128, 32)
    channels: tuple[int, ...] = (10, 20, 40, 80, 160)
    dense: tuple[int, ...] = (800, 256, 100, 32)
    stride: int = 2
    pool: int = 2
    slope: float = 0.2
    first_stride: int = 2
    strides_over_length: bool = False

    def stride_of(self, layer: int) -> int:
        """Return the step of a layer's convolution; layers count from 0."""
        return self.stride if layer else self.first_stride

    def shapes(self) -> list[LayerShape]:
        """Return every convolution layer's sizes.

        Raises
        ------
        SettingsError
            If a layer's input is shorter than its kernel or leaves nothing to pool.

        Examples
        --------
        >>> [(s.convolved, s.pooled) for s in PAPER.shapes()]
        [(23242, 11621), (4788, 2394), (942, 471), (172, 86), (28, 14)]
        """
        length, shapes = self.length, []
        for i, (kernel, channels) in enumerate(zip(self.kernels, self.channels, strict=True), 1):
            convolved = (length - kernel) // self.stride_of(i - 1) + 1
            pooled = convolved // self.pool
            if length < kernel or pooled < 1:
                raise SettingsError(
                    f"convolution layer {i} gets {length} values for a kernel of {kernel}",
                    cure=f"choose shorter kernels or more than {self.length} features",
                )
            shapes.append(LayerShape(channels, convolved, pooled))
            length = pooled
        return shapes

    @property
    def flattened(self) -> int:
        """Width of the flattening layer."""
        last = self.shapes()[-1]
        return last.channels * last.pooled


#: Table 2 itself.
PAPER = Architecture()

#: A smaller one of the same kind, for demonstrations and tests.
QUICK = Architecture(
    length=2_000,
    kernels=(256, 64, 16),
    channels=(8, 16, 32),
    dense=(128, 32),
    strides_over_length=True,
)


def scaled_to(architecture: Architecture, length: int) -> Architecture:
    """Return the same network for another input length, its kernels in the same proportions.

    Kernels shrink or grow with the length; if rounding leaves a layer without input, kernels
    are shortened further, all alike, until every layer fits.

    Parameters
    ----------
    architecture : Architecture
        The one to follow.
    length : int
        Features of a sample.

    Raises
    ------
    SettingsError
        If no kernels fit; the message names the smallest length that works.

    Examples
    --------
    >>> scaled_to(PAPER, 54_675) == PAPER
    True
    >>> scaled_to(PAPER, 5_147).kernels
    (771, 192, 48, 12, 3)
    >>> scaled_to(QUICK, 54_675).first_stride
    62
    """
    if architecture.strides_over_length and length > architecture.length:
        return _fit_stride(architecture, length)
    fitted = _fit_kernels(architecture, length)
    if fitted is None:
        raise SettingsError(
            f"{length} features are too few for a network of {len(architecture.kernels)}"
            " convolution layers",
            cure=f"give it at least {smallest_length(architecture)} features",
        )
    return fitted


@cache
def smallest_length(architecture: Architecture) -> int:
    """Return the fewest features that `scaled_to` can make a network for.

    Examples
    --------
    >>> smallest_length(QUICK) < smallest_length(PAPER) < 2_000
    True
    """
    length = 1
    while _fit_kernels(architecture, length) is None:
        length += 1
    return length


def _fit_stride(architecture: Architecture, length: int) -> Architecture:
    """Step so far at first that the later layers get about as much as they were made for."""
    kernel, outputs = architecture.kernels[0], architecture.shapes()[0].convolved
    return replace(architecture, length=length, first_stride=(length - kernel) // (outputs - 1))


def _fit_kernels(architecture: Architecture, length: int) -> Architecture | None:
    for shrink in range(20):
        factor = length / architecture.length * 0.9**shrink
        kernels = tuple(max(2, int(k * factor)) for k in architecture.kernels)
        fitted = replace(architecture, length=length, kernels=kernels)
        try:
            fitted.shapes()
        except SettingsError:
            continue
        return fitted
    return None
