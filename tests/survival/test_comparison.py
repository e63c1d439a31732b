from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens.errors import InputError
from radiosens.survival import (
    FitSettings,
    compare_all,
    compare_curves,
    fit_curves,
    survival_curve,
    table_of,
)
from radiosens.survival.model_choice import compare_models


@pytest.fixture
def three(dishes):
    return table_of(
        pd.concat(
            [
                dishes(0.3, 0.03, line="control", seed=1),
                dishes(0.3, 0.03, line="same", seed=2),
                dishes(0.6, 0.06, line="sensitised", seed=3),
            ]
        )
    )


def test_a_sensitised_curve_differs_and_ratios_say_by_how_much(three):
    found = {c.curve: c for c in compare_all(fit_curves(three).curves, "control")}
    assert found["sensitised"].p < 1e-6
    assert found["same"].p > 0.01
    ratio = found["sensitised"].sf2_ratio
    assert ratio.value == pytest.approx(np.exp(0.72), rel=0.15)  # effects at 2 Gy differ by 0.72
    # Twice the effect at every dose: doses for a tenth by the quadratic formula.
    d10 = [
        (-a + np.sqrt(a**2 + 4 * b * np.log(10))) / (2 * b) for a, b in ((0.3, 0.03), (0.6, 0.06))
    ]
    assert found["sensitised"].dose_ratio.value == pytest.approx(d10[0] / d10[1], rel=0.1)
    assert found["sensitised"].mid_ratio.value > 1


@pytest.mark.parametrize("model", ["linear", "lq", "lql", "shmt"])
@pytest.mark.parametrize("method", ["ml", "ls"])
def test_every_model_and_method_can_be_compared(three, model, method):
    found = compare_all(fit_curves(three, FitSettings(model, method)).curves)
    assert len(found) == 3
    assert all(0 <= c.p <= c.p_holm <= 1 for c in found)
    assert {c.test for c in found} == {"F" if model in {"linear", "lq"} else "Wald"}


def test_p_values_are_adjusted_by_holm(three):
    found = compare_all(fit_curves(three).curves)
    ordered = sorted(found, key=lambda c: c.p)
    assert ordered[0].p_holm == pytest.approx(min(1, 3 * ordered[0].p))
    assert ordered[2].p_holm >= ordered[1].p_holm >= ordered[0].p_holm


def test_a_curve_does_not_differ_from_itself(dishes):
    curve = survival_curve(dishes())
    found = compare_curves(curve, curve)
    assert found.f == pytest.approx(0, abs=1e-6)
    assert found.sf2_ratio.value == 1


def test_the_doses_of_the_ratio_can_be_chosen(three):
    curves = fit_curves(three).curves
    at_half = compare_curves(curves[2], curves[0], at_survival=0.5)
    expected = curves[0].dose_at(0.5).value / curves[2].dose_at(0.5).value
    assert at_half.dose_ratio.value == pytest.approx(expected)
    with pytest.raises(InputError, match="a surviving fraction of 10"):
        compare_curves(curves[2], curves[0], at_survival=10)


def test_curves_fitted_differently_are_not_compared(dishes):
    with pytest.raises(InputError, match="fitted by different models or methods"):
        compare_curves(survival_curve(dishes()), survival_curve(dishes(), model="linear"))


def test_an_unknown_control_is_refused(three):
    with pytest.raises(InputError, match=r"no fitted curve 'nothing'.* name one of control, same"):
        compare_all(fit_curves(three).curves, "nothing")


def test_cooperative_lines_are_compared_by_their_corrected_curves(dishes):
    options = {"power": 1.6, "densities": (0.25, 0.5, 1, 2), "colonies": 300}
    frame = pd.concat(
        [dishes(0.3, 0.03, line="A", **options), dishes(0.6, 0.06, line="B", seed=1, **options)]
    )
    found = compare_all(fit_curves(table_of(frame)).curves)[0]
    assert found.test == "Wald"
    assert found.p < 1e-4


def test_akaike_finds_the_model_that_made_the_dishes(dishes):
    straight = table_of(dishes(0.6, 0.0, colonies=300, doses=(0, 1, 2, 3, 4, 6)))
    bent = table_of(dishes(0.05, 0.1, colonies=3000, doses=(0, 1, 2, 3, 4, 6)))
    names = ["lq", "linear", "lql", "shmt"]
    for table, delta in ((straight, "linear"), (bent, "lq")):
        found = compare_models(table, names, FitSettings()).set_index("model")
        assert found.loc[delta, "delta"] < 4.1  # at most two idle parameters away from the best
        assert found["delta"].min() == 0
    assert compare_models(bent, names, FitSettings()).set_index("model").loc["linear", "delta"] > 10


def test_a_model_with_more_parameters_than_doses_has_no_row(dishes):
    found = compare_models(table_of(dishes(doses=(0, 2, 4))), ["lq", "lql"], FitSettings())
    assert found["model"].tolist() == ["lq"]
