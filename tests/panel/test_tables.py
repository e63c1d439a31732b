from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens.errors import InputError
from radiosens.panel.donors import SAME_DONOR, donor_of
from radiosens.panel.tables import Table, join_tables, line_keys, read_table

GENES = ("TP53", "MYC", "EGFR", "KRAS", "BRAF", "PTEN", "RB1", "CDK4", "MDM2", "ATM", "BRCA1",
         "BRCA2", "ERBB2", "VEGFA", "GAPDH", "ACTB", "CCND1", "CDH1", "VIM", "FN1", "STAT3", "JUN",
         "FOS", "NRAS", "SOX2")  # fmt: skip


def table(tmp_path, name, lines, features, seed=0):
    x = np.random.default_rng(seed).uniform(3, 12, (len(lines), len(features)))
    path = tmp_path / f"{name}.csv"
    pd.DataFrame(x, index=pd.Index(lines, name="line"), columns=list(features)).to_csv(path)
    return path


def test_every_spelling_of_a_line_is_one_line():
    keys = line_keys(["OVCAR-3", "NIH:OVCAR-3", "OVCAR3", "ovcar 3", "HCT116", "HCT 116"])
    assert len(set(keys[:4])) == 1
    assert keys[4] == keys[5]


def test_lines_of_one_donor_are_named_once():
    names = [n for group in SAME_DONOR for n in group]
    assert len(names) == len(set(names))
    assert names == [k for n in names for k in line_keys([n])]  # as keys are written
    assert donor_of("SW480") == donor_of("SW-620")


def test_a_file_of_genes_is_read_as_lines_by_genes(tmp_path):
    read = read_table(table(tmp_path, "one", ["A549", "NCI-H1299", "MCF7"], GENES))
    assert (read.kind, read.name) == ("genes", "one")
    assert read.lines == ("A549", "NCIH1299", "MCF7")
    assert set(read.features) == set(GENES)


def test_antibodies_are_proteins_and_numbers_are_no_names(tmp_path):
    sites = [f"Akt_pS{i}" for i in range(470, 480)] + ["c-Myc", "EGFR"]
    assert read_table(table(tmp_path, "p", ["A549", "MCF7"], sites)).kind == "proteins"
    with pytest.warns(match="no names that mean anything"):
        read = read_table(table(tmp_path, "u", ["A549", "MCF7"], [f"g{i}" for i in range(30)]))
    assert read.kind == "unnamed"


def test_features_that_are_nothing_known_are_refused(tmp_path):
    with pytest.raises(InputError, match="say what they are"):
        read_table(table(tmp_path, "x", ["A549", "MCF7"], [f"thing {c}" for c in "abcdefghij"]))


def test_samples_of_one_line_are_averaged_and_told(tmp_path):
    path = table(tmp_path, "twice", ["A549", "A-549", "MCF7"], GENES)
    values = pd.read_csv(path, index_col=0)
    with pytest.warns(match="more than once"):
        read = read_table(path)
    assert read.lines == ("A549", "MCF7")
    own = read.x[0, read.features.index("MYC")]
    assert own == pytest.approx(values["MYC"].iloc[:2].mean(), abs=1e-4)


def test_no_value_is_changed_and_what_is_missing_stays_missing():
    one = Table("one", "genes", ("A", "B"), ("TP53",), np.array([[1.0], [2.0]], "float32"))
    two = Table("two", "proteins", ("B", "C"), ("TP53",), np.array([[7.0], [8.0]], "float32"))
    panel = join_tables([one, two])
    expected = [[1, np.nan], [2, 7], [np.nan, 8]]
    np.testing.assert_array_equal(panel.X, np.array(expected, dtype="float32"))
    assert panel.var["kind"].tolist() == ["genes", "proteins"]
    with pytest.raises(InputError, match="two tables are called"):
        join_tables([one, one])
