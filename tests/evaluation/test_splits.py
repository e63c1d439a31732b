from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiosens import EvaluateSettings, evaluate, simulate_panel
from radiosens.errors import SettingsError
from radiosens.evaluation.splits import (
    Split,
    check_sources,
    check_split,
    fold_splits,
    leave_one_out,
    make_folds,
)


def panel_of(counts):
    lines = [f"line {i}" for i, n in enumerate(counts) for _ in range(n)]
    return pd.DataFrame({"line": lines}, index=[f"s{i}" for i in range(len(lines))])


@given(st.lists(st.integers(1, 6), min_size=6, max_size=40), st.integers(6, 8), st.integers(0, 999))
def test_replicates_go_to_different_folds(counts, folds, seed):
    obs = panel_of(counts)
    if folds > len(obs):
        return
    table = make_folds(obs, "replicate", rounds=2, folds=folds, random_state=seed)
    assert table.groupby(["round", "fold", "line"]).size().max() == 1
    assert (table.groupby(["round", "sample"]).size() == 1).all()
    sizes = table.groupby(["round", "fold"]).size()
    assert sizes.max() - sizes.min() <= max(counts)


def test_the_papers_size():
    obs = panel_of([3] * 56 + [2] * 3)  # 174 samples of 59 lines
    table = make_folds(obs, "replicate", rounds=5, folds=6, random_state=0)
    assert (table.groupby(["round", "fold"]).size() == 29).all()


def test_rounds_differ_and_seeds_repeat():
    obs = panel_of([3] * 10)
    a, b = (make_folds(obs, "replicate", rounds=2, folds=6, random_state=3) for _ in range(2))
    pd.testing.assert_frame_equal(a, b)
    first, second = (part["fold"].tolist() for _, part in a.groupby("round"))
    assert first != second
    other = make_folds(obs, "replicate", rounds=2, folds=6, random_state=4)
    assert a["fold"].tolist() != other["fold"].tolist()


def test_order_of_samples_does_not_matter_for_who_has_siblings():
    obs = panel_of([3] * 8)
    for split in fold_splits(make_folds(obs, "replicate", rounds=1, folds=6, random_state=0)):
        trained = set(obs.loc[list(split.train), "line"])
        assert set(obs.loc[list(split.test), "line"]) <= trained


def test_more_replicates_than_folds_are_spread_evenly(caplog):
    table = make_folds(panel_of([7, 2]), "replicate", rounds=1, folds=3, random_state=0)
    assert table[table["line"] == "line 0"].groupby("fold").size().max() == 3
    assert "share a fold" in caplog.text


@pytest.mark.parametrize(("rounds", "folds"), [(0, 6), (1, 1), (1, 7), (1, 6)])
def test_impossible_numbers(rounds, folds):
    with pytest.raises(SettingsError):
        make_folds(
            panel_of([3, 3] if folds != 6 else [1, 1]),
            "replicate",
            rounds=rounds,
            folds=folds,
            random_state=0,
        )


def test_leave_one_out():
    split = leave_one_out(panel_of([2, 2]), "s1")
    assert split.test == ("s1",)
    assert split.train == ("s0", "s2", "s3")


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        (("s0", "s1"), ("s1",), "both sides"),
        ((), ("s1",), "empty"),
        (("s0",), (), "empty"),
        (("s0", "s9"), ("s1",), "not in the panel"),
        (("s0", "s0"), ("s1",), "twice"),
    ],
)
def test_a_bad_split_is_refused_where_it_is_used(train, test, message):
    with pytest.raises(SettingsError, match=message):
        check_split(Split(1, 1, train, test), panel_of([2, 2]))


def test_a_source_that_is_tested_only_is_refused(tmp_path):
    """It would be scaled by another platform's means, and say so nowhere."""
    check_sources(["array", "sequencing"], ["array"])
    with pytest.raises(SettingsError, match="all samples of sequencing in the panel are tested"):
        check_sources(["array", "array"], ["array", "sequencing"])
    panel = simulate_panel(features=50, tissues=2, lines_per_tissue=4, replicates=1)
    panel.obs["source"] = ["lonely.csv"] + ["array.csv"] * (panel.n_obs - 1)
    settings = EvaluateSettings(protocols=("donor",), predictors=("mean",), rounds=1, folds=4)
    with pytest.raises(SettingsError, match="nothing to scale them by"):
        evaluate(panel, tmp_path / "run", settings, jobs=1)
    assert not (tmp_path / "run").exists()
