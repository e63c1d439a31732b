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


@pytest.mark.parametrize("outputs", [12, 7], ids=["identity", "linear"])
def test_a_block_along_axes_is_the_block_where_inputs_lie_on_them(outputs):
    generator = torch.Generator().manual_seed(0)
    axes = torch.linalg.qr(torch.randn(12, 4, generator=generator))[0].T
    axes = axes * torch.tensor([3.0, 0.5, 1.0, 2.0])[:, None]  # orthogonal, of any length
    scores = torch.randn(6, 4, generator=generator)
    block = ResidualBlock(12, outputs, slope=0.2)
    reduced = block.along(axes)
    torch.testing.assert_close(reduced(scores), block(scores @ axes), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("outputs", [12, 7], ids=["identity", "linear"])
def test_what_a_block_learned_along_axes_it_does_with_whole_inputs(outputs):
    generator = torch.Generator().manual_seed(0)
    basis = torch.linalg.qr(torch.randn(12, 12, generator=generator))[0].T
    axes, across = 0.5 * basis[:4], basis[4:]
    scores = torch.randn(6, 4, generator=generator)
    block = ResidualBlock(12, outputs, slope=0.2)
    unchanged = block.dense.weight @ across.T
    reduced = block.along(axes)
    optimiser = torch.optim.SGD([p for p in reduced.parameters() if p.requires_grad], lr=0.1)
    for _ in range(5):
        optimiser.zero_grad()
        reduced(scores).square().mean().backward()
        optimiser.step()
    block.move(reduced, axes)
    torch.testing.assert_close(block(scores @ axes), reduced(scores), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(block.dense.weight @ across.T, unchanged, rtol=1e-4, atol=1e-5)
