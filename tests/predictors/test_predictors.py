from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from radiosens import simulate_panel
from radiosens.errors import SettingsError
from radiosens.predictors import REGISTRY, get_predictor
from radiosens.predictors.nearest import NearestNeighbour


@parametrize_with_checks([NearestNeighbour()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_recognises_lines():
    panel = simulate_panel(features=300)
    y = panel.obs["sf2"].to_numpy()
    train = panel.obs["replicate"].to_numpy() > 1
    model = NearestNeighbour().fit(panel.X[train], y[train])
    np.testing.assert_array_equal(model.predict(panel.X[~train]), y[~train])


def test_registry():
    assert set(REGISTRY) == {"cnn", "nearest"}
    assert all(name == p.name and p.description for name, p in REGISTRY.items())
    with pytest.raises(SettingsError, match="choose one of cnn, nearest"):
        get_predictor("oracle")
