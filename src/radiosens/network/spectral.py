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

This module knows nothing of radiosens, only torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

__all__ = ["SpectralConv1d", "prefers_spectral", "spectral_conv1d", "sum_pool"]

# Time of one multiplication in a transform, and in a product of spectra, relative to one in
# a direct convolution; fitted on two x86 cores with benchmarks/convolution.py.
_TRANSFORM_COST = 5.0
_PRODUCT_COST = 1.3

# With so many phases or fewer, products along frequencies beat one matrix a frequency.
_FEW_PHASES = 4


@cache
def transform_length(n: int) -> int:
    """Return an even length of at least `n` that FFT libraries are quick at.

    The next one without prime factors above 5, or a power of two if that is at most a tenth
    longer.

    Examples
    --------
    >>> transform_length(27338), transform_length(5811), transform_length(236)
    (27648, 5832, 256)
    """
    n = max(2, n + n % 2)
    power = 1 << (n - 1).bit_length()
    if power <= 1.1 * n:
        return power
    while True:
        rest = n
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return n
        n += 2


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


def sum_pool(x: Tensor, width: int) -> Tensor:
    """Add neighbours without overlap: (batch, channels, length) → (…, length // width).

    As a sum of slices it takes a third of the time of `torch.nn.functional.avg_pool1d`.

    Examples
    --------
    >>> sum_pool(torch.tensor([[[1.0, 3.0, 5.0, 9.0, 4.0]]]), 2).tolist()
    [[[4.0, 14.0]]]
    """
    if width == 1:
        return x
    end = x.shape[-1] // width * width
    total = x[..., 0:end:width] + x[..., 1:end:width]
    for i in range(2, width):
        total += x[..., i:end:width]
    return total


# -- signals and their spectra -----------------------------------------------------------------


def _spectra(x: Tensor, stride: int, n: int) -> Tensor:
    """Transform phases: (rows, channels, length) → (rows, channels · stride, frequencies)."""
    rows, channels, length = x.shape
    phases = x.new_empty(rows, channels, stride, n)
    for p in range(stride):
        used = len(range(p, length, stride))
        phases[:, :, p, :used] = x[..., p::stride]
        phases[:, :, p, used:] = 0
    spectra: Tensor = torch.fft.rfft(phases).flatten(1, 2)
    return spectra


def _interleave(parts: Sequence[Tensor], out: Tensor) -> None:
    """Write ``out[..., i::k] = parts[i]`` for `k` parts, which `out` is to be filled by."""
    if len(parts) == 2:  # as real and imaginary parts: one pass over contiguous memory
        pairs = out.unflatten(-1, (-1, 2))
        torch.complex(*parts, out=torch.view_as_complex(pairs))
        return
    for i, part in enumerate(parts):
        out[..., i :: len(parts)] = part


class _AlongFrequencies:
    """Products of spectra laid out as (rows, channels, frequencies), for few phases.

    A sample's values fit into the cache from one transform to the other, and nothing is
    transposed.
    """

    samples = 1  # worked on at once

    @staticmethod
    def arrange(spectra: Tensor) -> Tensor:
        return spectra

    @staticmethod
    def outputs(signal: Tensor, kernels: Tensor, n: int) -> Tensor:
        """Σ_k X[b,k] · conj(W[o,k]), transformed back: (batch, out, n)."""
        product = signal[:, None, 0] * kernels[:, 0]
        for k in range(1, kernels.shape[1]):
            product.addcmul_(signal[:, None, k], kernels[:, k])
        values: Tensor = torch.fft.irfft(product, n=n)
        return values

    @staticmethod
    def kernel_gradient(conj_grad: Tensor, signal: Tensor) -> Tensor:
        """Σ_b conj(G[b,o]) · X[b,k]: (out, phases, frequencies)."""
        total = conj_grad[0][:, None] * signal[0]
        for grad, spectrum in zip(conj_grad[1:], signal[1:], strict=True):
            total.addcmul_(grad[:, None], spectrum)
        return total

    @staticmethod
    def signal_gradient(conj_grad: Tensor, kernels: Tensor) -> Tensor:
        """Σ_o conj(G[b,o]) · conj(W[o,k]): (batch, phases, frequencies)."""
        total = conj_grad[:, 0, None] * kernels[0]
        for o in range(1, len(kernels)):
            total.addcmul_(conj_grad[:, o, None], kernels[o])
        return total

    @staticmethod
    def signals(spectra: Tensor, n: int) -> Tensor:
        values: Tensor = torch.fft.irfft(spectra, n=n)
        return values


class _MatrixAFrequency:
    """Products of spectra laid out as (frequencies, rows, channels), for many phases."""

    samples = 64

    @staticmethod
    def arrange(spectra: Tensor) -> Tensor:
        rows, channels, frequencies = spectra.shape
        matrix = spectra.reshape(rows * channels, frequencies).t().contiguous()
        return matrix.view(frequencies, rows, channels)

    @staticmethod
    def outputs(signal: Tensor, kernels: Tensor, n: int) -> Tensor:
        product = torch.bmm(signal, kernels.transpose(1, 2))  # (frequencies, batch, out)
        return _MatrixAFrequency.signals(product, n)

    @staticmethod
    def kernel_gradient(conj_grad: Tensor, signal: Tensor) -> Tensor:
        return torch.bmm(conj_grad.transpose(1, 2), signal)  # (frequencies, out, phases)

    @staticmethod
    def signal_gradient(conj_grad: Tensor, kernels: Tensor) -> Tensor:
        return torch.bmm(conj_grad, kernels)  # (frequencies, batch, phases)

    @staticmethod
    def signals(spectra: Tensor, n: int) -> Tensor:
        # Read in place, without a transposition; the result is contiguous by rows.
        values: Tensor = torch.fft.irfft(spectra, n=n, dim=0)
        return values.permute(1, 2, 0)


# -- the layer ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Stage:
    """The sizes of one layer at work, and what it does to a few samples."""

    length: int
    kernel: int
    stride: int
    phases: int
    slope: float
    pool: int

    @property
    def outputs(self) -> int:
        return (self.length - self.kernel) // self.stride + 1

    @property
    def used(self) -> int:
        """Values of a signal that touch an output."""
        return (self.outputs - 1) * self.stride + self.kernel

    @property
    def n(self) -> int:
        """Length of transforms."""
        return transform_length(-(-self.used // self.stride))

    @property
    def way(self) -> type[_AlongFrequencies | _MatrixAFrequency]:
        return _AlongFrequencies if self.phases <= _FEW_PHASES else _MatrixAFrequency

    def parts(self, x: Tensor) -> Iterator[slice]:
        """Share samples out: few at a time on a processor, all at once on a GPU."""
        size = self.way.samples if x.device.type == "cpu" else max(1, len(x))
        return (slice(a, min(a + size, len(x))) for a in range(0, len(x), size))

    def kernels(self, weight: Tensor) -> Tensor:
        """Return the kernels' conjugate spectra: (out, in, kernel) → as `way` arranges them.

        Divided by the width of pooling, which then is a sum: a leaky ReLU keeps proportions.
        """
        spectra = torch.conj_physical_(_spectra(weight / self.pool, self.stride, self.n))
        return self.way.arrange(spectra)

    def forward(
        self, x: Tensor, kernels: Tensor, bias: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return outputs, the signals' spectra and the values before pooling."""
        signal = self.way.arrange(_spectra(x[..., : self.used], self.stride, self.n))
        y = self.way.outputs(signal, kernels, self.n)[..., : self.outputs]
        if bias is not None:
            y += bias[:, None] / self.pool
        if self.slope != 1:
            functional.leaky_relu(y, self.slope, inplace=True)
        return sum_pool(y, self.pool), signal, y

    def before_pooling(self, grad: Tensor, y: Tensor) -> Tensor:
        """Bring a gradient back through pooling and leaky ReLU: (rows, out, n), zero-padded."""
        end = grad.shape[-1] * self.pool
        full = grad.new_empty(*grad.shape[:2], self.n)
        full[..., end:] = 0
        _interleave([grad] * self.pool, full[..., :end])
        if self.slope != 1:
            used = full[..., : self.outputs]
            torch.ops.aten.leaky_relu_backward.grad_input(
                used, y, self.slope, True, grad_input=used
            )
        return full

    def signals(self, spectra: Tensor, length: int) -> Tensor:
        """Undo `_spectra`: as `way` arranges them → (rows, channels, length)."""
        values = self.way.signals(spectra, self.n).unflatten(1, (-1, self.stride))
        whole = -(-length // self.stride)
        signals = values.new_empty(*values.shape[:2], whole * self.stride)
        _interleave([values[:, :, p, :whole] for p in range(self.stride)], signals)
        used: Tensor = signals[..., :length]
        return used

    def signal_gradient(self, conj_grad: Tensor, kernels: Tensor) -> Tensor:
        """conj(conj(G) · conj(W)) = G · W, as signals: (rows, in, used)."""
        product = torch.conj_physical_(self.way.signal_gradient(conj_grad, kernels))
        return self.signals(product, self.used)


class _SpectralLayer(torch.autograd.Function):
    """Convolution, bias, leaky ReLU and average pooling, with all their gradients."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, stage: _Stage, keep: bool
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
    stage = _Stage(x.shape[-1], weight.shape[-1], stride, x.shape[1] * stride, slope, pool)
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
