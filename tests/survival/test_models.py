from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from radiosens.errors import SettingsError
from radiosens.survival.models import MODELS, model_named

THETA = {
    "linear": [0.4],
    "lq": [0.3, 0.03],
    "lql": [0.3, 0.03, 5.0],
    "shmt": [4.0, 1.2],
}
DOSES = np.array([0.0, 0.5, 2.0, 4.0, 7.0, 9.0])


@pytest.mark.parametrize("name", MODELS)
def test_gradients_are_the_derivatives(name):
    model, theta = MODELS[name], np.array(THETA[name])
    step = 1e-6
    numeric = [
        (model.log_survival(theta + step * e, DOSES) - model.log_survival(theta - step * e, DOSES))
        / (2 * step)
        for e in np.eye(len(theta))
    ]
    assert model.gradient(theta, DOSES) == pytest.approx(np.column_stack(numeric), abs=1e-8)


@pytest.mark.parametrize("name", MODELS)
def test_a_dose_found_for_a_survival_has_that_survival(name):
    model, theta = MODELS[name], np.array(THETA[name])
    for survival in (0.9, 0.37, 0.1, 1e-4):
        dose = np.array([model.dose_at(theta, survival)])
        assert np.exp(model.log_survival(theta, dose)) == pytest.approx(survival)


@pytest.mark.parametrize("name", MODELS)
def test_areas_are_integrals(name):
    model, theta = MODELS[name], np.array(THETA[name])

    def survival(dose):
        return float(np.exp(model.log_survival(theta, np.array([dose])))[0])

    assert model.mean_inactivation_dose(theta) == pytest.approx(quad(survival, 0, 80)[0], rel=1e-6)
    assert model.area(theta, 6.0) == pytest.approx(quad(survival, 0, 6, points=[5])[0], rel=1e-4)


def test_a_curve_that_turns_up_has_no_mean_inactivation_dose_and_may_miss_a_survival():
    theta = np.array([0.5, -0.05])
    assert np.isnan(MODELS["lq"].mean_inactivation_dose(theta))
    assert np.isnan(MODELS["lq"].dose_at(theta, 0.1))  # its least is exp(-1.25)
    assert MODELS["lq"].dose_at(theta, 0.5) < 5  # on the way down


def test_mean_inactivation_dose_without_beta_is_one_by_alpha():
    for beta in (0.0, 1e-20, 1e-9):
        assert MODELS["lq"].mean_inactivation_dose(np.array([0.4, beta])) == pytest.approx(2.5)


def test_an_unknown_model_is_refused_by_name():
    with pytest.raises(SettingsError, match="no survival model 'cubic'; choose one of linear, lq"):
        model_named("cubic")
