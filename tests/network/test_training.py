from __future__ import annotations

import pytest
import torch

from radiosens.network.architecture import QUICK, SurvivalNet, scaled_to
from radiosens.network.training import TrainingSettings, agreement, train


def test_agreement_by_hand():
    errors = torch.tensor([0.0, 0.0, 0.6, -0.2, 5.0])
    lines = torch.tensor([7, 7, 7, 3, 3])
    third = float(torch.exp(torch.tensor(-2.0)))
    weights = agreement(errors, lines, width=0.3, done=0.0)
    assert weights.tolist() == pytest.approx([1.0, 1.0, third, 1.0, 1.0])
    # Of two nobody is in the majority: half-way, errors of -0.2 and 5 count as -0.1 and 2.5.
    weights = agreement(errors, lines, width=0.3, done=0.5)
    two = torch.exp(torch.tensor([-1 / 18, -625 / 18])).tolist()
    assert weights.tolist() == pytest.approx([1.0, 1.0, third, *two])


def test_an_error_shared_by_all_replicates_keeps_its_weight():
    errors = torch.tensor([2.0, 2.1, 1.9])
    assert agreement(errors, torch.zeros(3), width=0.3, done=1.0).min() > 0.9


def data(swapped=True):
    """Give ten lines of three arrays; the last of two lines may carry each other's label."""
    g = torch.Generator().manual_seed(0)
    lines = torch.arange(10).repeat_interleave(3)
    x = torch.randn(10, 300, generator=g)[lines] + 0.3 * torch.randn(30, 300, generator=g)
    truth = torch.linspace(0.2, 2.5, 10)[lines]
    labelled = lines.clone()
    if swapped:
        labelled[2], labelled[29] = lines[29], lines[2]
    return x, truth, labelled, torch.linspace(0.2, 2.5, 10)[labelled]


def fitted(x, y, lines, **settings):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = SurvivalNet(scaled_to(QUICK, x.shape[1]))
        net.initialise(float(y.mean()))
        losses = train(net, x, y, TrainingSettings(epochs=60, batch_size=10, **settings), lines)
    with torch.no_grad():
        return net(x), losses


def test_a_mislabelled_replicate_stops_pulling():
    x, truth, lines, y = data()
    trusted, _ = fitted(x, y, None)
    doubted, _ = fitted(x, y, lines)
    wrong = (y - truth).abs() > 0.1
    assert wrong.sum() == 2
    error = (doubted - truth).abs()[wrong].mean()
    assert error < 0.5 * (trusted - truth).abs()[wrong].mean()


def test_training_reduces_the_loss():
    x, _, lines, y = data(swapped=False)
    _, losses = fitted(x, y, lines)
    assert losses[-1] < 0.2 * losses[0]
    assert len(losses) == 60
