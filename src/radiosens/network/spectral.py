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
``∂L/∂X = G · W`` with ``G`` the transform of the gradient of ``y``. At each frequency that is
one small complex matrix product. Nothing is approximated: results differ from a direct
convolution by rounding only.

(Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd ed., sections 4.6 and 8.7;
Mathieu, Henaff and LeCun 2013, arXiv:1312.5851, for networks.)

This module knows nothing of radiosens, only torch.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

__all__ = ["SpectralConv1d", "prefers_spectral", "spectral_conv1d", "transform_length"]

# Time of one multiplication in a transform, and in a product of spectra, relative to one in
# a direct convolution; fitted on two x86 cores with benchmarks/convolution.py.
_TRANSFORM_COST = 5.0
_PRODUCT_COST = 1.3


def transform_length(n: int) -> int:
    """Return the smallest even number of at least `n` whose prime factors are at most 7.

    Transforms of such lengths are quick in every FFT library.

    Examples
    --------
    >>> transform_length(27338), transform_length(5811)
    (27440, 5832)
    """
    n = max(2, n + n % 2)
    while True:
        rest = n
        for prime in (2, 3, 5, 7):
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


def _spectra(x: Tensor, stride: int, n: int, *, conjugate: bool = False) -> Tensor:
    """Transform the phases of signals.

    (rows, channels, length) → (frequencies, rows, channels · stride), contiguous, so that each
    frequency is a matrix.
    """
    rows, channels, length = x.shape
    phases = x.new_empty(rows, channels, stride, n)
    whole, rest = divmod(length, stride)
    phases[..., whole:] = 0
    phases[..., :whole] = x[..., : whole * stride].unflatten(-1, (whole, stride)).transpose(-1, -2)
    if rest:
        phases[..., :rest, whole] = x[..., whole * stride :]
    spectra: Tensor = torch.fft.rfft(phases).view(rows * channels * stride, -1)
    if conjugate:
        torch.conj_physical_(spectra)
    return spectra.t().contiguous().view(-1, rows, channels * stride)


def _signals(spectra: Tensor, stride: int, n: int, length: int) -> Tensor:
    """Undo `_spectra`: (frequencies, rows, channels · stride) → (rows, channels, length)."""
    phases: Tensor = torch.fft.irfft(spectra, n=n, dim=0)  # (n, rows, channels · stride)
    used = -(-length // stride)
    phases = phases[:used].permute(1, 2, 0).unflatten(1, (-1, stride))
    return phases.transpose(-1, -2).flatten(-2)[..., :length]


class _SpectralCorrelation(torch.autograd.Function):
    """Strided correlation with gradients by signal and kernel; see the module's docstring."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, stride: int) -> Tensor:
        kernel = weight.shape[-1]
        outputs = (x.shape[-1] - kernel) // stride + 1
        used = (outputs - 1) * stride + kernel  # what lies beyond touches no output
        n = transform_length(-(-used // stride))
        signal = _spectra(x[..., :used], stride, n)  # (frequencies, batch, phases)
        kernels = _spectra(weight, stride, n, conjugate=True)  # (frequencies, out, phases)
        product = torch.bmm(signal, kernels.transpose(1, 2))  # (frequencies, batch, out)
        ctx.save_for_backward(signal, kernels)
        ctx.sizes = (x.shape[-1], used, n, kernel, stride)
        y: Tensor = torch.fft.irfft(product, n=n, dim=0)[:outputs].permute(1, 2, 0)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        signal, kernels = ctx.saved_tensors
        length, used, n, kernel, stride = ctx.sizes
        conj_grad = _spectra(grad, 1, n, conjugate=True)  # (frequencies, batch, out)
        grad_x = grad_weight = None
        if ctx.needs_input_grad[1]:
            product = torch.bmm(conj_grad.transpose(1, 2), signal)
            grad_weight = _signals(product, stride, n, kernel)
        if ctx.needs_input_grad[0]:
            # conj(conj(G) · conj(W)) = G · W
            product = torch.conj_physical_(torch.bmm(conj_grad, kernels))
            grad_x = functional.pad(_signals(product, stride, n, used), (0, length - used))
        return grad_x, grad_weight, None


def spectral_conv1d(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1
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

    Returns
    -------
    Tensor of shape (batch, out_channels, (length - kernel) // stride + 1)
        Equal to the direct convolution up to rounding, differentiable once in each argument.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> x, w = torch.randn(2, 3, 50, dtype=torch.float64), torch.randn(4, 3, 9, dtype=torch.float64)
    >>> direct = functional.conv1d(x, w, stride=2)
    >>> torch.allclose(spectral_conv1d(x, w, stride=2), direct, atol=1e-12)
    True
    """
    if x.dim() != 3 or weight.dim() != 3 or x.shape[1] != weight.shape[1]:
        raise ValueError(f"signals {tuple(x.shape)} and kernels {tuple(weight.shape)} do not fit")
    if weight.shape[-1] > x.shape[-1]:
        raise ValueError(f"a kernel of {weight.shape[-1]} is longer than {x.shape[-1]} values")
    y: Tensor = _SpectralCorrelation.apply(x, weight, stride)  # type: ignore[no-untyped-call]
    return y if bias is None else y + bias[:, None]


class SpectralConv1d(nn.Conv1d):
    """Drop-in for `torch.nn.Conv1d` without padding, dilation or groups, quick for long kernels.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride, bias
        As for `torch.nn.Conv1d`, whose parameters and initialisation it has.
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
        method: str = "auto",
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride=stride, bias=bias)
        if method not in ("auto", "spectral", "direct"):
            raise ValueError(f"method is 'auto', 'spectral' or 'direct', not {method!r}")
        self.method = method

    def forward(self, x: Tensor) -> Tensor:
        """Convolve: (batch, in_channels, length) → (batch, out_channels, length out)."""
        if self._spectral(x):
            return spectral_conv1d(x, self.weight, self.bias, self.stride[0])
        return functional.conv1d(x, self.weight, self.bias, self.stride)

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
