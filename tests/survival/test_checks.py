from __future__ import annotations

import pandas as pd
import pytest

from radiosens.errors import InputError
from radiosens.survival import table_of

GOOD = pd.DataFrame(
    {
        "line": "A",
        "exp": ["1"] * 4 + ["2"] * 4,
        "dose": [0.0, 2, 4, 6] * 2,
        "cells": [200.0, 400, 1000, 4000] * 2,
        "colonies": [90.0, 85, 70, 60, 80, 82, 66, 51],
    }
)


def changed(row, column, value):
    frame = GOOD.copy().astype(object)
    frame.loc[row, column] = value
    return frame


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("dose", -1, "row 3: a negative dose"),
        ("dose", "high", "row 3: the dose 'high' is not a number"),
        ("dose", "", "row 3: the dose is missing"),
        ("cells", 0, "row 3: the cells seeded are not above 0"),
        ("cells", -5, "row 3: the cells seeded are not above 0"),
        ("cells", "", "row 3: the cells seeded are missing"),
        ("colonies", -5, "row 3: a negative count of colonies"),
        ("colonies", 3000, "row 3: 3000 colonies of 1000 cells"),
        ("colonies", "many", "row 3: the colonies 'many' is not a number"),
    ],
)
def test_impossible_values_are_refused_by_row(column, value, what):
    with pytest.raises(InputError, match=what):
        table_of(changed(2, column, value))


def test_more_colonies_than_cells_by_chance_is_told():
    frame = changed(0, "colonies", 204)
    assert any(
        "more colonies than cells seeded, such as row 1" in w for w in table_of(frame).warnings
    )


def test_exchanged_columns_are_named():
    frame = GOOD.rename(columns={"cells": "colonies", "colonies": "cells"})
    with pytest.raises(InputError, match="cells and colonies seem to be exchanged"):
        table_of(frame)


@pytest.mark.parametrize(("factor", "unit"), [(100, "cGy"), (1000, "mGy")])
def test_doses_that_look_like_another_unit_are_refused(factor, unit):
    with pytest.raises(InputError, match=rf"by their size these are {unit}, not Gy"):
        table_of(GOOD.assign(dose=GOOD["dose"] * factor))


def test_counts_that_are_not_whole_are_told():
    assert any(
        "1 counts of colonies are not whole" in w
        for w in table_of(changed(1, "colonies", 85.5)).warnings
    )


def test_rows_without_a_count_are_left_out_and_told():
    table = table_of(changed(1, "colonies", "NA"))
    assert len(table.rows) == 7
    assert any("left out 1 rows without colonies, such as row 2" in w for w in table.warnings)


def test_a_table_without_any_count_is_refused():
    with pytest.raises(InputError, match="no row has colonies"):
        table_of(GOOD.assign(colonies=""))


def test_an_experiment_copied_whole_is_refused():
    with pytest.raises(InputError, match="every row of experiment '1' of 'A' stands there 2 times"):
        table_of(pd.concat([GOOD, GOOD]))


def test_more_equal_rows_than_chance_gives_are_told():
    table = table_of(pd.concat([GOOD, GOOD.iloc[:3]]))
    assert any("3 rows repeat another one" in w for w in table.warnings)


def test_equal_small_counts_of_several_dishes_are_no_copies():
    frame = pd.DataFrame(
        {
            "dose": [0] * 6 + [8] * 6,
            "cells": [100] * 12,
            "colonies": [40, 43, 38, 41, 45, 36, 0, 1, 0, 2, 1, 0],
        }
    )
    assert not any("repeat" in w for w in table_of(frame).warnings)


def test_two_experiments_under_one_name_are_told_by_their_plating():
    two = pd.concat([GOOD, GOOD.assign(exp="1", colonies=(GOOD["colonies"] / 4).round())])
    told = " ".join(table_of(two).warnings)
    assert "experiment '1' of 'A' has plating efficiencies from" in told
    assert "name them apart" in told


def test_one_experiment_with_two_given_efficiencies_is_refused():
    frame = GOOD[GOOD["dose"] > 0].assign(pe=[0.4, 0.4, 0.2, 0.4, 0.4, 0.4])
    with pytest.raises(
        InputError, match=r"experiment '1' of 'A' has the plating efficiencies 0.4 and 0.2"
    ):
        table_of(frame)


def test_plating_efficiencies_in_per_cent():
    frame = GOOD[GOOD["dose"] > 0]
    assert table_of(frame.assign(pe=45)).rows["pe"].unique().tolist() == [0.45]
    assert table_of(frame.assign(**{"PE (%)": 45})).rows["pe"].unique().tolist() == [0.45]
    with pytest.raises(InputError, match="plating efficiency not above 0"):
        table_of(frame.assign(pe=0))


@pytest.mark.parametrize(
    ("survival", "what"),
    [
        ([1, 80, 50], "a surviving fraction of 80; give fractions such as 0.45"),
        ([0.4, 0.3, 0.1], "surviving fraction at 0 Gy is 0.4, not 1"),
        ([1, -0.1, 0.2], "a negative surviving fraction"),
        ([1, "x", 0.2], "the survival 'x' is not a number"),
    ],
)
def test_fractions_that_are_none_are_refused(survival, what):
    with pytest.raises(InputError, match=what):
        table_of({"dose": [0, 1, 2], "sf": survival})


def test_fractions_slightly_above_one_are_kept():
    assert table_of({"dose": [1, 2], "sf": [1.2, 0.9]}).rows["survival"].tolist() == [1.2, 0.9]
