"""The same numbers from independent implementations: Captum's and SHAP's."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

from radiosens.explain import Baseline, surface_of
from radiosens.explain.network import integrated_gradients, network_function
from radiosens.explain.preparation import Preparation
from radiosens.network.regressor import CNNRegressor


def imported(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name)


@pytest.fixture(scope="module")
def net():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(24, 400)).astype(np.float32)
    y = 0.5 + 0.2 * np.tanh(x[:, :20].sum(axis=1) / 4)
    return CNNRegressor("quick", epochs=20, random_state=0).fit(x, y), x


def test_integrated_gradients_are_captums(net):
    attr = imported("captum.attr")
    model, x = net
    function = network_function(model, Preparation())
    ours = integrated_gradients(function, x[0].astype(float), x[1].astype(float), steps=64)
    inputs = function.inputs(x[:2])
    theirs = attr.IntegratedGradients(function.sf2).attribute(
        torch.from_numpy(inputs[:1]), torch.from_numpy(inputs[1:2]),
        n_steps=64, method="riemann_middle",
    )  # fmt: skip
    ours_in = integrated_inputs(function, inputs)
    np.testing.assert_allclose(ours_in * (inputs[0] - inputs[1]), theirs.numpy()[0], atol=1e-6)
    assert abs(ours.sum() - theirs.sum().item()) < 1e-5


def integrated_inputs(function, inputs):
    shares = ((np.arange(64) + 0.5) / 64).astype(np.float32)
    return function.gradients(inputs[1] + shares[:, None] * (inputs[0] - inputs[1])) / 64


def test_the_whole_way_from_expression_is_captums(net):
    """Captum through scaling and noise filter, written out in torch, float64."""
    attr = imported("captum.attr")
    model, x = net
    function = network_function(model, Preparation())
    scaling = Preparation.of(model.scaling_)
    mean = torch.from_numpy(scaling.mean)
    matrix = None if model.noise_ is None else torch.from_numpy(model.noise_.components).double()

    def whole(values):
        t = (values - values.mean(dim=1, keepdim=True) - mean) / scaling.spread
        if matrix is not None:
            t = (t @ matrix.T) @ matrix
        t = torch.nn.functional.pad(t, (0, model.architecture_.length - t.shape[1]))
        return function.sf2(t.float()).double()

    ours = integrated_gradients(function, x[0].astype(float), x[1].astype(float), steps=64)
    theirs = attr.IntegratedGradients(whole).attribute(
        torch.from_numpy(x[:1]).double(), torch.from_numpy(x[1:2]).double(),
        n_steps=64, method="riemann_middle",
    )  # fmt: skip
    np.testing.assert_allclose(ours, theirs.numpy()[0], atol=1e-6)


@pytest.mark.parametrize("name", ["ridge", "pca-ridge", "pls", "elastic-net", "selected-ridge"])
def test_linear_contributions_are_shaps(name, trained, of_samples):
    shap = imported("shap")
    fitted = trained(name)
    aligned, baseline = of_samples(fitted)
    found = surface_of(fitted).contributions(aligned[:5], baseline)
    one = np.eye(aligned.shape[1])

    def f(x):
        return fitted.model.predict(Preparation.of(fitted.scaling).apply(x))

    intercept = f(np.zeros((1, aligned.shape[1])))[0]
    explainer = shap.LinearExplainer((f(one) - intercept, intercept), baseline.profiles)
    np.testing.assert_allclose(found.values, explainer.shap_values(aligned[:5]), atol=1e-6)


def test_trees_contributions_are_shaps(trained, of_samples):
    shap = imported("shap")
    fitted = trained("extra-trees")
    aligned, _ = of_samples(fitted)
    background = aligned[10:15]
    found = surface_of(fitted).contributions(aligned[:5], Baseline("", background))
    explainer = shap.TreeExplainer(
        fitted.model.model_, fitted.finish(background), feature_perturbation="interventional"
    )
    theirs = explainer.shap_values(fitted.finish(aligned[:5]))
    np.testing.assert_allclose(found.values, theirs, atol=1e-6)
