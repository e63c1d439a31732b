from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_validate

from radiosens.errors import SettingsError
from radiosens.evaluation.protocols import (
    GROUP_COLUMNS,
    ProtocolSplitter,
    split_groups,
    tuning_groups,
)
from radiosens.evaluation.splits import Split, check_split, fold_splits, make_folds


def panel_of(donors, lines_each=1, replicates=2, tissues=3):
    rows = [
        {"line": f"line {d}.{i}", "donor": f"donor {d}", "tissue": f"tissue {d % tissues}"}
        for d in range(donors)
        for i in range(lines_each)
        for _ in range(replicates)
    ]
    return pd.DataFrame(rows, index=[f"s{i}" for i in range(len(rows))])


@given(
    st.sampled_from(["line", "donor", "tissue"]),
    st.integers(3, 12), st.integers(1, 2), st.integers(1, 3), st.integers(0, 99),
)  # fmt: skip
def test_nothing_that_is_kept_whole_is_on_both_sides(protocol, donors, lines, replicates, seed):
    obs = panel_of(donors, lines, replicates)
    table = make_folds(obs, protocol, rounds=2, folds=3, random_state=seed)
    assert (table.groupby(["round", "sample"]).size() == 1).all()
    for split in fold_splits(table):
        check_split(split, obs, protocol)
        for column in GROUP_COLUMNS[protocol]:
            train, test = (set(obs.loc[list(s), column]) for s in (split.train, split.test))
            assert not train & test
    assert table.groupby(["round", "fold"]).ngroups == 6


def test_fold_sizes_are_even():
    sizes = make_folds(panel_of(40), "donor", rounds=3, folds=10, random_state=0)
    assert (sizes.groupby(["round", "fold"]).size() == 8).all()


def test_a_donor_whose_lines_carry_two_tissues_joins_them():
    obs = pd.DataFrame(
        {"line": list("abcd"), "donor": ["p", "p", "q", "r"], "tissue": ["x", "y", "y", "z"]}
    )
    groups = split_groups(obs, "tissue")
    assert groups.iloc[0] == groups.iloc[1] == groups.iloc[2] != groups.iloc[3]
    assert split_groups(obs, "donor").nunique() == 3


def test_a_line_given_with_two_donors_is_still_kept_whole():
    obs = pd.DataFrame({"line": ["a", "a", "b"], "donor": ["p", "q", "r"], "tissue": ["x"] * 3})
    assert split_groups(obs, "donor").tolist() == ["p", "p", "r"]


def test_fewer_tissues_than_folds(caplog):
    table = make_folds(panel_of(9), "tissue", rounds=1, folds=10, random_state=0)
    assert table["fold"].max() == 3
    assert "3 folds" in caplog.text


@pytest.mark.parametrize("protocol", ["line", "donor", "tissue"])
def test_a_leaking_split_is_refused_where_it_is_used(protocol):
    obs = panel_of(4)
    split = Split(1, 1, tuple(obs.index[1:]), (obs.index[0],))  # its replicate trains
    check_split(split, obs, "replicate")
    with pytest.raises(SettingsError, match="on both sides of a"):
        check_split(split, obs, protocol)


def test_scikit_learn_takes_it():
    obs = panel_of(12)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(len(obs), 5)), rng.normal(size=len(obs))
    cv = ProtocolSplitter("donor", n_splits=4, n_repeats=2, random_state=1)
    found = cross_validate(
        Ridge(), x, y, groups=split_groups(obs, "donor"), cv=cv, return_indices=True
    )
    assert len(found["test_score"]) == cv.get_n_splits() == 8
    ours = list(fold_splits(make_folds(obs, "donor", rounds=2, folds=4, random_state=1)))
    for split, test in zip(ours, found["indices"]["test"], strict=True):
        assert list(split.test) == list(obs.index[test])


def test_the_splitter_deals_replicates_apart():
    obs = panel_of(8, replicates=3)
    for train, test in ProtocolSplitter("replicate", n_splits=6).split(obs, groups=obs["line"]):
        assert set(obs["line"].iloc[test]) <= set(obs["line"].iloc[train])


def test_tuning_keeps_together_what_the_protocol_does():
    obs = panel_of(3, lines_each=2)
    assert len(set(tuning_groups(obs, "replicate"))) == 12
    assert len(set(tuning_groups(obs, "line"))) == 6
    assert len(set(tuning_groups(obs, "donor"))) == 3


def test_refusals():
    with pytest.raises(SettingsError, match="choose of replicate, line, donor, tissue"):
        split_groups(panel_of(3), "patient")
    with pytest.raises(SettingsError, match="5 folds for 3 groups"):
        list(ProtocolSplitter("donor", n_splits=5).split([0] * 6, groups=list("aabbcc")))
    with pytest.raises(SettingsError, match="needs groups"):
        list(ProtocolSplitter("donor").split([0] * 6))
