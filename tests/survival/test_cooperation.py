from __future__ import annotations

import numpy as np
import pytest

from radiosens.survival import survival_curve
from radiosens.survival.cooperation import find_cooperation, survival_at_equal_colonies

DENSITIES = (0.25, 0.5, 1.0, 2.0)


def test_lines_of_cfacoop_are_told_apart(shared):
    from radiosens.survival import read_counts

    rows = read_counts(shared("colony_counts.csv")).rows
    found = {line: find_cooperation(own) for line, own in rows.groupby("curve")}
    cooperative = {line for line, c in found.items() if c.verdict == "yes"}
    assert cooperative == {"A549", "HCC1806", "SKBR3", "SKLU1", "BT20"}
    assert {line for line in cooperative if found[line].power.value > 1.3} == cooperative - {"A549"}
    assert found["T47D"].power.low < 1 < found["T47D"].power.high


def test_cooperation_is_found_and_survival_corrected(dishes):
    frame = dishes(0.3, 0.03, power=1.6, densities=DENSITIES, colonies=300)
    curve = survival_curve(frame)
    assert curve.cooperation.verdict == "yes"
    assert curve.cooperation.power.low < 1.6 < curve.cooperation.power.high
    assert curve.theta == pytest.approx([0.3, 0.03], abs=0.02)
    assert any("it grows cooperatively" in w for w in curve.warnings)


def test_densities_that_rise_with_dose_do_not_bend_the_corrected_curve(dishes):
    frame = dishes(0.3, 0.03, power=1.6, densities=DENSITIES, colonies=300)
    # High doses seeded densely, as laboratories do to have colonies to count.
    keep = (frame["dose"] < 2) | (
        frame["cells"] > frame.groupby("dose")["cells"].transform("median")
    )
    curve = survival_curve(frame[keep])
    assert curve.sf2.low < np.exp(-0.72) < curve.sf2.high
    assert abs(curve.ignoring.sf2.value - np.exp(-0.72)) > abs(curve.sf2.value - np.exp(-0.72))


def test_cooperation_can_be_ignored_but_is_told(dishes):
    frame = dishes(power=1.6, densities=DENSITIES, colonies=300)
    curve = survival_curve(frame, cooperation="ignore")
    assert curve.ignoring is None
    assert any("this fit ignores it" in w for w in curve.warnings)


def test_a_line_without_cooperation_is_not_called_so(dishes):
    curve = survival_curve(dishes(densities=DENSITIES))
    assert curve.cooperation.verdict == "no"
    assert curve.cooperation.power.value == pytest.approx(1, abs=0.05)


def test_crowding_is_told(dishes):
    curve = survival_curve(dishes(power=0.7, densities=DENSITIES, colonies=300))
    assert curve.cooperation.verdict == "crowded"
    assert any("crowded" in w for w in curve.warnings)


def test_one_density_a_dose_says_nothing(dishes):
    assert find_cooperation(dishes()).verdict == "untested"


@pytest.mark.parametrize("method", ["ml", "ls"])
@pytest.mark.parametrize("plating", ["fit", "fix"])
def test_the_correction_holds_for_every_method(dishes, method, plating):
    frame = dishes(0.3, 0.03, power=1.6, densities=DENSITIES, colonies=1000)
    curve = survival_curve(frame, method=method, plating=plating)
    assert curve.sf2.value == pytest.approx(np.exp(-0.72), abs=0.05)


def test_survival_at_equal_colonies_is_free_of_the_power(dishes):
    frame = dishes(0.3, 0.03, power=1.6, densities=DENSITIES, colonies=30_000)
    found = survival_at_equal_colonies(frame, colonies=10_000)
    assert found[2.0] == pytest.approx(np.exp(-0.72), rel=0.02)
