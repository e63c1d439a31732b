from __future__ import annotations

import math

import pytest
import torch

from radiosens.network.architecture import SurvivalNet
from radiosens.network.dimensions import QUICK, scaled_to
from radiosens.network.training import TrainingSettings, train


def test_training_reduces_the_loss():
    g = torch.Generator().manual_seed(0)
    lines = torch.arange(10).repeat_interleave(3)
    x = torch.randn(10, 300, generator=g)[lines] + 0.3 * torch.randn(30, 300, generator=g)
    y = torch.linspace(0.2, 2.5, 10)[lines]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = SurvivalNet(scaled_to(QUICK, x.shape[1]))
        net.initialise(float(y.mean()))
        losses = train(net, x, y, TrainingSettings(epochs=60, batch_size=10))
    assert losses[-1] < 0.2 * losses[0]
    assert len(losses) == 60


def trained(dense_steps, epochs=3):
    """Train a small network; give it, its losses, and the training samples."""
    g = torch.Generator().manual_seed(0)
    x = torch.randn(10, 300, generator=g).repeat_interleave(3, dim=0)
    x, y = x + 0.3 * torch.randn(30, 300, generator=g), torch.linspace(0.2, 0.9, 10).repeat(3)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = SurvivalNet(scaled_to(QUICK, x.shape[1]), 0.02, 0.02)
        net.initialise(float(y.mean()))
        settings = TrainingSettings(epochs=epochs, batch_size=10, dense_steps=dense_steps)
        losses = train(net, x, y, settings)
    return net, losses, x, y


def test_further_steps_of_the_dense_layers_leave_convolutions_as_they_are():
    before, *_ = trained(0)
    after, losses, x, y = trained(100)
    for a, b in zip(before.convolutions.parameters(), after.convolutions.parameters(), strict=True):
        assert torch.equal(a, b)
    assert [p.shape for p in before.parameters()] == [p.shape for p in after.parameters()]
    with torch.no_grad():
        error = (after(x) - y).square().mean().sqrt()
        assert error < 0.5 * (before(x) - y).square().mean().sqrt()
    assert losses[-1] == pytest.approx(float(error), rel=1e-3)


def test_samples_that_do_not_differ_are_no_trouble():
    x, y = torch.ones(6, 300), torch.linspace(0.2, 0.9, 6)
    net = SurvivalNet(scaled_to(QUICK, 300))
    net.initialise(0.5)
    losses = train(net, x, y, TrainingSettings(epochs=1, dense_steps=3))
    assert all(math.isfinite(loss) for loss in losses)
