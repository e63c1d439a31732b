"""Predictors of others: never mistaken for one another, and harmless when they fail."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.neighbors import KNeighborsRegressor

from radiosens import EvaluateSettings, evaluate, simulate_panel
from radiosens.predictors import Predictor

#: Names are checked when settings are made, so of registered predictors only.
SETTINGS = EvaluateSettings(predictors=("mean",), rounds=1, folds=3, refits=0).model_copy(
    update={"predictors": ("mean", "knn")}
)


@pytest.fixture(scope="module")
def panel():
    return simulate_panel(features=80, tissues=2, lines_per_tissue=4)


def neighbours(k):
    return Predictor("knn", "neighbours", lambda **_: KNeighborsRegressor(k))


def test_a_changed_predictor_is_never_served_old_results(panel, tmp_path, registered, caplog):
    """The same name with k = 1, then k = 12: in the same directory and through a cache."""
    cache = tmp_path / "fits"
    registered(neighbours(1))
    one = evaluate(panel, tmp_path / "run", SETTINGS, jobs=1, cache=cache).predictions
    registered(neighbours(12))
    same_directory = evaluate(panel, tmp_path / "run", SETTINGS, jobs=1).predictions
    other_directory = evaluate(panel, tmp_path / "other", SETTINGS, jobs=1, cache=cache).predictions
    alone = evaluate(panel, tmp_path / "alone", SETTINGS, jobs=1).predictions
    assert not one["prediction"].equals(alone["prediction"])
    assert same_directory.equals(alone)
    assert other_directory.equals(alone)
    assert "mean" in set(one["predictor"])
    registered(neighbours(1))
    assert evaluate(panel, tmp_path / "run", SETTINGS, jobs=1).predictions.equals(one)


def test_changed_code_is_told_and_only_its_fits_are_done_anew(
    panel, tmp_path, registered, monkeypatch, caplog
):
    registered(neighbours(3))
    evaluate(panel, tmp_path, SETTINGS, jobs=1)
    before = (tmp_path / "journal.jsonl").read_text()
    from radiosens.evaluation import inputs

    code = inputs._code
    monkeypatch.setattr(inputs, "_code", lambda p: "changed" if p.name == "knn" else code(p))
    evaluate(panel, tmp_path, SETTINGS, jobs=1)
    assert "knn has changed since the run began; all of it is computed anew" in caplog.text
    added = (tmp_path / "journal.jsonl").read_text().removeprefix(before)
    redone = [json.loads(line)["predictor"] for line in added.splitlines() if '"task"' in line]
    assert set(redone) == {"knn"}
    assert json.loads((tmp_path / "config.json").read_text())["code"]["knn"] == "changed"


class Broken(DummyRegressor):
    """Fails on some folds only."""

    def predict(self, X):
        if (X[:, 0] > 1).any():
            raise ZeroDivisionError("no such luck")
        return super().predict(X)


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_that_fails_is_left_out_and_named(panel, tmp_path, registered, jobs, caplog):
    registered(Predictor("broken", "x", lambda **_: Broken()))
    settings = SETTINGS.model_copy(update={"predictors": ("mean", "broken")})
    result = evaluate(panel, tmp_path, settings, jobs=jobs)
    assert result.skipped == {"broken": "it fails (ZeroDivisionError: no such luck)"}
    assert set(result.predictions["predictor"]) == {"mean"}
    assert len(result.predictions) == 2 * panel.n_obs
    assert "left out broken: it fails" in caplog.text
    assert "broken was left out: it fails" in (tmp_path / "findings.txt").read_text()


def test_one_that_fails_when_asked_whether_it_can_run_is_left_out(panel, tmp_path, registered):
    registered(Predictor("shy", "x", lambda **_: Broken(), unsupported_reason=lambda p: 1 / 0))
    everything = EvaluateSettings(
        rounds=1, folds=2, protocols=("donor",), preset="quick", epochs=1, refits=0
    )
    result = evaluate(panel, tmp_path, everything, jobs=1)
    assert "ZeroDivisionError" in result.skipped["shy"]


def test_one_registered_in_a_script_reaches_other_processes(panel, tmp_path, registered):
    registered(neighbours(3))
    one = evaluate(panel, tmp_path / "one", SETTINGS, jobs=1).predictions
    two = evaluate(panel, tmp_path / "two", SETTINGS, jobs=2).predictions
    assert one.equals(two)
    assert np.isfinite(one["prediction"]).all()
