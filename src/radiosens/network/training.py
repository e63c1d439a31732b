"""How the network is trained: every choice the paper leaves open, and the loop."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from radiosens.network.architecture import SurvivalNet

__all__ = ["TrainingSettings", "make_optimiser", "train"]

#: Called after each epoch with the epochs done, those to do, and the epoch's loss.
EpochCallback = Callable[[int, int, float], None]


@dataclass(frozen=True)
class TrainingSettings:
    """What the paper leaves open, with what each choice is for.

    They were chosen by hand on some folds of a stand-in for GSE32474 whose replicate arrays
    are simulated; see docs/training.md.

    Attributes
    ----------
    epochs : int
        Passes over the training samples. The schedule runs to zero, so the last is not better
        by luck than those before it, and nothing is chosen by looking at tested samples.
    batch_size : int
        29 divides the paper's 145 training samples into five equal batches.
    learning_rate : float
        Of Adam, before division by a layer's fan-in. A filter of 8,192 taps moves its output
        8,192 times as far as one tap alone, so one rate for all layers blows up.
    warmup : float
        Share of steps in which the rate rises from zero: Adam's first estimates are poor.
    clip_norm : float
        Longest gradient taken as it is; single batches would throw the long filters far off.
    input_dropout : float
        Share of features hidden from each training sample at first. Without it the network
        learns arrays by heart, not lines.
    input_dropout_end : float
        Share of training after which nothing is hidden any more, reached linearly: the network
        must end on inputs like those it will see.
    conv_dropout, dense_dropout : float
        Share of values dropped after each layer, as in the paper. Hiding inputs does the work:
        more of either made predictions worse.
    l2 : float
        Decay of weights at full learning rate, as in the paper; decoupled from Adam's scaling
        (Loshchilov and Hutter 2019, arXiv:1711.05101), so that long and short filters shrink
        alike.
    """

    epochs: int = 30
    batch_size: int = 29
    learning_rate: float = 0.8
    warmup: float = 0.15
    clip_norm: float = 1.0
    input_dropout: float = 0.3
    input_dropout_end: float = 0.7
    conv_dropout: float = 0.0
    dense_dropout: float = 0.0
    l2: float = 1e-4


def train(
    net: SurvivalNet,
    x: Tensor,
    y: Tensor,
    settings: TrainingSettings,
    on_epoch: EpochCallback | None = None,
) -> list[float]:
    """Train a network in place, drawing from torch's global generator.

    Parameters
    ----------
    net : SurvivalNet
        Initialised.
    x : Tensor of shape (samples, features)
        Scaled expression of training samples.
    y : Tensor of shape (samples,)
        Targets, not below zero.
    settings : TrainingSettings
        See there.
    on_epoch : callable, optional
        Progress.

    Returns
    -------
    list of float
        Root mean squared error of each epoch, in units of the targets.
    """
    samples = len(y)
    optimiser = make_optimiser(net, settings)
    steps = settings.epochs * math.ceil(samples / settings.batch_size)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, partial(_rate, settings, steps))
    losses = []
    errors = torch.zeros_like(y)
    net.train()
    for epoch in range(settings.epochs):
        done = epoch / settings.epochs
        hidden = settings.input_dropout * max(0.0, 1 - done / settings.input_dropout_end)
        for batch in torch.randperm(samples).split(settings.batch_size):
            error = net(_hide(x[batch], hidden)) - y[batch]  # (batch,)
            optimiser.zero_grad()
            error.square().mean().backward()
            nn.utils.clip_grad_norm_(net.parameters(), settings.clip_norm)
            optimiser.step()
            schedule.step()
            errors[batch] = error.detach()
            del error  # and with it the graph, before the next one is made
        losses.append(float(errors.square().mean().sqrt()))
        if on_epoch is not None:
            on_epoch(epoch + 1, settings.epochs, losses[-1])
    net.eval()
    return losses


def _hide(x: Tensor, share: float) -> Tensor:
    """Hide a share of features, another choice for each sample, and scale the others up.

    One random byte a value, so that the share is a multiple of 1/256: five times as quick as
    `torch.nn.functional.dropout`.
    """
    hidden = min(255, round(256 * share))
    if hidden == 0:
        return x
    numbers = torch.empty(-(-x.numel() // 8), dtype=torch.int64, device=x.device)
    numbers.random_(-(2**63), None)  # eight bytes each
    values = numbers.view(torch.uint8)[: x.numel()].view(x.shape)
    return x * (values >= hidden) * (256 / (256 - hidden))


def make_optimiser(net: SurvivalNet, settings: TrainingSettings) -> torch.optim.Optimizer:
    """Return Adam with a rate a layer."""
    groups = []
    for parameter in net.parameters():
        weights = parameter.dim() > 1
        scale = 1 / parameter[0].numel() if weights else 0.003
        groups.append(
            {
                "params": [parameter],
                "lr": settings.learning_rate * scale,
                "weight_decay": settings.l2 / scale if weights else 0.0,
            }
        )
    return torch.optim.AdamW(groups, betas=(0.9, 0.99), fused=True)


def _rate(settings: TrainingSettings, steps: int, step: int) -> float:
    """Return a step's share of the learning rate: linear warm-up, cosine decay."""
    warmup = max(1.0, settings.warmup * steps)
    return min(1.0, (step + 1) / warmup) * 0.5 * (1 + math.cos(math.pi * step / steps))
