from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens import load_panel, simulate_panel
from radiosens.celllines import known_lines
from radiosens.errors import InputError, SampleSheetError, UnknownLineError
from radiosens.panel import data_hash, panel_order, validate


@pytest.fixture
def write(tmp_path):
    def write(name, columns, features=150, seed=0):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame(
            rng.normal(7, 2, (features, len(columns))),
            index=[f"g{i}" for i in range(features)],
            columns=columns,
        )
        frame.to_csv(tmp_path / name)
        return tmp_path / name

    return write


def sheet(tmp_path, text):
    path = tmp_path / "sheet.csv"
    path.write_text(text)
    return path


def test_lines_by_sample_name(write):
    panel = load_panel(write("a.csv", ["HL-60(TB)", "786-0", "M14"]))
    assert panel.obs["line"].tolist() == ["HL-60", "786-O", "M14"]
    assert panel.obs["sf2"].tolist() == [0.315, 0.66, 0.42]
    assert panel.obs["tissue"].tolist() == ["Leukemia", "Renal", "Melanoma"]
    assert panel.obs.loc["M14", "donor"] == known_lines().loc["MDA-MB-435", "donor"]


def test_mda_n_is_left_out_and_said(write, caplog):
    caplog.set_level("INFO")
    panel = load_panel(write("a.csv", ["ME:MDA_N", "M14", "MCF7"]))
    assert panel.obs["line"].tolist() == ["M14", "MCF7"]
    assert "left out MDA-N: it was not available" in caplog.text


def test_unknown_line(write):
    with pytest.raises(UnknownLineError, match=r"unknown cell line 'MCF8'.*MCF7"):
        load_panel(write("a.csv", ["MCF8", "M14", "HL-60"]))


def test_sample_sheet_names_lines_and_brings_new_ones(write, tmp_path):
    data = write("a.csv", ["s1", "s2", "s3", "s4"])
    path = sheet(
        tmp_path,
        "sample,line,sf2,tissue,donor\ns1,hl60,,,\ns2,U2OS,0.5,Bone,U2OS\ns3,U2OS,0.5,Bone,U2OS\n",
    )
    panel = load_panel(data, path)
    assert panel.obs["line"].tolist() == ["HL-60", "U2OS", "U2OS"]
    assert panel.obs["sf2"].tolist() == [0.315, 0.5, 0.5]
    assert panel.obs["replicate"].tolist() == [1, 1, 2]
    assert panel.obs["tissue"].tolist() == ["Leukemia", "Bone", "Bone"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sample,cell\ns1,HL-60\n", "no column 'line'"),
        ("sample,line\ns1,HL-60\ns9,M14\n", "not in the data: s9"),
        ("sample,line\nx,HL-60\n", "none of its samples"),
        ("sample,line\ns1,\n", "line 2: the line is empty"),
        ("sample,line\ns1,M14\ns1,M14\n", "line 3: the sample 's1' is named twice"),
        ("sample,line,sf2\ns1,M14,-0.2\n", "line 2, column 'sf2': the SF2 '-0.2'"),
        ("sample,line,sf2\ns1,M14,high\n", "the SF2 'high' is not a positive number"),
        ("sample,line,sf2\ns1,M14,0\n", "the SF2 '0'"),
        ("sample,line,sf2\ns1,M14,inf\n", "the SF2 'inf'"),
        ("sample,line,sf2\ns1,new,0.5\ns2,new,0.6\n", "'new' has several SF2"),
        ("sample,line\ns1,M14,7\n", "line 2: it has 3 fields"),
        ("sample,line\n", "no rows"),
    ],
)
def test_bad_sample_sheets(write, tmp_path, text, message):
    with pytest.raises(SampleSheetError, match=message):
        load_panel(write("a.csv", ["s1", "s2", "s3"]), sheet(tmp_path, text))


def test_new_line_without_sf2(write, tmp_path):
    with pytest.raises(UnknownLineError, match="if it is a new line, give its SF2"):
        load_panel(write("a.csv", ["s1", "s2"]), sheet(tmp_path, "sample,line\ns1,U2OS\n"))


def test_join_on_common_features(write, tmp_path):
    a = write("a.csv", ["HL-60", "M14"], features=150)
    b = write("b.csv", ["HL-60", "MCF7"], features=130, seed=1)
    panel = load_panel([a, b])
    assert panel.shape == (4, 130)
    assert panel.obs["source"].tolist() == ["a.csv", "a.csv", "b.csv", "b.csv"]
    assert panel.obs_names.tolist() == ["a.csv:HL-60", "a.csv:M14", "b.csv:HL-60", "b.csv:MCF7"]
    assert panel.obs["replicate"].tolist() == [1, 1, 2, 1]


def test_nothing_in_common(write, tmp_path):
    a, b = write("a.csv", ["HL-60", "M14"]), write("b.csv", ["HL-60", "M14"], features=50)
    with pytest.raises(InputError, match="only 50 features in common"):
        load_panel([a, b])


def test_named_data_set_that_was_not_fetched():
    with pytest.raises(InputError, match="radiosens data fetch gse32474"):
        load_panel("gse32474")


def test_order_is_table_1(shared):
    panel = load_panel(shared("GSE32474_standin_series_matrix.txt.gz"))
    ordered = panel.obs.loc[panel_order(panel.obs)]
    assert ordered["line"].drop_duplicates().tolist() == list(known_lines().index)
    assert ordered.groupby("line", sort=False)["replicate"].is_monotonic_increasing.all()


def test_two_real_platforms(shared):
    panel = load_panel(
        [shared("nci60_u133a_5147genes.csv.gz"), shared("nci60_u133plus2_5147genes.csv.gz")]
    )
    assert panel.n_vars == 5_147
    assert (panel.obs["line"].value_counts() == 2).sum() >= 56
    assert "MDA-N" not in set(panel.obs["line"])


def test_validate():
    panel = simulate_panel(features=20, signal_features=2)
    validate(panel)
    panel.obs.loc[panel.obs_names[0], "sf2"] = -1
    with pytest.raises(InputError, match="SF2"):
        validate(panel)


def test_hash_sees_values_names_and_labels():
    panel = simulate_panel(features=20, signal_features=2)
    other = panel.copy()
    assert data_hash(other) == data_hash(panel)
    other.X[0, 0] += 1e-3
    renamed = panel.copy()
    renamed.var_names = [f"x{i}" for i in range(20)]
    assert len({data_hash(p) for p in (panel, other, renamed)}) == 3


def test_a_panel_can_be_saved_and_loaded_again(write, tmp_path):
    panel = load_panel(write("a.csv", ["HL-60", "M14", "MCF7"]))
    panel.write_h5ad(tmp_path / "panel.h5ad")
    again = load_panel(tmp_path / "panel.h5ad")
    np.testing.assert_array_equal(again.X, panel.X)
    columns = ["line", "tissue", "donor", "replicate", "sf2"]
    assert again.obs[columns].astype(str).equals(panel.obs[columns].astype(str))


def test_simulated_stays_simulated(tmp_path):
    simulate_panel(features=150).write_h5ad(tmp_path / "s.h5ad")
    assert load_panel(tmp_path / "s.h5ad").uns["simulated"]


def test_the_same_array_twice_is_refused(write):
    path = write("a.csv", ["HL-60", "M14", "MCF7"])
    with pytest.raises(InputError, match="hold the same values"):
        load_panel([path, path])


def test_h5ad_with_gaps(tmp_path):
    panel = simulate_panel(features=150)
    for column, value, message in [("line", None, "has no line"), ("sf2", "abc", "'abc' is not")]:
        changed = panel.copy()
        changed.obs[column] = changed.obs[column].astype(object).astype(str)
        changed.obs.loc[changed.obs_names[0], column] = value
        changed.write_h5ad(tmp_path / "a.h5ad")
        with pytest.raises(InputError, match=message):
            load_panel(tmp_path / "a.h5ad")
    panel.obs.loc[panel.obs_names[0], "tissue"] = None
    panel.write_h5ad(tmp_path / "a.h5ad")
    assert load_panel(tmp_path / "a.h5ad").obs["tissue"].iloc[0] == "unknown"


def test_sheet_names_a_line_with_more_words(write, tmp_path):
    path = sheet(tmp_path, "sample,line,donor\ns1,HL-60 rep1,NA\ns2,M14,NA\n")
    panel = load_panel(write("a.csv", ["s1", "s2", "s3"]), path)
    assert panel.obs["line"].tolist() == ["HL-60", "M14"]
    assert panel.obs["donor"].nunique() == 2


def test_old_mac_line_ends(write, tmp_path):
    path = sheet(tmp_path, "sample,line\rs1,HL-60\rs2,M14\r")
    assert load_panel(write("a.csv", ["s1", "s2"]), path).n_obs == 2


def test_a_file_of_excluded_lines_only(write):
    with pytest.raises(InputError, match="only lines that are left out"):
        load_panel(write("a.csv", ["MDA-N"]))
