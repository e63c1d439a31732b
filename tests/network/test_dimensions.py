from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiosens.errors import SettingsError
from radiosens.network.dimensions import PAPER, QUICK, scaled_to, smallest_length

# Table 2 of the paper: channels, output of the convolution, output of the pooling.
TABLE_2 = [(10, 23_242, 11_621), (20, 4_788, 2_394), (40, 942, 471), (80, 172, 86), (160, 28, 14)]


def test_shapes_are_table_2():
    shapes = [(s.channels, s.convolved, s.pooled) for s in PAPER.shapes()]
    assert shapes == TABLE_2
    assert PAPER.flattened == 2_240
    assert PAPER.dense == (800, 256, 100, 32)


@given(st.integers(1, 120_000), st.sampled_from([PAPER, QUICK]))
def test_other_lengths_fit_or_say_the_smallest(length, like):
    smallest = smallest_length(like)
    if length < smallest:
        with pytest.raises(SettingsError, match=rf"at least {smallest} features"):
            scaled_to(like, length)
    else:
        assert len(scaled_to(like, length).shapes()) == len(like.kernels)


def test_proportions_are_kept():
    half = scaled_to(PAPER, 27_337)
    assert half.kernels == (4_095, 1_023, 255, 63, 15)


@given(st.integers(2_000, 120_000))
def test_a_quick_network_hardly_grows_with_its_input(length):
    layers = zip(scaled_to(QUICK, length).shapes(), QUICK.shapes(), strict=True)
    assert all(shape.pooled <= grown.pooled <= 1.8 * shape.pooled for grown, shape in layers)
