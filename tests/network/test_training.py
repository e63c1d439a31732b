from __future__ import annotations

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
