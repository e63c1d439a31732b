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
    are simulated; see "What to trust" in the README.

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
    outlier_width : float
        How far, in ``ln SF2``, a sample's error may be from its replicates' before it loses
        weight, see `agreement`: arrays are mislabelled at times.
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
    outlier_width: float = 0.3


def agreement(errors: Tensor, lines: Tensor, width: float, done: float) -> Tensor:
    """Weigh each training sample by how well it agrees with the others.

    Replicates have one SF2 between them, so an error that a sample does not share with the
    others of its line is about that array, not about the line; far beyond `width` it stops
    pulling (iteratively reweighted least squares with Welsch's weights, ``exp(-d² / 2w²)``,
    Holland and Welsch 1977, Communications in Statistics A 6:813).

    Where a line has fewer than three samples nobody is in the majority there. Such a sample's
    whole error counts, by as much as training is done: one that is still far off when the rest
    is fitted has others beside it that look the same and are labelled otherwise, and the more
    of them prevail.

    Parameters
    ----------
    errors : Tensor of shape (samples,)
        Errors of the last epoch.
    lines : Tensor of shape (samples,)
        A number for each line.
    width : float
        In units of the errors.
    done : float
        Share of training that is over.

    Examples
    --------
    >>> errors, lines = torch.tensor([0.1, 0.1, 2.0, 2.0]), torch.tensor([0, 0, 0, 1])
    >>> agreement(errors, lines, width=0.3, done=0.0).round(decimals=3).tolist()
    [1.0, 1.0, 0.0, 1.0]
    """
    apart = torch.empty_like(errors)
    for line in lines.unique():
        own = lines == line
        if own.sum() > 2:
            apart[own] = errors[own] - errors[own].quantile(0.5)
        else:
            apart[own] = errors[own] * done
    return torch.exp(-((apart / width) ** 2) / 2)


def train(
    net: SurvivalNet,
    x: Tensor,
    y: Tensor,
    settings: TrainingSettings,
    lines: Tensor | None = None,
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
    lines : Tensor of shape (samples,), optional
        A number for each sample's line; without it every sample has weight one.
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
    weights = torch.ones_like(y)
    net.train()
    for epoch in range(settings.epochs):
        done = epoch / settings.epochs
        hidden = settings.input_dropout * max(0.0, 1 - done / settings.input_dropout_end)
        if lines is not None and epoch:
            weights = agreement(errors, lines, settings.outlier_width, done)
        for batch in torch.randperm(samples).split(settings.batch_size):
            error = net(_hide(x[batch], hidden)) - y[batch]  # (batch,)
            optimiser.zero_grad()
            (weights[batch] * error.square()).mean().backward()
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
