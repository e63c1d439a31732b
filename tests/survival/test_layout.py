from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens.errors import InputError
from radiosens.survival import read_counts, table_of
from radiosens.survival.columns import dose_of_header, recognise
from radiosens.survival.numbers import numbers_of

LONG = {"dose": [0, 2, 4], "cells": [100, 200, 400], "colonies": [50, 48, 30]}


@pytest.mark.parametrize(
    "names",
    [
        ("cline", "Exp", "dose", "ncells", "ncolonies"),  # CFAssay, CellSurvAssay
        ("Cell line", "Experiment", "Dose [Gy]", "# cells", "Colonies"),
        ("cell_line", "Expt.", "Dose (Gy)", "Cells seeded", "Colonies counted"),
        ("CELL LINE", "Biological replicate", "Dose_Gy", "No. of cells", "No. of colonies"),
        ("Line", "Assay", "Radiation dose", "n_cells", "n colonies"),
        ("line", "exp", "gy", "seeded", "count"),
        ("name", "date", "Dose Gy", "plated", "Colony count"),
    ],
)
def test_usual_names_of_columns_are_understood(names):
    table = table_of(pd.DataFrame([("A", "1", 0, 100, 50), ("A", "1", 2, 200, 48)], columns=names))
    assert table.kind == "colonies"
    assert table.rows["line"].tolist() == ["A", "A"]
    assert table.rows["experiment"].tolist() == ["1", "1"]
    assert table.rows["dose"].tolist() == [0, 2]
    assert table.rows["cells"].tolist() == [100, 200]
    assert table.rows["colonies"].tolist() == [50, 48]


@pytest.mark.parametrize(
    "names",
    [("0 Gy", "2 Gy"), ("0Gy", "2Gy"), ("X0.Gy", "X2.Gy"), ("0", "2"), ("0 cGy", "200 cGy")],
)
def test_a_column_a_dose_is_understood(names):
    table = table_of(
        pd.DataFrame(
            [("A", 100, 50, np.nan), ("A", 200, 99, 48)],
            columns=["cell.line", "Cells seeded", *names],
        )
    )
    assert table.kind == "colonies"
    assert table.rows["dose"].tolist() == [0, 0, 2]
    assert table.rows["colonies"].tolist() == [50, 99, 48]
    assert table.rows["cells"].tolist() == [100, 200, 200]


def test_surviving_fractions_by_dose_are_understood(shared):
    table = read_counts(shared("yard2016_dose_response.csv"))
    assert table.kind == "survival"
    assert len(table.curves) == 463
    assert len(table.rows) == 463 * 8
    own = table.rows[table.rows["line"] == "IMR-32"].sort_values("dose")
    assert own["survival"].tolist()[:2] == [0.249, 0.0824]
    assert "left out the columns YardAUC" in " ".join(table.notes)


def test_surviving_fractions_in_rows_with_sd_and_n():
    table = table_of(
        {"line": ["A", "A"], "Dose": [1, 2], "SF": [0.8, 0.5], "SD": [0.1, 0.05], "n": [3, 4]}
    )
    assert table.kind == "survival"
    assert table.rows["sd"].tolist() == [0.1, 0.05]
    assert table.rows["n"].tolist() == [3, 4]


def test_per_cent_is_taken_as_the_header_says():
    table = table_of({"dose": [1, 2], "Survival (%)": [80, 50]})
    assert table.rows["survival"].tolist() == [0.8, 0.5]


def test_the_layout_of_cfacoop_is_understood(shared):
    table = read_counts(shared("colony_counts.csv"))
    assert table.curves == ["T47D", "MDA-MB231", "A549", "HCC1806", "SKBR3", "SKLU1", "BT20"]
    assert sorted(table.rows["dose"].unique()) == [0, 1, 2, 4, 6, 8]
    assert len(table.rows) == 6 * 454 - 1289  # cells that are not empty, as R counts them


def test_treatments_of_a_line_are_curves_of_their_own():
    table = table_of(
        {**{k: v * 2 for k, v in LONG.items()}, "line": ["A"] * 6, "drug": ["none"] * 3 + ["X"] * 3}
    )
    assert table.curves == ["A, none", "A, X"]
    assert table.rows["line"].unique().tolist() == ["A"]


def test_an_unnamed_column_of_names_holds_the_lines():
    table = table_of(pd.DataFrame([("A", 0.8, 0.5), ("B", 0.7, 0.4)], columns=["", "1 Gy", "2 Gy"]))
    assert table.curves == ["A", "B"]


def test_a_column_of_names_that_nobody_knows_holds_the_lines():
    table = table_of({**{k: v * 2 for k, v in LONG.items()}, "clone": ["A"] * 3 + ["B"] * 3})
    assert table.curves == ["A", "B"]
    assert any("lines are named by 'clone'" in note for note in table.notes)


def test_two_such_columns_are_refused():
    doubled = {k: v * 2 for k, v in LONG.items()}
    with pytest.raises(InputError, match="'clone' and 'medium' both could"):
        table_of({**doubled, "clone": list("AABBAB"), "medium": list("XYXYXY")})


def test_doses_in_cgy_are_turned_where_the_header_says_so():
    for header in ("Dose (cGy)", "dose [cGy]", "dose_cGy", "cGy"):
        table = table_of(
            {header: [0, 200, 400], "cells": LONG["cells"], "colonies": LONG["colonies"]}
        )
        assert table.rows["dose"].tolist() == pytest.approx([0, 2, 4])


def test_two_columns_for_one_thing_are_refused():
    with pytest.raises(InputError, match="'cells' and 'Cells seeded' both look like the cells"):
        table_of({**LONG, "Cells seeded": [1, 2, 3]})


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        (["cells", "colonies"], "no column gives the dose"),
        (["dose", "cells"], "no column gives the colonies"),
        (["dose", "colonies"], "colonies without the cells seeded"),
        (["dose"], "no column gives colonies or a surviving fraction"),
    ],
)
def test_a_table_that_lacks_a_column_is_refused(columns, what):
    with pytest.raises(InputError, match=what):
        table_of({"line": ["A"] * 3, **{c: LONG[c] for c in columns}})


def test_a_factorial_table_without_doses_is_refused(shared):
    with pytest.raises(InputError, match=r"no column gives the dose, among 'Exp', 'x5fuCis'"):
        read_counts(shared("cfassay/cfassay_exp2_2waycfa.txt"))


def test_a_row_that_is_too_long_is_refused_by_number(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text("dose,cells,colonies\n0,100,50\n2,200,48,7\n4,400,30\n")
    with pytest.raises(InputError, match="row 3: it has 4 fields where the header has 3"):
        read_counts(path)


def test_row_names_of_r_are_left_out(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text('"dose" "cells" "colonies"\n"1" 0 100 50\n"2" 2 200 48\n')
    assert read_counts(path).rows["cells"].tolist() == [100, 200]


def test_without_an_experiment_replicates_are_dishes_and_that_is_told():
    table = table_of({**LONG, "replicate": [1, 2, 3]})
    assert table.rows["experiment"].tolist() == ["1"] * 3
    assert any("'replicate' as its dishes" in w for w in table.warnings)


def test_experiments_of_one_name_in_two_files_are_told_apart(tmp_path):
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in paths:
        pd.DataFrame({"line": "A", "exp": "1", **LONG}).to_csv(path, index=False)
    table = read_counts(paths)
    assert table.rows["experiment"].unique().tolist() == ["1 (1)", "1 (2)"]
    assert any("taken as different ones: 1 of A" in note for note in table.notes)


def test_doses_of_one_experiment_in_two_files_stay_together(tmp_path):
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    pd.DataFrame({"line": "A", "exp": "1", **LONG}).to_csv(paths[0], index=False)
    pd.DataFrame({"line": "A", "exp": "1", "dose": [6], "cells": [4000], "colonies": [40]}).to_csv(
        paths[1], index=False
    )
    assert read_counts(paths).rows["experiment"].unique().tolist() == ["1"]


def test_colonies_and_fractions_do_not_mix(tmp_path):
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    pd.DataFrame(LONG).to_csv(paths[0], index=False)
    pd.DataFrame({"dose": [1, 2], "sf": [0.8, 0.5]}).to_csv(paths[1], index=False)
    with pytest.raises(InputError, match="some of the files hold colonies and some surviving"):
        read_counts(paths)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Dose [Gy]", ("dose", "gy")),
        ("dose (cGy)", ("dose", "cgy")),
        ("PE (%)", ("pe", "%")),
        ("PE %", ("pe", "%")),
        ("Surviving fraction", ("survival", "")),
        ("# cells", ("cells", "")),
        ("weather", None),
        ("", None),
    ],
)
def test_headers(header, found):
    told = recognise(header)
    assert (told and told[:2]) == found


def test_headers_that_are_doses():
    assert dose_of_header("2,5 Gy", bare=False) == 2.5
    assert dose_of_header("MDA-231", bare=True) is None
    assert dose_of_header("SF2", bare=False) is None


@pytest.mark.parametrize(
    ("values", "whole", "found"),
    [
        (["1,5", "2"], False, [1.5, 2]),
        (["1.5", "2"], False, [1.5, 2]),
        (["1,200", "900"], True, [1200, 900]),
        (["1,200", "1,5"], True, [1.2, 1.5]),
        (["1.200.000", "1.200"], True, [1200000, 1200]),
        (["1 200", "1'200"], True, [1200, 1200]),
        (["1e4", "2.5E+03"], True, [10000, 2500]),
        (["NA", "", "n.d."], False, [np.nan] * 3),
    ],
)
def test_numbers_as_people_type_them(values, whole, found):
    read = numbers_of(values, what="cells", where=range(len(values)), whole=whole)
    assert read == pytest.approx(found, nan_ok=True)


@pytest.mark.parametrize("text", ["ten", "1_000", "inf", "0x10", "1e999", "٣", "2-4", "< 5"])
def test_what_is_no_number_is_refused_by_place(text):
    with pytest.raises(InputError, match=r"row 7: the colonies .* is not a number"):
        numbers_of([text], what="colonies", where=["row 7"])
