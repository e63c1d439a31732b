"""The convolution in the frequency domain as torch sees it: an autograd function, an operator.

Run as it stands, the layer is a `torch.autograd.Function` that keeps spectra from the forward pass
for the backward one. Under `torch.compile` and `torch.export` it is an operator,
``torch.ops.radiosens.spectral_conv1d``, which these take as a whole, batches of any size
included; its backward pass computes the spectra anew.

Knows only torch.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from radiosens.network.transforms import Stage

__all__ = ["convolve"]

_ONCE = (
    "a convolution in the frequency domain can be differentiated once, not twice;"
    " for second derivatives set method='direct'"
)
_NO_TRANSFORMS = (
    "a convolution in the frequency domain does not go with torch.func's transforms"
    " (vmap, grad, jvp and their like); for these set method='direct'"
)


def convolve(
    x: Tensor, weight: Tensor, bias: Tensor | None, stride: int, slope: float, pool: int
) -> Tensor:
    """Convolve, apply a leaky ReLU and pool: see `radiosens.network.spectral.spectral_conv1d`.

    Raises
    ------
    RuntimeError
        Under a transform of `torch.func`; and when a gradient is differentiated again.
    """
    if torch.compiler.is_compiling():
        compiled: Tensor = _operator(x, weight, bias, stride, slope, pool)
        return compiled
    if torch._C._are_functorch_transforms_active():
        raise RuntimeError(_NO_TRANSFORMS)
    arguments = [t for t in (x, weight, bias) if t is not None]
    keep = torch.is_grad_enabled() and any(t.requires_grad for t in arguments)
    stage = Stage.of(x, weight, stride, slope, pool)
    y: Tensor = _SpectralLayer.apply(x, weight, bias, stage, keep)  # type: ignore[no-untyped-call]
    return y


#: A part of a batch: its rows, its signals' spectra, its values before pooling.
_Part = tuple[slice, Tensor, Tensor]


def _forward(
    x: Tensor, kernels: Tensor, bias: Tensor | None, stage: Stage, parts: list[_Part] | None
) -> Tensor:
    """Compute outputs a few samples at a time; keep what a backward pass needs in `parts`."""
    y = x.new_empty(len(x), stage.out_channels, stage.pooled)
    for rows in stage.parts(x):
        y[rows], signal, values = stage.forward(x[rows], kernels, bias)
        if parts is not None:
            parts.append((rows, signal, values))
    return y


def _backward(
    grad: Tensor, kernels: Tensor, stage: Stage, parts: list[_Part], needs: tuple[bool, bool, bool]
) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
    """Return the gradients by signals, kernels and bias, those that are needed."""
    needs_x, needs_weight, needs_bias = needs
    by_weight = by_bias = grad_x = grad_weight = None
    if needs_x:
        grad_x = grad.new_zeros(len(grad), stage.in_channels, stage.length)
    for rows, signal, values in parts:
        full = stage.before_pooling(grad[rows], values)
        if needs_bias:
            total = full.sum(dim=(0, 2))
            by_bias = total if by_bias is None else by_bias.add_(total)
        if not (needs_weight or needs_x):
            continue
        conj_grad = stage.way.arrange(torch.conj_physical_(torch.fft.rfft(full)))
        if needs_weight:
            by_weight = stage.way.kernel_gradient(conj_grad, signal, by_weight)
        if grad_x is not None:
            grad_x[rows, :, : stage.used] = stage.signal_gradient(conj_grad, kernels)
    if by_weight is not None:
        grad_weight = stage.signals(by_weight, stage.kernel) / stage.pool
    if by_bias is not None:
        by_bias = by_bias / stage.pool
    return grad_x, grad_weight, by_bias


class _SpectralLayer(torch.autograd.Function):
    """Convolution, bias, leaky ReLU and average pooling, with all their gradients."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, stage: Stage, keep: bool
    ) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            ctx.stage, ctx.kernels = stage, stage.kernels(weight)
            ctx.parts = [] if keep else None
            return _forward(x, ctx.kernels, bias, stage, ctx.parts)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        with torch.no_grad(), torch.autocast(grad.device.type, enabled=False):
            found = _backward(grad, ctx.kernels, ctx.stage, ctx.parts, ctx.needs_input_grad[:3])
        if torch.is_grad_enabled():  # create_graph: not to be taken for constants in silence
            marker = grad.new_empty(0).requires_grad_()
            refused: Any = _Refuse.apply
            return (*(None if t is None else refused(t, marker) for t in found), None, None)
        return (*found, None, None)


class _Refuse(torch.autograd.Function):
    """A gradient that says why it can't be differentiated, when it is."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, marker: Tensor) -> Tensor:
        return value.clone()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[None, None]:
        raise RuntimeError(_ONCE)


@torch.library.custom_op(
    "radiosens::spectral_conv1d",
    mutates_args=(),
    schema="(Tensor x, Tensor weight, Tensor? bias, int stride, float slope, int pool) -> Tensor",
)
def _operator(
    x: Tensor, weight: Tensor, bias: Tensor | None, stride: int, slope: float, pool: int
) -> Tensor:
    stage = Stage.of(x, weight, stride, slope, pool)
    with torch.autocast(x.device.type, enabled=False):
        return _forward(x, stage.kernels(weight), bias, stage, None)


@_operator.register_fake
def _(x: Tensor, weight: Tensor, bias: Any, stride: int, slope: float, pool: int) -> Tensor:
    outputs = (x.shape[-1] - weight.shape[-1]) // stride + 1
    return x.new_empty(x.shape[0], weight.shape[0], outputs // pool)


@torch.library.custom_op(
    "radiosens::spectral_conv1d_backward",
    mutates_args=(),
    schema="(Tensor grad, Tensor x, Tensor weight, Tensor? bias, int stride, float slope,"
    " int pool, bool needs_x) -> (Tensor, Tensor, Tensor)",
)
def _operator_backward(
    grad: Tensor,
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: int,
    slope: float,
    pool: int,
    needs_x: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    stage = Stage.of(x, weight, stride, slope, pool)
    with torch.autocast(x.device.type, enabled=False):
        kernels, parts = stage.kernels(weight), list[_Part]()
        _forward(x, kernels, bias, stage, parts)
        needs = (needs_x, True, bias is not None)
        found = _backward(grad, kernels, stage, parts, needs)
    absent = grad.new_empty(0)
    by_x, by_weight, by_bias = (absent.clone() if t is None else t for t in found)
    return by_x, by_weight, by_bias


@_operator_backward.register_fake
def _(
    grad: Tensor,
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: int,
    slope: float,
    pool: int,
    needs_x: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    by_x = torch.empty_like(x, memory_format=torch.contiguous_format) if needs_x else x.new_empty(0)
    by_weight = torch.empty_like(weight, memory_format=torch.contiguous_format)
    by_bias = x.new_empty(0) if bias is None else torch.empty_like(bias)
    return by_x, by_weight, by_bias


def _keep(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    x, weight, bias, *ctx.settings = inputs
    ctx.save_for_backward(x, weight, bias)


def _differentiate(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
    x, weight, bias = ctx.saved_tensors
    needs_x, needs_weight, needs_bias = ctx.needs_input_grad[:3]
    found = _operator_backward(grad, x, weight, bias, *ctx.settings, needs_x)
    needs = (needs_x, needs_weight, needs_bias)
    return (*(t if need else None for t, need in zip(found, needs, strict=True)), None, None, None)


_operator.register_autograd(_differentiate, setup_context=_keep)
