from __future__ import annotations

import pytest
import torch

from radiosens.network.architecture import ResidualBlock, SurvivalNet
from radiosens.network.dimensions import PAPER, QUICK, scaled_to

# Table 2 of the paper: channels, output of the convolution, output of the pooling.
TABLE_2 = [(10, 23_242, 11_621), (20, 4_788, 2_394), (40, 942, 471), (80, 172, 86), (160, 28, 14)]


def test_every_layer_really_has_those_shapes():
    net = SurvivalNet(PAPER)
    seen = []
    for layer in [*net.convolutions, *net.blocks, net.output]:
        layer.register_forward_hook(lambda _, __, out: seen.append(tuple(out.shape[1:])))
    out = net(torch.zeros(1, 54_675))
    assert out.shape == (1,)
    assert seen == [(c, pooled) for c, _, pooled in TABLE_2] + [(800,), (256,), (100,), (32,), (1,)]


def test_number_of_weights():
    net = SurvivalNet(PAPER)
    without_shortcuts = sum(p.numel() for n, p in net.named_parameters() if "shortcut" not in n)
    assert without_shortcuts == 3_747_251  # by hand from Table 2's sizes, as in the design


def test_output_is_an_absolute_value():
    net = SurvivalNet(QUICK)
    torch.nn.init.constant_(net.output.bias, -3.0)
    torch.nn.init.zeros_(net.output.weight)
    assert net(torch.zeros(2, QUICK.length)).tolist() == [3.0, 3.0]


def test_each_dense_layer_has_its_own_skip():
    block = ResidualBlock(5, 5, slope=0.2)
    torch.nn.init.zeros_(block.dense.weight)
    torch.nn.init.zeros_(block.dense.bias)
    x = torch.randn(3, 5)
    torch.testing.assert_close(block(x), x)
    assert all(hasattr(b, "shortcut") for b in SurvivalNet(QUICK).blocks)


def test_leaky_slope():
    block = ResidualBlock(1, 1, slope=PAPER.slope)
    torch.nn.init.ones_(block.dense.weight)
    torch.nn.init.zeros_(block.dense.bias)
    assert block(torch.tensor([[-1.0]])).item() == pytest.approx(-1.2)  # -1 of the skip, -0.2


def test_forward_through_odd_lengths():
    for length in (1_055, 2_001, 5_147):
        net = SurvivalNet(scaled_to(PAPER, length))
        assert net(torch.zeros(2, length)).shape == (2,)
