from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.utils.estimator_checks import parametrize_with_checks

from radiosens import CNNRegressor, simulate_panel
from radiosens.errors import SettingsError
from radiosens.network.regressor import PRESETS


@parametrize_with_checks([CNNRegressor(preset="quick", epochs=60, random_state=0)])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def panel():
    return simulate_panel(features=400, tissues=3, lines_per_tissue=3, random_state=1)


def fit(panel, **options):
    model = CNNRegressor(preset="quick", epochs=3, **options)
    return model.fit(panel.X, panel.obs["sf2"].to_numpy())


def test_same_seed_same_numbers(panel):
    a, b, c = (fit(panel, random_state=s).predict(panel.X) for s in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


def test_leaves_the_global_generator_alone(panel):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    fit(panel, random_state=0)
    assert torch.equal(before, torch.get_rng_state())


def test_reports_every_epoch(panel):
    heard = []
    model = fit(panel, random_state=0, on_epoch=lambda *a: heard.append(a))
    assert [h[:2] for h in heard] == [(1, 3), (2, 3), (3, 3)]
    assert [h[2] for h in heard] == model.losses_


def test_learns_the_simulated_lines(panel):
    y = panel.obs["sf2"].to_numpy()
    train = panel.obs["replicate"].to_numpy() < 3
    model = CNNRegressor(preset="quick", epochs=60, random_state=0).fit(panel.X[train], y[train])
    assert np.corrcoef(model.predict(panel.X[~train]), y[~train])[0, 1] > 0.9


def test_predictions_do_not_depend_on_the_batch(panel):
    model = fit(panel, random_state=0)
    one = np.concatenate([model.predict(panel.X[i : i + 1]) for i in range(5)])
    np.testing.assert_allclose(one, model.predict(panel.X)[:5], rtol=1e-5)


def test_refuses_an_sf2_of_zero(panel):
    with pytest.raises(ValueError, match="above zero"):
        CNNRegressor(preset="quick").fit(panel.X, np.zeros(panel.n_obs))


def test_unknown_preset(panel):
    with pytest.raises(SettingsError, match="paper, quick"):
        CNNRegressor(preset="huge").fit(panel.X, panel.obs["sf2"])


def test_presets():
    assert set(PRESETS) == {"paper", "quick"}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_cuda(panel):
    model = fit(panel, random_state=0, device="cuda")
    assert next(model.net_.parameters()).is_cuda
    y = panel.obs["sf2"].to_numpy()
    assert np.abs(np.log(model.predict(panel.X) / y)).mean() < 1
