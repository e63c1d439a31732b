from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from radiosens import EvaluateSettings, evaluate, simulate_panel
from radiosens.evaluation.comparisons import LADDER, holm
from radiosens.evaluation.lines import Lines
from radiosens.evaluation.settings import NAIVE
from radiosens.predictors.radiosens import MODELS


@pytest.fixture(scope="module")
def panel():
    """Give a panel on which leukaemias are sensitive, and a tissue nobody can name."""
    panel = simulate_panel(features=80, tissues=3, lines_per_tissue=5, replicates=1)
    names = {
        "simulated tissue 1": "AML",
        "simulated tissue 2": "Lung",
        "simulated tissue 3": "Skin",
    }
    panel.obs["tissue"] = panel.obs["tissue"].map(names)
    blood = panel.obs["tissue"] == "AML"
    panel.obs.loc[blood, "sf2"] = 0.05 + panel.obs.loc[blood, "sf2"] / 20
    return panel


@pytest.fixture(scope="module")
def evaluation(panel, tmp_path_factory):
    settings = EvaluateSettings(
        protocols=("donor",), predictors=("nearest", "extra-trees", "radiosens"), rounds=1, folds=3,
        permutations=30, refits=4,
    )  # fmt: skip
    return evaluate(panel, tmp_path_factory.mktemp("comparisons") / "run", settings, jobs=1)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_agrees_with_statsmodels(p):
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1])


def test_everybody_is_compared_with_the_strongest_naive_predictor(evaluation):
    table = evaluation.tables["differences"]
    own = table[table["subset"] == "all"]
    (against,) = set(own["versus"])
    naive = Lines(evaluation.ladder, evaluation.obs).tables
    errors = {
        name: np.square(naive[name, "donor"]["prediction"] - naive[name, "donor"]["truth"]).sum()
        for name in NAIVE
    }
    assert against == min(errors, key=errors.get)
    assert set(own["predictor"]) == {"nearest", "extra-trees", "radiosens"}
    assert (own["p_holm"] >= own["p"]).all()
    np.testing.assert_allclose(own["p_holm"], holm(own["p"]))


def test_where_lines_are_solid_the_mean_is_among_what_is_compared_with(evaluation):
    table = evaluation.tables["differences"]
    assert set(table.loc[table["subset"] == "without leukaemia", "versus"]) <= {
        "mean", "lineage-mean", "tissue-mean",
    }  # fmt: skip


def test_nested_models_are_in_every_evaluation(evaluation):
    table = evaluation.tables["nested"]
    own = table[table["subset"] == "all"].set_index("added")
    assert list(own.index) == ["lineage", "tissue", "expression"]
    assert list(own["model"]) == list(LADDER)[1:]
    assert own.at["lineage", "gain"] > 0.3
    assert own.at["lineage", "p"] == pytest.approx(1 / 31)  # the lowest that 30 can give
    assert own.at["lineage", "permuted"] == "all donors"
    assert own.at["expression", "permuted"] == "within lineage"
    assert 1 / 31 <= own.at["expression", "p"] <= 1
    assert (own["gain_low"] < own["gain"]).all()
    assert (own["gain"] < own["gain_high"]).all()
    gains = own["gain"].cumsum() + (own["r2"] - own["gain"].cumsum()).iloc[0]
    np.testing.assert_allclose(gains, own["r2"])  # each step begins where the last one ended


def test_lineage_adds_nothing_where_there_is_one(panel, tmp_path):
    solid = panel[panel.obs["tissue"] != "AML"].copy()
    settings = EvaluateSettings(
        protocols=("donor",), predictors=("mean",), rounds=1, folds=4, permutations=5, refits=0
    )
    table = evaluate(solid, tmp_path, settings, jobs=1).tables["nested"].set_index("added")
    assert table.at["lineage", "gain"] == 0
    assert np.isnan(table.at["lineage", "p"])  # nothing that this step could see


def test_our_recommendation_says_what_it_is(evaluation):
    assert any(evaluation.recommended.startswith(f"it is {name}: ") for name in MODELS)
    assert "standard error of" in evaluation.recommended
