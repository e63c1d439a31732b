from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch
from sklearn.utils.estimator_checks import parametrize_with_checks
from torch.nn import functional

from radiosens import CNNRegressor, simulate_panel
from radiosens.errors import SettingsError
from radiosens.network.architecture import SurvivalNet
from radiosens.network.regressor import PRESETS
from radiosens.network.training import make_optimiser
from radiosens.predictors import get_predictor


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


def test_it_predicts_sf2_itself_as_an_absolute_value(panel):
    model = fit(panel, random_state=0)
    x = model._inputs(panel.X)
    with torch.inference_mode():
        raw = model.net_(x)
        signed = model.net_.output(_before_output(model.net_, x))[:, 0]
    torch.testing.assert_close(raw, signed.abs())
    np.testing.assert_allclose(model.predict(panel.X), raw.numpy(), rtol=1e-4)


def _before_output(net, x):
    seen = []
    handle = net.output.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    net(x)
    handle.remove()
    return seen[0]


def test_the_loss_is_on_sf2(panel):
    """Twice the SF2, twice the error that is minimised: a loss on its logarithm would not move."""
    y = panel.obs["sf2"].to_numpy()
    model = fit(panel, random_state=0)
    error = np.sqrt(np.mean((model.predict(panel.X[:, :]) - y) ** 2))
    assert model.losses_[-1] < 2 * y.std()
    assert error < 2 * y.std()
    constant = CNNRegressor(preset="quick", epochs=3, random_state=0)
    assert constant.fit(panel.X, 0 * y + 0.5).losses_[0] < 0.05  # it begins at the mean of SF2


def test_a_fit_sees_expression_and_sf2_alone():
    assert list(inspect.signature(CNNRegressor.fit).parameters) == ["self", "X", "y"]
    cnn = get_predictor("cnn")
    told = (cnn.uses_lines, cnn.tuned, cnn.uses_tissues, cnn.uses_features, cnn.uses_filled)
    assert not any(told)


@pytest.mark.parametrize("preset", PRESETS)
def test_dropout_and_l2_are_above_zero_after_every_layer(preset):
    settings = PRESETS[preset][1]
    assert min(settings.conv_dropout, settings.dense_dropout, settings.l2) > 0
    net = SurvivalNet(PRESETS[preset][0], settings.conv_dropout, settings.dense_dropout).train()
    calls = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(functional, "dropout", lambda x, p, t: calls.append((p, t)) or x)
        net(torch.zeros(2, PRESETS[preset][0].length))
    expected = [settings.conv_dropout] * len(net.convolutions)
    expected += [settings.dense_dropout] * len(net.blocks)
    assert calls == [(p, True) for p in expected]
    decays = [g["weight_decay"] for g in make_optimiser(net, settings).param_groups]
    weights = [p.dim() > 1 for p in net.parameters()]
    assert [d > 0 for d in decays] == weights
