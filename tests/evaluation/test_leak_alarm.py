"""The alarm has to go off: two planted leaks, and what honest predictors do beside them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import Ridge

from radiosens import EvaluateSettings, evaluate, simulate_panel
from radiosens.evaluation.shuffling import shuffled_sf2
from radiosens.evaluation.verdict import alarms, leakage
from radiosens.predictors import BUILTIN, Predictor


@pytest.fixture(scope="module")
def panel():
    """Give a panel with more lines than most tests need: intervals must mean something."""
    return simulate_panel(features=400, tissues=4, lines_per_tissue=8, replicates=2)


class Memoriser(RegressorMixin, BaseEstimator):
    """Know the samples by heart: look up the line by its likeness, else say the mean."""

    def fit(self, X, y):
        self.x_, self.y_ = X, y
        return self

    def predict(self, X):
        likeness = np.corrcoef(X, self.x_)[: len(X), len(X) :]
        known = self.y_[likeness.argmax(axis=1)]
        return np.where(likeness.max(axis=1) > 0.6, known, self.y_.mean())


class SelectedBefore(RegressorMixin, BaseEstimator):
    """Ridge on features that were chosen with everybody's SF2, tested samples' included."""

    def __init__(self, chosen):
        self.chosen = chosen

    def fit(self, X, y):
        self.ridge_ = Ridge(alpha=10.0).fit(X[:, self.chosen], y)
        return self

    def predict(self, X):
        return self.ridge_.predict(X[:, self.chosen])


def test_a_predictor_that_memorises_lines_is_exposed(panel, tmp_path, registered):
    planted = Predictor("memoriser", "planted", lambda random_state, **_: Memoriser())
    registered(planted)
    settings = EvaluateSettings(predictors=("memoriser",), rounds=1, folds=4, refits=0)
    row = leakage(evaluate(panel, tmp_path, settings, jobs=1)).iloc[0]
    assert row["r2_replicate"] > 0.99  # it looks perfect …
    assert row["r2_strict"] < 0.1  # … and knows nothing
    assert row["r2_gap"] > 0.9
    assert row["p"] < 0.001


def test_genes_chosen_before_splitting_are_exposed(panel, tmp_path, registered):
    """In shuffled SF2 there is nothing to find; whoever finds it has looked."""
    labels = shuffled_sf2(panel.obs, 1).to_numpy()  # what the shuffled run takes for truth
    x = panel.X - panel.X.mean(axis=0)
    score = np.abs(x.T @ (labels - labels.mean())) / np.linalg.norm(x, axis=0)
    chosen = np.argsort(-score)[:20]
    planted = Predictor("before", "planted", lambda random_state, **_: SelectedBefore(chosen))
    registered(planted)
    settings = EvaluateSettings(
        protocols=("donor",), predictors=("before", "selected-ridge"), rounds=1, folds=4,
        shuffle=True, refits=0,
    )  # fmt: skip
    evaluation = evaluate(panel, tmp_path, settings, jobs=1)
    assert alarms(evaluation.tables["differences"]) == ["before"]


def test_no_predictor_finds_anything_in_shuffled_sf2(panel, tmp_path):
    settings = EvaluateSettings(
        protocols=("donor",), rounds=1, folds=4, shuffle=True, preset="quick", epochs=2, refits=0
    )
    evaluation = evaluate(panel, tmp_path, settings, jobs=1)
    table = evaluation.tables["scores"].set_index("predictor")
    assert set(table.index) == set(BUILTIN) - {"rsi"}  # the simulated panel has no genes
    assert alarms(evaluation.tables["differences"]) == []
    assert not (table["r2_low"] > 0).any()
