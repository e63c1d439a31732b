"""Nothing may be learned from test samples: that is shown here by changing them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor

from radiosens import simulate_panel
from radiosens.errors import SettingsError
from radiosens.evaluation.fits import Fit, as_task, run_fit
from radiosens.evaluation.inputs import FitInputs
from radiosens.evaluation.splits import Split, fold_splits, leave_one_out, make_folds
from radiosens.panel import data_hash
from radiosens.predictors import BUILTIN, Predictor
from radiosens.predictors.nearest import NearestNeighbour
from radiosens.predictors.rsi import GENES
from radiosens.preprocessing.label_outliers import WithoutLabelOutliers
from radiosens.runs.tasks import TaskFaultError

QUICK = {"preset": "quick", "epochs": 2}


@pytest.fixture(scope="module")
def panel():
    panel = simulate_panel(features=200, tissues=2, lines_per_tissue=3)
    panel.var_names = [g.symbol for g in GENES] + list(panel.var_names[len(GENES) :])
    return panel


def predict(panel, fit):
    return run_fit(FitInputs.of(panel, data_hash(panel), [fit.predictor]), fit)


def key_of(panel, fit):
    return as_task(FitInputs.of(panel, data_hash(panel), [fit.predictor]), fit).key


def fit_of(panel, predictor, tested=4):
    names = panel.obs_names
    split = Split(1, 1, tuple(names[tested:]), tuple(names[:tested]))
    return Fit(predictor, split, 7, QUICK if predictor.startswith("cnn") else {})


@pytest.mark.parametrize("predictor", BUILTIN)
def test_test_samples_do_not_touch_each_other(panel, predictor):
    """A test sample's prediction stays the same when all others tested with it change."""
    fit = fit_of(panel, predictor)
    before = predict(panel, fit)
    other = panel.copy()
    other.X[1:4] = np.random.default_rng(0).normal(9, 3, size=(3, panel.n_vars))
    other.obs.loc[other.obs_names[:4], "sf2"] = 0.123
    other.obs.loc[other.obs_names[1:4], "tissue"] = "elsewhere"
    after = predict(other, fit)
    first = panel.obs_names[0]
    assert after[first] == pytest.approx(before[first], rel=1e-6)


def test_labels_of_tested_samples_sway_no_vote():
    """With mislabelled arrays in training, tested samples still say nothing to each other."""
    panel = simulate_panel(features=300, tissues=3, lines_per_tissue=4, swaps=1)
    folds = make_folds(panel.obs, "replicate", rounds=1, folds=3, random_state=0)
    split = next(fold_splits(folds))
    model = WithoutLabelOutliers(Ridge())
    train = panel[list(split.train)]
    model.fit(train.X, train.obs["sf2"], groups=train.obs["line"])
    assert model.outliers_.any()
    fit = Fit("cnn-replicates", split, 7, QUICK)
    before = predict(panel, fit)
    other = panel.copy()
    first, *others = split.test
    rows = panel.obs_names.get_indexer(others)
    other.X[rows] = np.random.default_rng(0).normal(9, 3, size=(len(rows), panel.n_vars))
    other.obs.loc[list(split.test), "sf2"] = 0.123
    other.obs.loc[others, "line"] = panel.obs["line"].iloc[0]
    after = predict(other, fit)
    assert after[first] == pytest.approx(before[first], rel=1e-6)


def test_scaling_is_learned_from_training_samples_of_each_source(panel):
    two = panel.copy()
    two.obs["source"] = np.where(np.arange(panel.n_obs) % 2, "a", "b")
    fit = fit_of(two, "nearest")
    before = predict(two, fit)
    two.X[1:4] += 100 * np.random.default_rng(0).normal(size=(3, panel.n_vars))
    after = predict(two, fit)
    assert after[two.obs_names[0]] == before[two.obs_names[0]]


@pytest.fixture
def with_gaps(panel):
    """Give a panel of which a tenth of the values is missing, one feature in all of training."""
    gaps = panel.copy()
    gaps.X[np.random.default_rng(0).random(panel.shape) < 0.1] = np.nan
    gaps.X[4:, 15] = np.nan
    return gaps


SLOW = {"cnn", "cnn-replicates", "gaussian-process"}


@pytest.mark.parametrize("predictor", [n for n in BUILTIN if n not in SLOW])
def test_gaps_are_filled_from_training_samples_only(with_gaps, predictor):
    fit = fit_of(with_gaps, predictor)
    before = predict(with_gaps, fit)
    assert np.isfinite(list(before.values())).all()
    other = with_gaps.copy()
    other.X[1:4] = np.random.default_rng(1).normal(9, 3, size=(3, other.n_vars))
    after = predict(other, fit)
    assert after[other.obs_names[0]] == pytest.approx(before[other.obs_names[0]], rel=1e-6)


def test_a_predictor_that_asks_is_told_how_much_was_filled(with_gaps, registered):
    heard = []

    class Listener(DummyRegressor):
        def fit(self, X, y, filled=None):
            heard.append(filled)
            return super().fit(X, y)

        def predict(self, X, filled=None):
            heard.append(filled)
            return super().predict(X)

    registered(Predictor("listener", "x", lambda **_: Listener(), uses_filled=True))
    predict(with_gaps, fit_of(with_gaps, "listener"))
    shares = np.isnan(with_gaps.X).mean(axis=1)
    np.testing.assert_allclose(heard[0], shares[4:])
    np.testing.assert_allclose(heard[1], shares[:4])


def test_a_leaking_split_is_refused(panel):
    names = tuple(panel.obs_names)
    fit = Fit("nearest", Split(1, 1, names, names[:2]), 0)
    with pytest.raises(SettingsError, match="both sides"):
        predict(panel, fit)


def test_tuning_is_told_what_the_protocol_keeps_together(panel, registered):
    """Under donor, samples of one donor must not stand on both sides inside training either."""
    heard = {}

    class Listener(DummyRegressor):
        def fit(self, X, y, groups=None):
            heard[protocol] = list(groups)
            return super().fit(X, y)

    listener = Predictor("listener", "x", lambda random_state, **_: Listener(), tuned=True)
    registered(listener)
    lines = panel.obs["line"]
    tested = lines == lines.iloc[0]
    split = Split(1, 1, tuple(lines.index[~tested]), tuple(lines.index[tested]))
    for protocol in ("replicate", "line", "donor"):
        predict(panel, Fit("listener", split, 0, protocol=protocol))
    assert heard["replicate"] == list(split.train)
    assert heard["line"] == heard["donor"] == list(lines[~tested])


def test_a_split_is_checked_against_the_protocol_it_is_used_under(panel):
    fit = replace(fit_of(panel, "nearest", tested=1), protocol="line")
    with pytest.raises(SettingsError, match="is on both sides of a line split"):
        predict(panel, fit)


def test_key_depends_on_everything_that_matters(panel):
    fit = Fit("cnn", leave_one_out(panel.obs, panel.obs_names[0]), 1, QUICK)
    changed = panel.copy()
    changed.X[5, 5] += 1
    relabelled = panel.copy()
    relabelled.obs["sf2"] = relabelled.obs["sf2"] + 0.01
    keys = [
        key_of(panel, fit),
        key_of(changed, fit),
        key_of(relabelled, fit),
        key_of(panel, replace(fit, seed=2)),
        key_of(panel, replace(fit, predictor="nearest", settings={})),
        key_of(panel, replace(fit, settings={"preset": "paper"})),
        key_of(panel, replace(fit, protocol="donor")),
        key_of(panel, replace(fit, shuffle=1)),
        key_of(panel, replace(fit, split=leave_one_out(panel.obs, panel.obs_names[1]))),
    ]
    assert len(set(keys)) == len(keys)
    assert key_of(panel.copy(), fit) == keys[0]


def test_key_depends_on_what_a_predictor_is_made_of(panel, registered):
    """Same name, another number of neighbours: another key, with nothing raised by hand."""
    fit = Fit("knn", leave_one_out(panel.obs, panel.obs_names[0]), 1)
    keys = []
    for k in (1, 20):
        registered(Predictor("knn", "neighbours", lambda k=k, **_: KNeighborsRegressor(k)))
        keys.append(key_of(panel, fit))
    registered(Predictor("knn", "x", lambda **_: KNeighborsRegressor(1), scaled=False))
    keys.append(key_of(panel, fit))
    assert len(set(keys)) == 3


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        (lambda x: np.ones((len(x), 2)), r"predictions have the shape \(4, 2\) for 4 samples"),
        (lambda x: np.full(len(x), np.nan), "a prediction is not a finite number"),
        (lambda x: 1 / 0, r"it fails \(ZeroDivisionError: division by zero\)"),
    ],
)
def test_a_foreign_predictor_that_fails_is_told_of(panel, registered, predictions, message):
    class Broken(DummyRegressor):
        def predict(self, X):
            return predictions(X)

    registered(Predictor("broken", "x", lambda **_: Broken()))
    with pytest.raises(TaskFaultError, match=message):
        predict(panel, fit_of(panel, "broken"))


def test_a_fault_of_our_own_is_not_called_anybody_elses(panel, monkeypatch):
    monkeypatch.setattr(NearestNeighbour, "predict", lambda self, x: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        predict(panel, fit_of(panel, "nearest"))


#: Mean and standard deviation of predictions for the panel below, as they were when written
#: down: whoever changes one on purpose renews it.
REGRESSION_VALUES = {
    "mean": (0.488167, 0.000000),
    "lineage-mean": (0.488167, 0.000000),
    "tissue-mean": (0.488167, 0.119372),
    "lineage-tissue": (0.488167, 0.106108),
    "nearest": (0.529667, 0.181759),
    "ridge": (0.507987, 0.164759),
    "pca-ridge": (0.503816, 0.162410),
    "pls": (0.516541, 0.157466),
    "elastic-net": (0.490884, 0.126301),
    "selected-ridge": (0.508031, 0.164379),
    "svr": (0.512577, 0.138869),
    "extra-trees": (0.506739, 0.116846),
    "gaussian-process": (0.509083, 0.151187),
    "low-rank-kernel": (0.514630, 0.168835),
    "cnn": (0.542656, 0.197615),
    "cnn-replicates": (0.540502, 0.174566),
    "lineage-ridge": (0.502992, 0.133495),
    "radiosens": (0.502992, 0.133495),
}


def test_all_predictors_that_learn_have_regression_values():
    assert set(BUILTIN) - set(REGRESSION_VALUES) == {"rsi"}


@pytest.mark.parametrize("name", REGRESSION_VALUES)
def test_predictions_are_what_they_were(name):
    panel = simulate_panel(features=300, tissues=3, lines_per_tissue=4, swaps=1)
    folds = make_folds(panel.obs, "replicate", rounds=1, folds=3, random_state=0)
    settings = QUICK | {"epochs": 3} if name.startswith("cnn") else {}
    fit = Fit(name, next(fold_splits(folds)), 1, settings)
    found = np.array(list(predict(panel, fit).values()))
    assert (found.mean(), found.std()) == pytest.approx(REGRESSION_VALUES[name], rel=2e-3, abs=1e-6)
