from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens.errors import InputError, SettingsError
from radiosens.survival import FitSettings, fit_curves, survival_curve, table_of
from radiosens.survival.models import MODELS


def test_the_truth_is_found_in_simulated_dishes(dishes):
    curve = survival_curve(dishes(0.3, 0.03, colonies=100_000))
    assert curve.parameter("alpha").value == pytest.approx(0.3, abs=0.01)
    assert curve.parameter("beta").value == pytest.approx(0.03, abs=0.002)
    assert curve.sf2.value == pytest.approx(np.exp(-0.72), abs=0.01)
    assert curve.sf2_measured.value == pytest.approx(np.exp(-0.72), abs=0.01)
    assert curve.dispersion == pytest.approx(1, abs=0.8)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("method", ["ml", "ls"])
def test_every_model_finds_the_curve_it_is_given(model, method):
    theta = {"linear": [0.4], "lq": [0.3, 0.03], "lql": [0.3, 0.05, 3.0], "shmt": [4.0, 1.2]}[model]
    dose = np.tile([0.0, 1, 2, 3, 4, 5, 6, 8], 2)
    survival = np.exp(MODELS[model].log_survival(np.array(theta), dose))
    frame = {
        "experiment": ["a"] * 8 + ["b"] * 8,
        "dose": dose,
        "cells": 1e6 / survival,
        "colonies": np.repeat([300_000, 250_000], 8),
    }
    curve = survival_curve(frame, model=model, method=method)
    assert curve.theta == pytest.approx(theta, rel=1e-3)
    assert [p.fitted.value for p in curve.plating] == pytest.approx([0.3, 0.25], rel=1e-4)


def test_zero_colonies_count_in_likelihood_and_are_told_in_least_squares(dishes):
    frame = dishes()
    frame.loc[frame["dose"] == 6, "colonies"] = 0
    likely = survival_curve(frame)
    assert any("no colony grew at 6 Gy" in w for w in likely.warnings)
    point = likely.points[-1]
    assert point.survival.value == 0
    assert 0 < point.survival.high < 0.05
    least = survival_curve(frame, method="ls")
    assert any("leaves out 9 dishes without a colony (at 6 Gy)" in w for w in least.warnings)
    assert least.sf2.value > likely.sf2.value or least.d10.value > likely.d10.value


def test_the_same_dishes_summed_give_the_same_curve(dishes):
    frame = dishes()
    summed = frame.groupby(["line", "experiment", "dose"], as_index=False)[
        ["cells", "colonies"]
    ].sum()
    assert survival_curve(summed).theta == pytest.approx(survival_curve(frame).theta, rel=1e-8)


def test_order_of_rows_does_not_matter(dishes):
    frame = dishes()
    shuffled = frame.sample(frac=1, random_state=0)
    assert survival_curve(shuffled).sf2.low == pytest.approx(survival_curve(frame).sf2.low)


def test_a_negative_beta_is_told_with_a_curve_held_at_zero(dishes):
    frame = dishes(0.6, -0.03, colonies=2000)
    curve = survival_curve(frame)
    assert curve.parameter("beta").value < 0
    assert curve.constrained.beta == 0
    linear = survival_curve(frame, model="linear")
    assert curve.constrained.alpha == pytest.approx(linear.parameter("alpha").value)
    assert np.isnan(curve.mid.value)
    assert np.isfinite(curve.constrained.mid)
    assert any("β is negative" in w and "held at 0 or above" in w for w in curve.warnings)


def test_a_negative_alpha_is_told_with_a_curve_held_at_zero(dishes):
    curve = survival_curve(dishes(-0.1, 0.1, colonies=2000))
    assert curve.parameter("alpha").value < 0
    assert curve.constrained.alpha == 0
    assert curve.constrained.beta > 0
    assert any("α is negative" in w for w in curve.warnings)


def test_a_curve_that_only_rises_is_held_flat(dishes):
    curve = survival_curve(dishes(-0.02, -0.004, colonies=2000))
    assert (curve.constrained.alpha, curve.constrained.beta) == (0, 0)
    assert curve.constrained.sf2 == 1
    assert np.isnan(curve.d10.value)


def test_few_degrees_of_freedom_give_students_t(dishes):
    from scipy.stats import t

    curve = survival_curve(dishes(experiments=1, dishes=1))
    assert curve.scatter.df == 2
    assert curve.quantile == pytest.approx(t.ppf(0.975, 2))
    assert any("one experiment only" in w for w in curve.warnings)


def test_with_no_degrees_of_freedom_poisson_is_assumed_and_told(dishes):
    curve = survival_curve(dishes(experiments=1, dishes=1, doses=(0, 2, 6)))
    assert curve.scatter.unit == "none"
    assert curve.dispersion == 1
    assert np.isfinite(curve.sf2.low)
    assert any("intervals assume Poisson's" in w for w in curve.warnings)


def test_dishes_that_share_a_flask_do_not_count_as_independent(dishes):
    frame = dishes(dishes=1, colonies=400)
    rng = np.random.default_rng(1)
    frame["colonies"] = (frame["colonies"] * np.exp(0.25 * rng.standard_normal(len(frame)))).round()
    copies = pd.concat([frame.assign(dish=i) for i in range(6)])
    once, many = survival_curve(frame), survival_curve(copies)
    assert many.scatter.unit == "doses"
    assert many.parameter("alpha").se == pytest.approx(once.parameter("alpha").se, rel=1e-3)
    assert many.scatter.df == once.scatter.df


def test_experiments_with_different_slopes_are_told(dishes):
    frame = pd.concat(
        [
            dishes(a, 0.02, experiments=1, colonies=1000, seed=i).assign(experiment=f"e{i}")
            for i, a in enumerate((0.2, 0.35, 0.5))
        ]
    )
    curve = survival_curve(frame)
    assert curve.disagreement.p < 1e-4
    assert curve.disagreement.high - curve.disagreement.low > curve.sf2.high - curve.sf2.low
    assert any("its experiments have different curves" in w for w in curve.warnings)


def test_plating_efficiency_given_in_a_column_is_held(dishes):
    frame = dishes(colonies=2000)
    irradiated = frame[frame["dose"] > 0]
    control = frame[frame["dose"] == 0].groupby("experiment")[["cells", "colonies"]].sum()
    efficiency = control["colonies"] / control["cells"]
    given = irradiated.assign(pe=irradiated["experiment"].map(efficiency))
    assert survival_curve(given).theta == pytest.approx(survival_curve(frame, plating="fix").theta)


def test_without_any_plating_efficiency_it_is_refused(dishes):
    frame = dishes()
    with pytest.raises(InputError, match="no unirradiated dish and no plating efficiency is given"):
        survival_curve(frame[frame["dose"] > 0])
    with pytest.raises(InputError, match="no colony grew in unirradiated dishes"):
        survival_curve(frame.assign(colonies=frame["colonies"].where(frame["dose"] > 0, 0)))


def test_one_experiment_without_control_is_told_or_left_out(dishes):
    frame = dishes()
    frame = frame[(frame["experiment"] != "e2") | (frame["dose"] > 0)]
    assert any("'e2' has no unirradiated dish" in w for w in survival_curve(frame).warnings)
    held = survival_curve(frame, plating="fix")
    assert held.experiments == ("e1", "e3")
    assert any("left out experiment 'e2'" in w for w in held.warnings)


def test_an_experiment_where_nothing_grew_is_left_out_and_told(dishes):
    frame = dishes()
    frame.loc[frame["experiment"] == "e2", "colonies"] = 0
    curve = survival_curve(frame)
    assert curve.experiments == ("e1", "e3")
    assert any("left out experiment 'e2': no colony grew" in w for w in curve.warnings)


def test_one_dose_is_refused_with_the_model_that_can_use_it(dishes):
    frame = dishes(doses=(0, 2))
    with pytest.raises(InputError, match=r"one dose only \(2 Gy\).*use --model linear"):
        survival_curve(frame)
    assert 0.3 < survival_curve(frame, model="linear").sf2.value < 0.7


def test_too_few_doses_for_a_model_are_refused(dishes):
    with pytest.raises(InputError, match=r"2 doses only .* linear-quadratic-linear curve has 3"):
        survival_curve(dishes(doses=(0, 2, 4)), model="lql")


def test_dishes_that_do_not_determine_the_curve_are_refused():
    frame = {
        "experiment": ["a", "a", "b"],
        "dose": [0, 2, 4],  # the dose of b only tells its own plating efficiency
        "cells": [200, 400, 2000],
        "colonies": [90, 85, 100],
    }
    with pytest.raises(InputError, match="do not determine a linear-quadratic curve"):
        survival_curve(frame)


def test_doses_of_an_experiment_without_controls_are_drawn_by_its_fitted_plating(dishes):
    frame = dishes(colonies=3000)
    lacking = frame["experiment"].isin(["e2", "e3"]) & (frame["dose"] < 4)
    only = (frame["experiment"] == "e1") & (frame["dose"] > 2)
    curve = survival_curve(frame[~lacking & ~only])
    assert [p.dose for p in curve.points] == [1, 2, 4, 6]
    assert [p.survival.value for p in curve.points] == pytest.approx(
        curve.survival(np.array([1.0, 2, 4, 6]))[0], rel=0.1
    )


def test_survival_at_one_dose_of_several_is_refused(dishes):
    frame = dishes()
    frame.loc[frame["dose"] > 1, "colonies"] = 0
    with pytest.raises(InputError, match=r"something survived at one dose only \(1 Gy\)"):
        survival_curve(frame)


def test_a_table_of_controls_is_refused(dishes):
    frame = dishes()
    with pytest.raises(InputError, match="nothing was irradiated"):
        survival_curve(frame[frame["dose"] == 0])


def test_counts_smoother_than_chance_are_told(dishes):
    frame = dishes(dishes=1)
    survival = np.exp(-0.3 * frame["dose"] - 0.03 * frame["dose"] ** 2)
    smooth = frame.assign(colonies=(0.3 * frame["cells"] * survival).round())
    assert any("scatter less than chance allows" in w for w in survival_curve(smooth).warnings)


def test_whatever_breaks_in_a_fit_names_the_curve(dishes, monkeypatch):
    from radiosens.survival import fitting

    def broken(*_, **__):
        raise np.linalg.LinAlgError("singular")

    monkeypatch.setattr(fitting, "fit_shape", broken)
    with pytest.raises(InputError, match=r"curve 'X': the fit breaks down \(singular\)"):
        survival_curve(dishes())


def test_survival_at_no_dose_is_refused(dishes):
    frame = dishes()
    frame.loc[frame["dose"] > 0, "colonies"] = 0
    with pytest.raises(InputError, match="nothing survived at any dose above 0 Gy"):
        survival_curve(frame)


def test_sf2_beyond_the_doses_is_told(dishes):
    curve = survival_curve(dishes(doses=(0, 0.5, 1, 1.5)))
    assert curve.sf2_measured is None
    assert any("SF2 is extrapolated: the highest dose is 1.5 Gy" in w for w in curve.warnings)


def test_ready_fractions_are_fitted_by_least_squares_with_their_weights():
    dose = np.array([1.0, 2, 4, 6])
    exact = np.exp(-0.3 * dose - 0.03 * dose**2)
    curve = survival_curve({"dose": dose, "sf": exact})
    assert curve.theta == pytest.approx([0.3, 0.03])
    off = exact * np.array([1, 1, 1, 2])
    loose = {"dose": dose, "sf": off, "sd": off * [0.01, 0.01, 0.01, 10]}
    assert survival_curve(loose).theta == pytest.approx([0.3, 0.03], abs=1e-3)
    assert any(
        "no likelihood" in w
        for w in survival_curve({"dose": dose, "sf": exact}, method="ml").warnings
    )


def test_a_fraction_of_zero_is_left_out_and_told():
    curve = survival_curve({"dose": [1, 2, 4, 8], "sf": [0.8, 0.5, 0.2, 0]})
    assert any("leaves out 1 points of no survival (at 8 Gy)" in w for w in curve.warnings)
    assert curve.observations == 3


def test_one_curve_that_cannot_be_fitted_does_not_stop_the_others(dishes):
    frame = pd.concat([dishes(line="A"), dishes(line="B", doses=(0, 2), seed=1)])
    fits = fit_curves(table_of(frame))
    assert [c.name for c in fits.curves] == ["A"]
    assert "curve 'B': one dose only (2 Gy)" in fits.failed["B"]


def test_if_none_can_be_fitted_the_first_reason_is_raised(dishes):
    with pytest.raises(InputError, match="curve 'B': one dose only"):
        fit_curves(table_of(dishes(line="B", doses=(0, 2))))


def test_several_curves_are_refused_where_one_is_asked_for(dishes):
    with pytest.raises(InputError, match="holds 2 curves"):
        survival_curve(pd.concat([dishes(line="A"), dishes(line="B", seed=1)]))


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"model": "x"}, "no survival model 'x'"),
        ({"method": "franken"}, "the method 'franken' is unknown; choose 'ml' or 'ls'"),
        ({"plating": "x"}, "the plating 'x' is unknown"),
        ({"cooperation": "x"}, "the cooperation 'x' is unknown"),
        ({"confidence": 95}, "a confidence of 95"),
        ({"auc_dose": 0}, "an area up to 0 Gy"),
    ],
)
def test_unknown_settings_are_refused(settings, what):
    with pytest.raises(SettingsError, match=what):
        FitSettings(**settings).checked()


def test_intervals_follow_the_confidence_asked_for(table):
    narrow = fit_curves(table(), FitSettings(confidence=0.8)).curves[0]
    wide = fit_curves(table(), FitSettings(confidence=0.99)).curves[0]
    assert narrow.sf2.low > wide.sf2.low
    assert narrow.sf2.value == wide.sf2.value


def test_yards_lines_agree_with_the_published_ones(shared):
    published = pd.read_csv(shared("yard2016_dose_response.csv")).set_index("line")
    from radiosens.survival import read_counts

    curves = fit_curves(read_counts(shared("yard2016_dose_response.csv"))).curves
    assert len(curves) == 463
    measured = np.array([c.sf2_measured.value for c in curves])
    assert measured == pytest.approx(published.loc[[c.name for c in curves], "SF2"].to_numpy())
    held = np.array([c.constrained.sf2 if c.constrained else c.sf2.value for c in curves])
    theirs = np.exp(-2 * published["alpha"] - 4 * published["beta"]).loc[[c.name for c in curves]]
    # RadioGx searches in steps of 0.005 and stops 20 of the lines further away than this.
    assert (np.abs(held - theirs) < 0.01).sum() == 443
