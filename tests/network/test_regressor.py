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


def replicates(noise=0.3, lines=10, batch=0.15, features=400):
    """Give three arrays of each of ten lines, the third measured on another day."""
    rng = np.random.default_rng(0)
    truth = np.arange(lines).repeat(3)
    x = rng.normal(size=(lines, features))[truth] + noise * rng.normal(size=(len(truth), features))
    x = x + 3 * batch * (np.arange(len(truth)) % 3 == 2)[:, None] * rng.normal(size=features)
    return x, truth, np.exp(-np.linspace(0.3, 2.5, lines))


def test_a_mislabelled_training_sample_teaches_nothing():
    x, truth, sf2 = replicates()
    labels = truth.copy()
    labels[[2, 29]] = truth[[29, 2]]
    y = sf2[labels]
    model = CNNRegressor(preset="quick", epochs=5, random_state=0).fit(x, y, groups=labels)
    assert np.flatnonzero(model.outvoted_).tolist() == [2, 29]
    y[2], y[29] = 0.5, 0.6
    again = CNNRegressor(preset="quick", epochs=5, random_state=0).fit(x, y, groups=labels)
    np.testing.assert_array_equal(model.predict(x), again.predict(x))


def test_without_a_majority_the_nearer_of_two_labels_is_predicted():
    # Two lines' third arrays carry each other's label, and one correct array of each is unseen.
    x, truth, sf2 = replicates()
    labels = truth.copy()
    labels[[2, 29]] = truth[[29, 2]]
    unseen = [1, 28]
    seen = np.setdiff1d(np.arange(30), unseen)
    model = CNNRegressor(preset="quick", random_state=0)
    model.fit(x[seen], sf2[labels[seen]], groups=labels[seen])
    assert not model.outvoted_.any()
    assert len(model.ties_.ties) == 2
    error = np.abs(np.log(model.predict(x[unseen]) / sf2[truth[unseen]]))
    assert error.max() < 0.5 * np.log(sf2[0] / sf2[9])


def test_without_groups_no_label_is_doubted():
    x, truth, sf2 = replicates()
    model = CNNRegressor(preset="quick", epochs=1, random_state=0).fit(x, sf2[truth])
    assert not model.outvoted_.any()
    assert model.ties_ is None
