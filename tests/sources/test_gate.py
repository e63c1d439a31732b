from __future__ import annotations

import warnings

import pytest

from radiosens.errors import InputError, RadiosensError
from radiosens.sources.gate import library, printable
from radiosens.sources.source import Source


@pytest.mark.parametrize("error", [KeyError("k"), ValueError("a\nb"), OSError(5, "x"), Exception()])
def test_whatever_a_library_raises_on_data_is_a_refusal_of_the_file(error):
    gate = library("a.h5ad", "it is damaged", "write it again")
    with pytest.raises(InputError, match=r"a\.h5ad: it is damaged \(.+\); write it again"), gate:
        raise error


def test_refusals_and_interruptions_pass_as_they_are():
    with pytest.raises(RadiosensError, match=r"^ours$"), library("a", "what", "cure"):
        raise RadiosensError("ours")
    with pytest.raises(KeyboardInterrupt), library("a", "what", "cure"):
        raise KeyboardInterrupt


def test_too_little_memory_is_said():
    with pytest.raises(InputError, match="does not fit into memory"), library("a", "x", "y"):
        raise MemoryError


def test_a_library_that_warns_of_the_data_is_silent():
    with library("a", "x", "y"):
        warnings.warn("Observation names are not unique", UserWarning, stacklevel=1)


def test_messages_are_one_printable_line_of_bounded_length():
    name = "\x1b]0;owned\x07" + "n" * 500
    error = Source(name).refusal(name, line=3, column=name, sample=name, cure=name)
    assert str(error).isprintable()
    assert len(str(error)) <= 520
    usual = Source(name).refusal(name, line=10**6, column=name, cure="mend it")
    assert len(str(usual)) <= 400


def test_a_cut_shows_that_something_is_left_out():
    assert printable("x" * 500).endswith("…")
