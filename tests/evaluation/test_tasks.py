"""Nothing may be learned from test samples: that is shown here by changing them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor

from radiosens import simulate_panel
from radiosens.errors import RunError, SettingsError
from radiosens.evaluation.splits import Split, fold_splits, leave_one_out, make_folds
from radiosens.evaluation.tasks import FitTask, PreparedPanel, network_of, run_fit
from radiosens.network import regressor
from radiosens.predictors import REGISTRY, Predictor
from radiosens.predictors.rsi import GENES

QUICK = {"preset": "quick", "epochs": 2}


@pytest.fixture(scope="module")
def panel():
    panel = simulate_panel(features=200, tissues=2, lines_per_tissue=3)
    panel.var_names = [g.symbol for g in GENES] + list(panel.var_names[len(GENES) :])
    return panel


def task_for(panel, predictor, tested=4):
    names = panel.obs_names
    split = Split(1, 1, tuple(names[tested:]), tuple(names[:tested]))
    return FitTask(predictor, split, 7, QUICK if predictor == "cnn" else {})


@pytest.mark.parametrize("predictor", REGISTRY)
def test_test_samples_do_not_touch_each_other(panel, predictor):
    """A test sample's prediction stays the same when all others tested with it change."""
    task = task_for(panel, predictor)
    before = run_fit(PreparedPanel.of(panel), task).predictions
    other = panel.copy()
    other.X[1:4] = np.random.default_rng(0).normal(9, 3, size=(3, panel.n_vars))
    other.obs.loc[other.obs_names[:4], "sf2"] = 0.123
    other.obs.loc[other.obs_names[1:4], "tissue"] = "elsewhere"
    after = run_fit(PreparedPanel.of(other), task).predictions
    first = panel.obs_names[0]
    assert after[first] == pytest.approx(before[first], rel=1e-6)


def test_labels_of_tested_samples_sway_no_vote_and_no_tie():
    """With mislabelled arrays in training, tested samples still say nothing to each other."""
    panel = simulate_panel(features=300, tissues=3, lines_per_tissue=4, swaps=1)
    folds = make_folds(panel.obs, "replicate", rounds=1, folds=3, random_state=0)
    split = next(fold_splits(folds))
    model = regressor.CNNRegressor(preset="quick", epochs=1, random_state=0)
    train = panel[list(split.train)]
    model.fit(train.X, train.obs["sf2"], groups=train.obs["line"])
    assert model.ties_ or model.outvoted_.any()
    task = FitTask("cnn", split, 7, QUICK)
    before = run_fit(PreparedPanel.of(panel), task).predictions
    other = panel.copy()
    first, *others = split.test
    rows = panel.obs_names.get_indexer(others)
    other.X[rows] = np.random.default_rng(0).normal(9, 3, size=(len(rows), panel.n_vars))
    other.obs.loc[list(split.test), "sf2"] = 0.123
    other.obs.loc[others, "line"] = panel.obs["line"].iloc[0]
    after = run_fit(PreparedPanel.of(other), task).predictions
    assert after[first] == pytest.approx(before[first], rel=1e-6)


def test_scaling_is_learned_from_training_samples_of_each_source(panel):
    two = panel.copy()
    two.obs["source"] = np.where(np.arange(panel.n_obs) % 2, "a", "b")
    task = task_for(two, "nearest")
    before = run_fit(PreparedPanel.of(two), task).predictions
    two.X[1:4] += 100 * np.random.default_rng(0).normal(size=(3, panel.n_vars))
    after = run_fit(PreparedPanel.of(two), task).predictions
    assert after[two.obs_names[0]] == before[two.obs_names[0]]


def test_a_leaking_split_is_refused(panel):
    names = tuple(panel.obs_names)
    task = FitTask("nearest", Split(1, 1, names, names[:2]), 0)
    with pytest.raises(SettingsError, match="both sides"):
        run_fit(PreparedPanel.of(panel), task)


def test_tuning_is_told_what_the_protocol_keeps_whole(panel, monkeypatch):
    """Under donor, samples of one donor must not stand on both sides inside training either."""
    heard = {}

    class Listener(DummyRegressor):
        def fit(self, X, y, groups=None):
            heard[protocol] = list(groups)
            return super().fit(X, y)

    listener = Predictor("listener", "x", lambda random_state, **_: Listener(), tunes=True)
    monkeypatch.setitem(REGISTRY, "listener", listener)
    lines = panel.obs["line"]
    tested = lines == lines.iloc[0]
    split = Split(1, 1, tuple(lines.index[~tested]), tuple(lines.index[tested]))
    for protocol in ("replicate", "line", "donor"):
        run_fit(PreparedPanel.of(panel), FitTask("listener", split, 0, protocol=protocol))
    assert heard["replicate"] == list(split.train)
    assert heard["line"] == heard["donor"] == list(lines[~tested])


def test_a_split_is_checked_against_the_protocol_it_is_used_under(panel):
    task = replace(task_for(panel, "nearest", tested=1), protocol="line")
    with pytest.raises(SettingsError, match="is on both sides of a line split"):
        run_fit(PreparedPanel.of(panel), task)


def test_key_depends_on_everything_that_matters(panel):
    task = FitTask("cnn", leave_one_out(panel.obs, panel.obs_names[0]), 1, QUICK)
    prepared = PreparedPanel.of(panel)
    changed = panel.copy()
    changed.X[5, 5] += 1
    relabelled = panel.copy()
    relabelled.obs["sf2"] = relabelled.obs["sf2"] + 0.01
    keys = [
        task.key(prepared),
        task.key(PreparedPanel.of(changed)),
        task.key(PreparedPanel.of(relabelled)),
        replace(task, seed=2).key(prepared),
        replace(task, predictor="nearest").key(prepared),
        replace(task, settings={"preset": "paper"}).key(prepared),
        replace(task, protocol="donor").key(prepared),
        replace(task, shuffle=1).key(prepared),
        replace(task, split=leave_one_out(panel.obs, panel.obs_names[1])).key(prepared),
    ]
    assert len(set(keys)) == len(keys)
    assert task.key(PreparedPanel.of(panel.copy())) == keys[0]


def test_key_knows_what_a_preset_stands_for(panel, monkeypatch):
    task = FitTask("cnn", leave_one_out(panel.obs, panel.obs_names[0]), 1, QUICK)
    before = task.key(PreparedPanel.of(panel))
    architecture, training = regressor.PRESETS["quick"]
    changed = replace(training, learning_rate=training.learning_rate / 2)
    monkeypatch.setitem(regressor.PRESETS, "quick", (architecture, changed))
    network_of.cache_clear()
    assert task.key(PreparedPanel.of(panel)) != before
    network_of.cache_clear()


#: Mean and standard deviation of predictions for the panel below, in fit version 5.
GOLDEN = {
    "mean": (0.488167, 0.000000),
    "tissue-mean": (0.488167, 0.119372),
    "nearest": (0.529667, 0.181759),
    "ridge": (0.507987, 0.164759),
    "pca-ridge": (0.503816, 0.162410),
    "pls": (0.516541, 0.157466),
    "elastic-net": (0.490884, 0.126301),
    "selected-ridge": (0.508031, 0.164379),
    "svr": (0.512577, 0.138869),
    "extra-trees": (0.506739, 0.116846),
    "gaussian-process": (0.509083, 0.151187),
    "cnn": (0.275347, 0.032953),
    "radiosens": (0.497297, 0.140831),
}


def test_all_predictors_that_learn_have_golden_figures():
    assert set(REGISTRY) - set(GOLDEN) == {"rsi"}


@pytest.mark.parametrize("name", GOLDEN)
def test_figures_change_with_the_fit_version_only(name):
    """Runs and shared caches take figures of one fit version for the same."""
    panel = simulate_panel(features=300, tissues=3, lines_per_tissue=4, swaps=1)
    folds = make_folds(panel.obs, "replicate", rounds=1, folds=3, random_state=0)
    task = FitTask(
        name, next(fold_splits(folds)), 1, QUICK | {"epochs": 3} if name == "cnn" else {}
    )
    found = np.array(list(run_fit(PreparedPanel.of(panel), task).predictions.values()))
    assert (found.mean(), found.std()) == pytest.approx(GOLDEN[name], rel=2e-3, abs=1e-6), (
        "a fit predicts other figures than before: raise FIT_VERSION, then renew these"
    )


def test_a_fit_that_fails_is_named_and_want_of_memory_told(panel, monkeypatch):
    task = task_for(panel, "nearest", tested=1)

    def fail(error):
        def make(**_):
            raise error

        changed = replace(REGISTRY["nearest"], make=make)
        monkeypatch.setattr("radiosens.evaluation.tasks.get_predictor", lambda _: changed)
        return PreparedPanel.of(panel)

    with pytest.raises(ZeroDivisionError) as caught:
        run_fit(fail(ZeroDivisionError()), task)
    assert caught.value.__notes__ == ["in a fit: nearest, replicate, round 1, fold 1"]
    with pytest.raises(RunError, match=r"memory does not suffice .*nearest.*fewer --jobs"):
        run_fit(fail(MemoryError()), task)
