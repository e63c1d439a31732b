"""The network of Kim and Chung's Table 2 as a torch module; `dimensions` has its sizes."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from radiosens.network.dimensions import PAPER, Architecture
from radiosens.network.spectral import SpectralConv1d

__all__ = ["ResidualBlock", "SurvivalNet"]


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

    def along(self, axes: Tensor) -> ResidualBlock:
        """Return the same block for inputs given by their scores along some axes.

        Parameters
        ----------
        axes : Tensor of shape (axes, inputs)
            Orthogonal. Inputs that these span are ``scores @ axes``.
        """
        reduced = ResidualBlock(len(axes), len(self.dense.bias), self.slope)
        reduced.dense.weight = nn.Parameter(self.dense.weight.detach() @ axes.T)
        reduced.dense.bias = self.dense.bias
        shortcut = nn.Linear(len(axes), axes.shape[1], bias=False)
        shortcut.weight = nn.Parameter(axes.T.clone(), requires_grad=False)  # of an identity
        if isinstance(self.shortcut, nn.Linear):
            shortcut.weight = nn.Parameter(self.shortcut.weight.detach() @ axes.T)
        reduced.shortcut = shortcut
        return reduced

    def move(self, reduced: ResidualBlock, axes: Tensor) -> None:
        """Take on what `along` gave and has learned since; across the axes nothing changes."""
        back = axes / axes.square().sum(dim=1, keepdim=True)
        with torch.no_grad():
            for own, learned in zip(self.children(), reduced.children(), strict=True):
                if isinstance(own, nn.Linear) and isinstance(learned, nn.Linear):
                    own.weight += (learned.weight - own.weight @ axes.T) @ back


class SurvivalNet(nn.Module):
    """Table 2 as a module: expression in, SF2 out, a feature extractor and a predictor.

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
                stride=architecture.stride_of(layer),
                slope=architecture.slope,
                pool=architecture.pool,
            )
            for layer, (i, o, kernel) in enumerate(
                zip(ins, architecture.channels, architecture.kernels, strict=True)
            )
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

    def extract(self, x: Tensor) -> Tensor:
        """Convolve and flatten: (batch, features) → (batch, channels · pooled)."""
        x = x[:, None]  # (batch, 1, features)
        for convolution in self.convolutions:
            x = convolution(x)  # with leaky ReLU and pooling: (batch, channels, pooled)
            x = functional.dropout(x, self.conv_dropout, self.training)
        return x.flatten(1)

    def predict(self, x: Tensor) -> Tensor:
        """Go through the dense layers: (batch, channels · pooled) → (batch,), not below zero."""
        for block in self.blocks:
            x = functional.dropout(block(x), self.dense_dropout, self.training)
        out: Tensor = self.output(x).abs().squeeze(1)  # (batch,)
        return out

    def forward(self, x: Tensor) -> Tensor:
        """(batch, features) → (batch,), never below zero."""
        return self.predict(self.extract(x))
