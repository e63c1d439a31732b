from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest
from sklearn.linear_model import Ridge

from radiosens import EvaluateSettings, evaluate, simulate_panel
from radiosens.errors import SettingsError
from radiosens.predictors import BUILTIN, Predictor, get_predictor, predictor_names, registry


@pytest.fixture
def installed(monkeypatch):
    """Have packages installed that bring predictors by entry points."""

    def install(**points):
        group = registry.ENTRY_POINTS
        found = {n: EntryPoint(n, value, group) for n, value in points.items()}
        registry._load.cache_clear()
        monkeypatch.setattr(registry, "_installed", lambda: found)

    yield install
    registry._load.cache_clear()


def test_ours_come_first_and_know_their_names():
    assert list(BUILTIN) == predictor_names()[: len(BUILTIN)]
    for name in BUILTIN:
        predictor = get_predictor(name)
        assert predictor.name == name
        assert predictor.description


def test_an_unknown_name_is_refused_with_all_that_are_known():
    with pytest.raises(SettingsError, match=r"choose one of mean, .*, radiosens"):
        get_predictor("oracle")


def test_lines_and_protocol_groups_cannot_both_be_asked_for():
    with pytest.raises(ValueError, match="one argument groups"):
        Predictor("x", "y", Ridge, uses_lines=True, tuned=True)


def test_an_installed_predictor_is_found(installed):
    installed(tissue="radiosens.predictors.tissue:PREDICTOR")
    assert "tissue" in predictor_names()
    with pytest.raises(SettingsError, match="it calls itself 'tissue-mean'"):
        get_predictor("tissue")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("nowhere:PREDICTOR", "ModuleNotFoundError: No module named 'nowhere'"),
        ("radiosens.errors:RadiosensError", "missing 1 required"),
        ("radiosens.predictors.registry:BUILTIN", "is a dict, not a Predictor"),
    ],
)
def test_a_package_at_fault_is_named_and_costs_nothing_else(installed, value, message, tmp_path):
    installed(broken=value)
    with pytest.raises(SettingsError, match=rf"'broken' of the package .*{message}"):
        get_predictor("broken")
    panel = simulate_panel(features=60, tissues=2, lines_per_tissue=3)
    names = tuple(n for n in BUILTIN if n not in {"cnn", "rsi"})
    everything = EvaluateSettings(
        rounds=1, folds=2, protocols=("donor",), preset="quick", epochs=1, refits=0
    )
    result = evaluate(panel, tmp_path, everything, jobs=1)
    assert "broken" in result.skipped
    assert set(names) <= set(result.predictions["predictor"])


@pytest.mark.parametrize("name", ["ridge", "", "My Model", "a,b"])
def test_names_that_are_taken_or_cannot_be_typed_are_refused(name):
    with pytest.raises(SettingsError):
        registry.register(Predictor(name, "x", Ridge))


def test_something_else_is_not_registered():
    with pytest.raises(SettingsError, match="is not a predictor"):
        registry.register(Ridge())
