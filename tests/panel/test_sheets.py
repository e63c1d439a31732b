"""Sheets whose names a program changed, and whose SF2 is written otherwise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens.errors import RadiosensWarning, SampleSheetError
from radiosens.panel import load_panel
from radiosens.panel.sheets import match_names


@pytest.fixture
def files(tmp_path):
    """Write a table with these sample names, and a sheet; return both paths."""

    def run(names, sheet):
        rng = np.random.default_rng(0)
        values = rng.normal(rng.normal(7, 2, (300, 1)), 0.5, (300, len(names)))
        frame = pd.DataFrame(values.round(4), [f"GENE{i}" for i in range(300)], names)
        frame.to_csv(tmp_path / "x.csv", index_label="gene")
        (tmp_path / "s.csv").write_text(sheet)
        return tmp_path / "x.csv", tmp_path / "s.csv"

    return run


def test_names_that_r_changed_are_found(files):
    data, sheet = files(["HL.60.TB.", "X786.0"], "sample,line\nHL-60(TB),HL-60\n786-0,786-O\n")
    with pytest.warns(RadiosensWarning, match=r"'HL-60\(TB\)' is taken for 'HL.60.TB.'"):
        panel = load_panel(data, sheet)
    assert list(panel.obs["line"]) == ["HL-60", "786-O"]


def test_names_that_two_samples_could_have_are_not_guessed(files):
    data, sheet = files(["a.1", "a_1"], "sample,line\nA-1,HL-60\nA 1,786-O\n")
    with pytest.raises(SampleSheetError, match="none of its samples"):
        load_panel(data, sheet)


def test_a_sheet_with_some_right_names_is_left_as_it_is():
    sheet = pd.DataFrame({"line": ["A", "B"]}, ["s1", "S2"])
    assert match_names(sheet, [pd.Index(["s1", "s2"])]) is sheet


@pytest.mark.parametrize("heading", ["SF2 (%)", "SF2_percent", "sf2 pct"])
def test_per_cent_in_the_heading_is_understood(files, heading):
    data, sheet = files(["a", "b"], f"sample,line,{heading}\na,A,45\nb,B,57.6\n")
    np.testing.assert_allclose(load_panel(data, sheet).obs["sf2"], [0.45, 0.576])


def test_an_sf2_far_from_the_known_one_is_said(files):
    data, sheet = files(["a", "b"], "sample,line,sf2\na,A549,0.05\nb,New,0.5\n")
    with pytest.warns(RadiosensWarning, match="A549 has the SF2 0.05 as you say, not 0.61"):
        assert load_panel(data, sheet).obs["sf2"].iloc[0] == 0.05


def test_fractions_under_a_heading_of_per_cent_are_refused(files):
    data, sheet = files(["a", "b"], "sample,line,SF2 (%)\na,A,0.45\nb,B,0.57\n")
    with pytest.raises(SampleSheetError, match="says per cent and holds fractions"):
        load_panel(data, sheet)
