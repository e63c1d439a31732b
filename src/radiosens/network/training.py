"""How the network is trained: every choice the paper leaves open, and the loop."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor, nn

from radiosens.network.architecture import ResidualBlock, SurvivalNet

__all__ = ["TrainingSettings", "make_optimiser", "train"]

#: Axes of features this much shorter than the longest are left as they are.
_SHORTEST = 0.02

#: Called after each epoch with the epochs done, those to do, and the epoch's loss.
EpochCallback = Callable[[int, int, float], None]


@dataclass(frozen=True)
class TrainingSettings:
    """What the paper leaves open, with what each choice is for.

    It says that the loss is minimised by gradient descent, that L2 and dropout stand after every
    convolution and every fully connected layer, and nothing more. docs/training.md says on which
    data these values were chosen.

    Attributes
    ----------
    epochs : int
        Passes of the whole network over the training samples: by then its features tell lines
        apart, and what errors are left is the dense layers' to mend.
    longer : float
        How many times as many passes a network for fewer features may take, in proportion to
        what it saves by its length: real measurements need more than simulated ones, and the
        time of a fit stays about the same.
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
        Share of epochs after which nothing is hidden any more, reached linearly: the network
        must end on inputs like those it will see.
    conv_dropout, dense_dropout : float
        Share of values dropped after every convolution and every fully connected layer, as in
        the paper. So small since SF2 is wanted to a hundredth, and each layer adds its own.
    l2 : float
        Decay of weights at full learning rate, as in the paper; decoupled from Adam's scaling
        (Loshchilov and Hutter 2019, arXiv:1711.05101), so that long and short filters shrink
        alike.
    dense_steps : int
        Further steps, of all training samples at once, in which the convolutions are held and
        the fully connected layers go on: small errors need many steps, and these cost a
        twentieth.
    dense_rate : float
        As `learning_rate`, in these: lower, as they end in small errors.
    """

    epochs: int = 8
    longer: float = 4.0
    batch_size: int = 29
    learning_rate: float = 0.8
    warmup: float = 0.15
    clip_norm: float = 1.0
    input_dropout: float = 0.3
    input_dropout_end: float = 0.7
    conv_dropout: float = 0.02
    dense_dropout: float = 0.02
    l2: float = 1e-4
    dense_steps: int = 300
    dense_rate: float = 0.1

    def for_length(self, features: int, whole: int) -> TrainingSettings:
        """Return settings for a network of so many features that was made for `whole`.

        Examples
        --------
        >>> [TrainingSettings().for_length(n, 54_675).epochs for n in (54_675, 22_283, 5_147)]
        [8, 20, 32]
        """
        times = min(self.longer, max(1.0, whole / features))
        return replace(self, epochs=round(self.epochs * times))


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
        Root mean squared error of each epoch, in units of the targets; the last one's is that
        after the steps of the dense layers alone.
    """
    net.train()
    losses = []
    for epoch, loss in enumerate(_train_whole(net, x, y, settings), start=1):
        last = epoch == settings.epochs and settings.dense_steps > 0
        losses.append(_train_dense(net, x, y, settings) if last else loss)
        if on_epoch is not None:
            on_epoch(epoch, settings.epochs, losses[-1])
    net.eval()
    return losses


def _train_whole(
    net: SurvivalNet, x: Tensor, y: Tensor, settings: TrainingSettings
) -> Iterator[float]:
    """Train all layers; yield each epoch's error."""
    samples = len(y)
    optimiser = make_optimiser(net, settings)
    steps = settings.epochs * math.ceil(samples / settings.batch_size)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, partial(_rate, settings, steps))
    errors = torch.zeros_like(y)
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
        yield float(errors.square().mean().sqrt())


def _train_dense(net: SurvivalNet, x: Tensor, y: Tensor, settings: TrainingSettings) -> float:
    """Train the dense layers on what the convolutions make of the samples; return the error.

    The first of them has nearly all weights, and the samples' features span few of its
    directions. It is trained in these alone: some tens of numbers a unit instead of thousands,
    and the same kind of network in the end.
    """
    net.eval()
    with torch.no_grad():
        features = torch.cat([net.extract(part) for part in x.split(settings.batch_size)])
    net.train()
    first, axes = net.blocks[0], _axes(features)
    assert isinstance(first, ResidualBlock)
    scores = features @ (axes / axes.square().sum(dim=1, keepdim=True)).T  # (samples, axes)
    net.blocks[0] = reduced = first.along(axes)
    layers = nn.ModuleList([*net.blocks, net.output])
    rates = replace(settings, learning_rate=settings.dense_rate)
    optimiser = make_optimiser(layers, rates)
    rate = partial(_rate, rates, settings.dense_steps)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
    for _ in range(settings.dense_steps):
        error = net.predict(scores) - y
        optimiser.zero_grad()
        error.square().mean().backward()
        nn.utils.clip_grad_norm_(layers.parameters(), settings.clip_norm)
        optimiser.step()
        schedule.step()
    first.move(reduced, axes)
    net.blocks[0] = first
    net.eval()
    with torch.no_grad():
        return float((net.predict(features) - y).square().mean().sqrt())


def _axes(features: Tensor) -> Tensor:
    """Return the axes that features differ in, and their mean: (axes, width), orthogonal.

    As long as features reach along them on average, all but the mean's by one scale. The mean
    is by far the longest, and would set the pace for all.
    """
    mean = features.mean(dim=0)
    along = mean / mean.norm().clamp_min(1e-12)
    differences = features - mean
    differences -= (differences @ along)[:, None] * along
    _, lengths, axes = torch.linalg.svd(differences, full_matrices=False)
    axes = axes[lengths > _SHORTEST * lengths[0]]
    scale = (differences @ axes.T).abs().mean()
    return torch.cat([mean[None], axes * scale])


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


def make_optimiser(net: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
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
