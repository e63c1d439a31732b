from __future__ import annotations

import numpy as np
import pytest

from radiosens.explain import surface_of
from radiosens.explain.agreement import rank_correlation
from radiosens.explain.network import integrated_gradients, network_function
from radiosens.explain.preparation import Preparation
from radiosens.explain.randomised import randomised
from radiosens.models.fitted import Fitted
from radiosens.network.regressor import CNNRegressor
from radiosens.predictors import BUILTIN
from radiosens.preprocessing.alignment import Reference

#: Of the nearest neighbour SF2 decides sign and size of what leads from line to line, no more.
WITHOUT = {"mean", "lineage-mean", "tissue-mean", "lineage-tissue", "rsi", "cnn", "cnn-replicates"}
WITHOUT |= {"nearest"}


@pytest.mark.parametrize("name", sorted(set(BUILTIN) - WITHOUT) + ["two-means"])
def test_shuffled_weights_leave_nothing_of_an_explanation(name, trained, of_samples):
    fitted = trained(name)
    aligned, baseline = of_samples(fitted)
    before = surface_of(fitted, pairs=1).contributions(aligned[:8], baseline).values
    if not before.any():
        pytest.skip("it has chosen not to go by expression")
    (layer, other), *_ = list(randomised(fitted))
    after = surface_of(other, pairs=1).contributions(aligned[:8], baseline).values
    alike = [rank_correlation(a, b) for a, b in zip(before, after, strict=True)]
    assert layer == "weights"
    assert abs(np.nanmean(alike)) < 0.5
    again = surface_of(fitted, pairs=1).contributions(aligned[:8], baseline).values
    np.testing.assert_array_equal(again, before)  # the model itself is as it was


def test_what_has_no_weights_is_not_shuffled(trained):
    assert not list(randomised(trained("tissue-mean")))


def test_layers_of_the_network_are_shuffled_from_the_output_on():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(24, 400)).astype(np.float32)
    y = 0.5 + 0.2 * np.tanh(x[:, :20].sum(axis=1) / 4)
    model = CNNRegressor("quick", epochs=20, random_state=0).fit(x, y)
    fitted = Fitted("cnn", Reference(x.mean(axis=0), 1.0), None, model)

    def explained(model):
        function = network_function(model, Preparation())
        zero = np.zeros(400)
        return [integrated_gradients(function, r.astype(float), zero, steps=16) for r in x[:8]]

    before, layers, alike = explained(model), [], []
    for layer, other in randomised(fitted):
        after = explained(other.model)
        layers.append(layer)
        alike.append(np.mean([rank_correlation(a, b) for a, b in zip(before, after, strict=True)]))
    assert layers[0].startswith("output")
    assert layers[-1] == "convolutions.0"
    assert abs(alike[-1]) < 0.3
