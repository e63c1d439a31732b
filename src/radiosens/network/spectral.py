"""One-dimensional convolution with long kernels, computed in the frequency domain.

A convolution layer of deep learning is a correlation, ``y[n] = Σ_j w[j] x[s·n + j]`` with
stride ``s``. Signal and kernel are split by residue modulo ``s`` (their *phases*, the
polyphase decomposition), which turns the strided correlation into ``s`` ordinary ones at
an s-th of the length, with no output computed in vain:

    y[n] = Σ_p Σ_j w[s·j + p] · x[s·(n + j) + p]

With ``X``, ``W``, ``Y`` the discrete Fourier transforms of the phases and of ``y``, zero-padded
to a common length of at least a phase of the signal, correlation is a product,

    Y = Σ_c Σ_p X[c,p] · conj(W[o,c,p])

and so are both gradients, ``∂L/∂W = conj(G) · X`` summed over the batch and
``∂L/∂X = G · W`` with ``G`` the transform of the gradient of ``y``. Nothing is approximated:
results differ from a direct convolution by rounding only.

(Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd ed., sections 4.6 and 8.7;
Mathieu, Henaff and LeCun 2013, arXiv:1312.5851, for networks.)

What a network does next, a leaky ReLU and average pooling, is computed along with it, a few
samples at a time while their values are in the processor's cache; docs/performance.md says
what that is worth.

This module and the transforms beside it know nothing of radiosens, only torch.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from radiosens.network.transforms import Stage, sum_pool, transform_length

__all__ = ["SpectralConv1d", "prefers_spectral", "spectral_conv1d"]

# Time of one multiplication in a transform, and in a product of spectra, relative to one in
# a direct convolution; fitted on two x86 cores with benchmarks/convolution.py.
_TRANSFORM_COST = 5.0
_PRODUCT_COST = 1.3


def prefers_spectral(
    in_channels: int, out_channels: int, kernel_size: int, stride: int, length: int, batch: int
) -> bool:
    """Tell whether a training step is expected to be quicker in the frequency domain.

    Both ways' multiplications are counted and weighed by their measured cost.
    """
    outputs = (length - kernel_size) // stride + 1
    direct = 3 * batch * out_channels * in_channels * kernel_size * outputs
    n = transform_length(-(-length // stride))
    phases = in_channels * stride
    transforms = 2 * (batch * (phases + out_channels) + out_channels * phases)
    transform = transforms * n * math.log2(n)
    product = 3 * batch * phases * out_channels * (n // 2 + 1) * 4
    return _TRANSFORM_COST * transform + _PRODUCT_COST * product < direct


class _SpectralLayer(torch.autograd.Function):
    """Convolution, bias, leaky ReLU and average pooling, with all their gradients."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, stage: Stage, keep: bool
    ) -> Tensor:
        kernels = stage.kernels(weight)
        y = x.new_empty(len(x), len(weight), stage.outputs // stage.pool)
        ctx.parts = []
        for rows in stage.parts(x):
            y[rows], signal, values = stage.forward(x[rows], kernels, bias)
            if keep:
                ctx.parts.append((rows, signal, values))
        ctx.stage, ctx.kernels = stage, kernels
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        stage, kernels = ctx.stage, ctx.kernels
        needs_x, needs_weight, needs_bias = ctx.needs_input_grad[:3]
        by_weight = by_bias = grad_x = grad_weight = None
        if needs_x:
            grad_x = grad.new_zeros(len(grad), stage.phases // stage.stride, stage.length)
        for rows, signal, values in ctx.parts:
            full = stage.before_pooling(grad[rows], values)
            if needs_bias:
                by_bias = _add(by_bias, full.sum(dim=(0, 2)))
            conj_grad = stage.way.arrange(torch.conj_physical_(torch.fft.rfft(full)))
            if needs_weight:
                by_weight = _add(by_weight, stage.way.kernel_gradient(conj_grad, signal))
            if grad_x is not None:
                grad_x[rows, :, : stage.used] = stage.signal_gradient(conj_grad, kernels)
        if by_weight is not None:
            grad_weight = stage.signals(by_weight, stage.kernel) / stage.pool
        if by_bias is not None:
            by_bias = by_bias / stage.pool
        return grad_x, grad_weight, by_bias, None, None


def _add(total: Tensor | None, part: Tensor) -> Tensor:
    """Add in place."""
    return part if total is None else total.add_(part)


def spectral_conv1d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int = 1,
    *,
    slope: float = 1.0,
    pool: int = 1,
) -> Tensor:
    """Convolve as `torch.nn.functional.conv1d` does, in the frequency domain.

    Parameters
    ----------
    x : Tensor of shape (batch, in_channels, length)
        Signals, float32 or float64, on any device.
    weight : Tensor of shape (out_channels, in_channels, kernel)
        Kernels, not longer than the signals.
    bias : Tensor of shape (out_channels,), optional
        Added to each channel.
    stride : int
        Step between outputs.
    slope : float
        Of a leaky ReLU after the convolution, above zero; 1 leaves values as they are.
    pool : int
        Width of average pooling after that, without overlap; 1 leaves values as they are.

    Returns
    -------
    Tensor of shape (batch, out_channels, ((length - kernel) // stride + 1) // pool)
        Equal to the direct way up to rounding, differentiable once in each argument.

    Raises
    ------
    ValueError
        If shapes, types or settings do not fit.

    Examples
    --------
    >>> x, w = torch.randn(2, 3, 50, dtype=torch.float64), torch.randn(4, 3, 9, dtype=torch.float64)
    >>> direct = functional.conv1d(x, w, stride=2)
    >>> torch.allclose(spectral_conv1d(x, w, stride=2), direct, atol=1e-12)
    True
    >>> pooled = functional.avg_pool1d(functional.leaky_relu(direct, 0.2), 2)
    >>> torch.allclose(spectral_conv1d(x, w, stride=2, slope=0.2, pool=2), pooled, atol=1e-12)
    True
    """
    if x.dim() != 3 or weight.dim() != 3 or x.shape[1] != weight.shape[1]:
        raise ValueError(f"signals {tuple(x.shape)} and kernels {tuple(weight.shape)} do not fit")
    if weight.shape[-1] > x.shape[-1]:
        raise ValueError(f"a kernel of {weight.shape[-1]} is longer than {x.shape[-1]} values")
    if x.dtype != weight.dtype:
        raise ValueError(f"signals are {x.dtype} and kernels {weight.dtype}")
    _check(stride, slope, pool)
    stage = Stage(x.shape[-1], weight.shape[-1], stride, x.shape[1] * stride, slope, pool)
    arguments = [t for t in (x, weight, bias) if t is not None]
    keep = torch.is_grad_enabled() and any(t.requires_grad for t in arguments)
    y: Tensor = _SpectralLayer.apply(x, weight, bias, stage, keep)  # type: ignore[no-untyped-call]
    return y


def _check(stride: int, slope: float, pool: int) -> None:
    if stride < 1 or pool < 1:
        raise ValueError(f"stride and pooling must be at least 1, not {stride} and {pool}")
    if slope <= 0:
        raise ValueError(f"the slope of a leaky ReLU must be above zero, not {slope}")


class SpectralConv1d(nn.Conv1d):
    """Drop-in for `torch.nn.Conv1d` without padding, dilation or groups, quick for long kernels.

    Takes batches, ``(batch, in_channels, length)``.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride, bias
        As for `torch.nn.Conv1d`, whose parameters and initialisation it has.
    slope, pool
        Leaky ReLU and average pooling done along with it, see `spectral_conv1d`; by default
        neither.
    method : {"auto", "spectral", "direct"}
        How to compute; ``"auto"`` counts which is quicker for the size at hand.

    Examples
    --------
    >>> layer = SpectralConv1d(1, 10, 8192, stride=2)
    >>> layer(torch.zeros(1, 1, 54675)).shape
    torch.Size([1, 10, 23242])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        bias: bool = True,
        *,
        slope: float = 1.0,
        pool: int = 1,
        method: str = "auto",
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride=stride, bias=bias)
        if method not in ("auto", "spectral", "direct"):
            raise ValueError(f"method is 'auto', 'spectral' or 'direct', not {method!r}")
        _check(stride, slope, pool)
        self.slope = slope
        self.pool = pool
        self.method = method

    def forward(self, x: Tensor) -> Tensor:
        """Convolve: (batch, in_channels, length) → (batch, out_channels, length out)."""
        stride = self.stride[0]
        if self._spectral(x):
            return spectral_conv1d(
                x, self.weight, self.bias, stride, slope=self.slope, pool=self.pool
            )
        y = functional.conv1d(x, self.weight, self.bias, stride)
        if self.slope != 1:
            y = functional.leaky_relu(y, self.slope)
        return sum_pool(y, self.pool) / self.pool

    def _spectral(self, x: Tensor) -> bool:
        if self.method != "auto":
            return self.method == "spectral"
        return prefers_spectral(
            self.in_channels,
            self.out_channels,
            self.kernel_size[0],
            self.stride[0],
            x.shape[-1],
            x.shape[0],
        )
