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

`transforms` has the arithmetic, `operators` what torch is told of it, `cost` which way is the
quicker one. None of them knows anything of radiosens, only torch.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from radiosens.network.cost import prefers_spectral
from radiosens.network.operators import convolve
from radiosens.network.transforms import sum_pool

__all__ = ["SpectralConv1d", "prefers_spectral", "spectral_conv1d"]

#: What can be computed with, and in what: half types have too few digits for transforms.
_COMPUTED_IN = {
    torch.float64: torch.float64,
    torch.float32: torch.float32,
    torch.bfloat16: torch.float32,
    torch.float16: torch.float32,
}
_METHODS = ("auto", "spectral", "direct")
#: While compiling or exporting, batch and length may be unknown: the choice is then made for
#: so many samples, of so many kernels' length.
_NOMINAL_BATCH, _NOMINAL_KERNELS = 32, 8


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
        Signals, float32 or float64, on a processor or a GPU.
    weight : Tensor of shape (out_channels, in_channels, kernel)
        Kernels, not longer than the signals, of the same type.
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
    RuntimeError
        Under `torch.func`'s transforms (vmap and its like), and where a gradient is
        differentiated again.

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
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(f"a bias {tuple(bias.shape)} and kernels {tuple(weight.shape)} do not fit")
    if weight.shape[-1] > x.shape[-1]:
        raise ValueError(f"a kernel of {weight.shape[-1]} is longer than {x.shape[-1]} values")
    types = {t.dtype for t in (x, weight, bias) if t is not None}
    if len(types) > 1 or not types <= {torch.float32, torch.float64}:
        raise ValueError(
            f"signals are {x.dtype} and kernels {weight.dtype}: both must be float32, or float64"
        )
    _check(stride, slope, pool, "auto")
    return convolve(x, weight, bias, stride, slope, pool)


def _check(stride: int, slope: float, pool: int, method: str) -> None:
    if stride < 1 or pool < 1:
        raise ValueError(f"stride and pooling must be at least 1, not {stride} and {pool}")
    if slope <= 0:
        raise ValueError(f"the slope of a leaky ReLU must be above zero, not {slope}")
    if method not in _METHODS:
        raise ValueError(f"method is 'auto', 'spectral' or 'direct', not {method!r}")


class SpectralConv1d(nn.Conv1d):
    """Drop-in for `torch.nn.Conv1d`, quick for long kernels.

    Takes what `torch.nn.Conv1d` takes, in the same places and with the same meaning, has its
    parameters, initialisation and state, and gives its results up to rounding: signals in
    batches or alone, of any floating-point type, under autocast, `torch.compile` and
    `torch.export` (also with a batch of unknown size). Attributes that are set later count.

    Two things it can't do in the frequency domain: be differentiated twice, and be transformed
    by `torch.func` (vmap, grad, jvp and their like). Both raise `RuntimeError` and work with
    ``method="direct"``.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias
        As for `torch.nn.Conv1d`.
    padding_mode, device, dtype
        Likewise. Half-precision values are computed in float32 and rounded at the end.
    slope, pool
        Leaky ReLU and average pooling done along with it, see `spectral_conv1d`; by default
        neither.
    method : {"auto", "spectral", "direct"}
        How to compute: ``"auto"`` by what is expected to be quicker for the sizes at hand
        (see `prefers_spectral`; while compiling or exporting, for a nominal batch and length),
        ``"spectral"`` in the frequency domain wherever possible, ``"direct"`` as
        `torch.nn.Conv1d` does. Always direct are dilated and grouped convolutions and whatever
        is neither on a processor nor on a CUDA device.

    Examples
    --------
    >>> layer = SpectralConv1d(1, 10, 8192, stride=2)
    >>> layer(torch.zeros(1, 1, 54675)).shape
    torch.Size([1, 10, 23242])
    >>> SpectralConv1d(1, 10, 101, padding="same")(torch.zeros(1, 500)).shape
    torch.Size([10, 500])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int],
        stride: int | tuple[int] = 1,
        padding: str | int | tuple[int] = 0,
        dilation: int | tuple[int] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: torch.dtype | None = None,
        *,
        slope: float = 1.0,
        pool: int = 1,
        method: str = "auto",
    ) -> None:
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias,
            padding_mode, device=device, dtype=dtype,  # type: ignore[arg-type]
        )  # fmt: skip
        _check(_one(stride), slope, pool, method)
        self.slope = slope
        self.pool = pool
        self.method = method

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002, as torch names it
        """Convolve: (batch, in_channels, length) → (batch, out_channels, length out).

        Without the batch where the input has none.
        """
        _check(_one(self.stride), self.slope, self.pool, self.method)
        found = self._result_type(input)
        if found is not None and self._is_spectral(input):
            computed = _COMPUTED_IN[found]
            bias = None if self.bias is None else self.bias.to(computed)
            x, weight = self._padded(input).to(computed), self.weight.to(computed)
            batched = x if x.dim() == 3 else x[None]
            y = convolve(batched, weight, bias, _one(self.stride), self.slope, self.pool)
            return (y if x.dim() == 3 else y[0]).to(found)
        y = self._direct(input)
        if self.slope != 1:
            y = functional.leaky_relu(y, self.slope)
        return y if self.pool == 1 else sum_pool(y, self.pool) / self.pool

    def _direct(self, x: Tensor) -> Tensor:
        """Convolve as `torch.nn.Conv1d` does, by attributes as they are now."""
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            x, padding = self._padded(x), 0
        return functional.conv1d(
            x, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )

    def _sides(self) -> tuple[int, int]:
        """Return how many values padding adds at each side."""
        if self.padding == "same":
            total = _one(self.dilation) * (self.weight.shape[-1] - 1)
            return total // 2, total - total // 2
        side = 0 if isinstance(self.padding, str) else _one(self.padding)
        return side, side

    def _padded(self, x: Tensor) -> Tensor:
        sides = self._sides()
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        return x if sides == (0, 0) else functional.pad(x, sides, mode)

    def _result_type(self, x: Tensor) -> torch.dtype | None:
        """Return the type of `torch.nn.Conv1d`'s result; None where it has none of ours."""
        device = x.device.type
        if device not in ("cpu", "cuda"):
            return None
        autocast = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else None
        types = set()
        for tensor in (x, self.weight, self.bias):
            if tensor is not None:
                cast = autocast is not None and tensor.dtype in _COMPUTED_IN
                cast = cast and tensor.dtype != torch.float64  # which autocast leaves alone
                types.add(autocast if cast else tensor.dtype)
                if tensor.device != x.device:
                    return None
        found = types.pop()
        return found if not types and found in _COMPUTED_IN else None

    def _is_spectral(self, x: Tensor) -> bool:
        """Tell whether to go through the frequency domain; what does not fit torch refuses."""
        out_channels, in_channels, kernel = self.weight.shape
        stride = _one(self.stride)
        if self.method == "direct" or self.groups != 1 or (_one(self.dilation) != 1 and kernel > 1):
            return False
        if x.dim() not in (2, 3) or x.shape[-2] != in_channels:
            return False
        if min(self._sides()) < 0 or (self.padding == "same" and stride != 1):
            return False
        sizes = in_channels, out_channels, kernel, stride
        if torch.compiler.is_compiling():
            return self.method == "spectral" or _prefers_spectral_compiled(*sizes)
        length, batch = x.shape[-1] + sum(self._sides()), x.shape[0] if x.dim() == 3 else 1
        if length < kernel or batch == 0:
            return False
        return self.method == "spectral" or prefers_spectral(*sizes, length, batch)

    def extra_repr(self) -> str:
        """Return what `torch.nn.Conv1d` says of itself, and what is not as there."""
        ours = {"slope": (self.slope, 1.0), "pool": (self.pool, 1), "method": (self.method, "auto")}
        said = [f"{name}={value!r}" for name, (value, usual) in ours.items() if value != usual]
        return ", ".join([super().extra_repr(), *said])  # type: ignore[no-untyped-call]


@torch.compiler.assume_constant_result  # type: ignore[untyped-decorator]
def _prefers_spectral_compiled(
    in_channels: int, out_channels: int, kernel_size: int, stride: int
) -> bool:
    length = _NOMINAL_KERNELS * kernel_size
    return prefers_spectral(in_channels, out_channels, kernel_size, stride, length, _NOMINAL_BATCH)


def _one(value: int | tuple[int, ...]) -> int:
    """Return a number that torch allows to be a tuple of one."""
    return value[0] if isinstance(value, tuple | list) else int(value)
