from __future__ import annotations

import math

import pytest

from radiosens.errors import InputError
from radiosens.survival import bed, eqd2, gard


def test_bed_and_eqd2_by_hand():
    assert bed(60, 2, 3) == pytest.approx(100)
    assert eqd2(60, 2, 3) == pytest.approx(60)  # in fractions of 2 Gy it is the dose itself
    assert eqd2(40.05, 2.67, 4) == pytest.approx(40.05 * (2.67 + 4) / 6)  # START B, 15 fractions


def test_gard_of_two_gray_fractions_is_minus_log_rsi_a_fraction():
    assert gard(0.4, 2) == pytest.approx(-math.log(0.4))
    assert gard(0.4, 50) == pytest.approx(-25 * math.log(0.4))


def test_gard_of_other_fractions_uses_alpha_and_beta():
    alpha = (-math.log(0.4) - 0.05 * 4) / 2
    assert gard(0.4, 54, 18) == pytest.approx(3 * (alpha * 18 + 0.05 * 18**2))


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: gard(1.2, 60), "radiosensitivity index is 1.2"),
        (lambda: gard(0.0, 60), "radiosensitivity index is 0"),
        (lambda: gard(float("nan"), 60), "radiosensitivity index is nan"),
        (lambda: bed(-1, 2, 10), "the dose is -1"),
        (lambda: bed(60, 0, 10), "dose of a fraction is 0"),
        (lambda: eqd2(60, 2, 0), "α/β is 0"),
        (lambda: bed(float("inf"), 2, 10), "the dose is inf"),
    ],
)
def test_what_is_no_dose_or_index_is_refused(call, what):
    with pytest.raises(InputError, match=what):
        call()
