"""Transforms of signals and kernels, and what a layer does with a few samples' spectra.

For `radiosens.network.spectral`, which tells what is computed.

Knows only torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

__all__ = [
    "_AlongFrequencies",
    "_MatrixAFrequency",
    "_interleave",
    "_spectra_of",
    "sum_pool",
    "transform_length",
]


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


def _spectra_of(x: Tensor, stride: int, n: int) -> Tensor:
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
    def kernel_gradient(conj_grad: Tensor, signal: Tensor, total: Tensor | None) -> Tensor:
        """Σ_b conj(G[b,o]) · X[b,k], added to what there is: (out, phases, frequencies)."""
        if total is None:
            shape = conj_grad.shape[1], signal.shape[1], signal.shape[2]
            total = signal.new_zeros(shape)
        for grad, spectrum in zip(conj_grad, signal, strict=True):
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
    def kernel_gradient(conj_grad: Tensor, signal: Tensor, total: Tensor | None) -> Tensor:
        by_out = conj_grad.transpose(1, 2)  # (frequencies, out, batch)
        return torch.bmm(by_out, signal) if total is None else total.baddbmm_(by_out, signal)

    @staticmethod
    def signal_gradient(conj_grad: Tensor, kernels: Tensor) -> Tensor:
        return torch.bmm(conj_grad, kernels)  # (frequencies, batch, phases)

    @staticmethod
    def signals(spectra: Tensor, n: int) -> Tensor:
        # Read in place, without a transposition; the result is contiguous by rows.
        values: Tensor = torch.fft.irfft(spectra, n=n, dim=0)
        return values.permute(1, 2, 0)


@dataclass(frozen=True)
class Stage:
    """The sizes of one layer at work, and what it does to a few samples."""

    length: int
    kernel: int
    stride: int
    in_channels: int
    out_channels: int
    slope: float
    pool: int

    @classmethod
    def of(cls, x: Tensor, weight: Tensor, stride: int, slope: float, pool: int) -> Stage:
        """Tell them from tensors: (batch, in, length) and (out, in, kernel)."""
        out_channels, in_channels, kernel = weight.shape
        return cls(x.shape[-1], kernel, stride, in_channels, out_channels, slope, pool)

    @property
    def phases(self) -> int:
        """Input channels times phases of each."""
        return self.in_channels * self.stride

    @property
    def outputs(self) -> int:
        """Values of an output before pooling."""
        return (self.length - self.kernel) // self.stride + 1

    @property
    def pooled(self) -> int:
        """Values of an output after pooling."""
        return self.outputs // self.pool

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
        """Which of the two ways to multiply spectra."""
        return _AlongFrequencies if self.phases <= _FEW_PHASES else _MatrixAFrequency

    def parts(self, x: Tensor) -> Iterator[slice]:
        """Share samples out: few at a time on a processor, all at once on a GPU."""
        size = self.way.samples if x.device.type == "cpu" else max(1, len(x))
        return (slice(a, min(a + size, len(x))) for a in range(0, len(x), size))

    def kernels(self, weight: Tensor) -> Tensor:
        """Return the kernels' conjugate spectra: (out, in, kernel) → as `way` arranges them.

        Divided by the width of pooling, which then is a sum: a leaky ReLU keeps proportions.
        """
        spectra = torch.conj_physical_(_spectra_of(weight / self.pool, self.stride, self.n))
        return self.way.arrange(spectra)

    def forward(
        self, x: Tensor, kernels: Tensor, bias: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return outputs, the signals' spectra and the values before pooling."""
        signal = self.way.arrange(_spectra_of(x[..., : self.used], self.stride, self.n))
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
        """Undo `_spectra_of`: as `way` arranges them → (rows, channels, length)."""
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
