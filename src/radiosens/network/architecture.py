"""The network of Kim and Chung's Table 2.

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

import math
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from radiosens.errors import SettingsError
from radiosens.network.spectral import SpectralConv1d

__all__ = [
    "PAPER",
    "QUICK",
    "Architecture",
    "LayerShape",
    "SurvivalNet",
    "scaled_to",
    "smallest_length",
]


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
            convolved = (length - kernel) // self.stride + 1
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
QUICK = Architecture(length=2_000, kernels=(256, 64, 16), channels=(8, 16, 32), dense=(128, 32))


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
    """
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


class ResidualBlock(nn.Module):
    """A fully connected layer with its own skip: ``shortcut(x) + leaky_relu(dense(x))``.

    "The residual block is applied by skipping each layer one by one" (Kim and Chung). Widths
    differ, so the shortcut is a learned linear map without bias (He et al. 2016, equation 2).
    """

    def __init__(self, inputs: int, outputs: int, slope: float) -> None:
        super().__init__()
        self.slope = slope
        self.dense = nn.Linear(inputs, outputs)
        self.shortcut: nn.Module = (
            nn.Identity() if inputs == outputs else nn.Linear(inputs, outputs, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(batch, inputs) → (batch, outputs)."""
        out: Tensor = self.shortcut(x) + functional.leaky_relu(self.dense(x), self.slope)
        return out


class SurvivalNet(nn.Module):
    """Table 2 as a module: expression in, one number not below zero out.

    Parameters
    ----------
    architecture : Architecture
        Dimensions.
    conv_dropout, dense_dropout : float
        Share of values dropped in training after every convolution and every dense layer.
    """

    def __init__(
        self,
        architecture: Architecture = PAPER,
        conv_dropout: float = 0.0,
        dense_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.architecture = architecture
        self.conv_dropout = conv_dropout
        self.dense_dropout = dense_dropout
        ins = (1, *architecture.channels[:-1])
        self.convolutions = nn.ModuleList(
            SpectralConv1d(
                i,
                o,
                kernel,
                stride=architecture.stride,
                slope=architecture.slope,
                pool=architecture.pool,
            )
            for i, o, kernel in zip(ins, architecture.channels, architecture.kernels, strict=True)
        )
        widths = (architecture.flattened, *architecture.dense)
        self.blocks = nn.ModuleList(
            ResidualBlock(i, o, architecture.slope) for i, o in pairwise(widths)
        )
        self.output = nn.Linear(widths[-1], 1)

    def initialise(self, mean: float) -> None:
        """Draw weights that keep the variance of signals, and begin at the targets' mean.

        Draws from torch's global generator.

        He et al. 2015, equation 14, with the leaky ReLU's slope; the two ways of a residual
        block share the variance. The output's weights begin at zero, so that a prediction has
        nothing in it of the random function that a network is before training: fits that
        differ in the seed alone then agree better (as Zhang et al. 2019, arXiv:1901.09321,
        do in residual networks).
        """
        gain = math.sqrt(2 / (1 + self.architecture.slope**2))
        shared = math.sqrt(0.5)
        gains: dict[nn.Module, float] = {self.output: 0.0}
        for block in self.blocks:
            assert isinstance(block, ResidualBlock)
            gains |= {block.dense: shared * gain, block.shortcut: shared}
        for module in self.modules():
            if isinstance(module, nn.Conv1d | nn.Linear):
                fan_in = module.weight[0].numel()
                nn.init.normal_(module.weight, std=gains.get(module, gain) / math.sqrt(fan_in))
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        nn.init.constant_(self.output.bias, mean)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, features) → (batch,), never below zero."""
        x = x[:, None]  # (batch, 1, features)
        for convolution in self.convolutions:
            x = convolution(x)  # with leaky ReLU and pooling: (batch, channels, pooled)
            x = functional.dropout(x, self.conv_dropout, self.training)
        x = x.flatten(1)  # (batch, channels · pooled)
        for block in self.blocks:
            x = functional.dropout(block(x), self.dense_dropout, self.training)
        out: Tensor = self.output(x).abs().squeeze(1)  # (batch,)
        return out
