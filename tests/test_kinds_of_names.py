"""Situations of public bug reports about names, each made small here and loaded as a user would."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens import load_panel
from radiosens.celllines import known_lines
from radiosens.errors import InputError, RadiosensWarning, SampleSheetError
from radiosens.genes import gene_table, to_genes
from radiosens.predictors import REGISTRY
from radiosens.predictors.rsi import GENES

SYMBOLS = [g.symbol for g in GENES] + [
    s for s in list(gene_table().entrez.values())[:140] if s not in {g.symbol for g in GENES}
]
ENTREZ = {s: e for e, s in gene_table().entrez.items()}
ENSEMBL = {s: e for e, (s, own) in gene_table().ensembl.items() if own}


@pytest.fixture
def write(tmp_path):
    def write(name, rows, columns, seed=0):
        values = np.random.default_rng(seed).normal(7, 2, (len(rows), len(columns)))
        frame = pd.DataFrame(values.round(3), index=rows, columns=columns)
        frame.to_csv(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def sheet(tmp_path):
    def sheet(text):
        (tmp_path / "sheet.csv").write_text(text)
        return tmp_path / "sheet.csv"

    return sheet


def test_03_files_with_row_numbers_are_never_joined(write, tmp_path):
    paths = []
    for i, order in enumerate((SYMBOLS, SYMBOLS[::-1])):
        path = write(f"{i}.csv", order, ["HL-60", "M14"], seed=i)
        numbered = pd.read_csv(path, index_col=0).reset_index(drop=True)
        numbered.to_parquet(tmp_path / f"{i}.parquet")
        paths.append(tmp_path / f"{i}.parquet")
    with pytest.raises(InputError, match="number"):
        load_panel(paths)


def test_04_depmap_ids_of_known_lines(write, tmp_path, sheet):
    known = known_lines()["depmap"]
    ids = known[known != ""].iloc[:6]
    names = [f"{s} ({ENTREZ[s]})" for s in SYMBOLS]
    path = write("Omics.csv", names, list(ids))
    pd.read_csv(path, index_col=0).T.to_csv(path)
    panel = load_panel(path)
    assert panel.obs["line"].tolist() == list(ids.index)
    by_sheet = load_panel(path, sheet(f"sample,line\n{ids.iloc[0]},MCF7\n{ids.iloc[1]},MDAMB231\n"))
    assert by_sheet.obs["line"].tolist() == ["MCF7", "MDA-MB-231"]


@pytest.mark.parametrize(
    "spellings", [("Line-01", "LINE 01"), ("ab.7", "AB_7"), ("X22Rv1", "22rv1")]
)
def test_11_two_spellings_of_a_new_line_are_one_donor(write, sheet, spellings):
    one, other = spellings
    path = write("x.csv", SYMBOLS, ["s1", "s2", "s3"])
    text = f"sample,line,sf2\ns1,{one},0.5\ns2,{other},0.5\ns3,else,0.4\n"
    with pytest.warns(RadiosensWarning, match="taken for one line"):
        panel = load_panel(path, sheet(text))
    assert panel.obs["line"].nunique() == panel.obs["donor"].nunique() == 2
    assert panel.obs["replicate"].tolist() == [1, 2, 1]


def test_11_two_spellings_of_a_donor_are_one(write, sheet):
    path = write("x.csv", SYMBOLS, ["s1", "s2"])
    text = "sample,line,donor,sf2\ns1,L0,patient_0,0.88\ns2,L1,Patient 0,0.5\n"
    with pytest.warns(RadiosensWarning, match="taken for one donor"):
        assert len(set(load_panel(path, sheet(text)).obs["donor"])) == 1


def test_12_names_after_r_and_of_ccle(write):
    after_r = ["HL.60.TB.", "A549.ATCC", "X786.0", "MDA.MB.231.ATCC", "HS.578T"]
    ccle = ["HL60_HAEMATOPOIETIC_AND_LYMPHOID_TISSUE", "A549_LUNG", "786O_KIDNEY"]
    ccle += ["MDAMB231_BREAST", "HS578T_BREAST"]
    lines = ["HL-60", "A549", "786-O", "MDA-MB-231", "HS 578T"]
    assert load_panel(write("r.csv", SYMBOLS, after_r)).obs["line"].tolist() == lines
    assert load_panel(write("c.csv", SYMBOLS, ccle)).obs["line"].tolist() == lines


def test_16_symbols_that_became_dates_are_told():
    mapping = to_genes([*SYMBOLS, "1-Mar", "2-Sep", "2.31E+13"])
    assert mapping.repaired == (("2-Sep", "SEPTIN2"),)
    assert mapping.damaged == ("1-Mar", "2.31E+13")


@pytest.mark.parametrize(
    "spelled",
    [
        lambda s: s,
        lambda s: f"{s} ({ENTREZ[s]})",
        lambda s: f"{s}|{ENTREZ[s]}",
        lambda s: f"{s} ({1000 + SYMBOLS.index(s)})",  # counted rather than Entrez
        lambda s: ENSEMBL.get(s, s),
        lambda s: f"{ENSEMBL.get(s, s)}.7" if s in ENSEMBL else s,
        lambda s: ENTREZ[s],
    ],
    ids=["symbol", "depmap", "tcga", "counted", "ensembl", "version", "entrez"],
)
def test_17_the_index_finds_its_genes_however_they_are_named(write, spelled):
    panel = load_panel(write("a.csv", [spelled(s) for s in SYMBOLS], ["HL-60", "M14"]))
    assert REGISTRY["rsi"].unfit(panel) is None


def test_17_two_releases_of_ensembl_ids_join_whole(write):
    ids = [f"ENSG{i:011d}" for i in range(900, 1100)]
    a = write("a.csv", [f"{i}.9" for i in ids], ["HL-60", "A549"])
    b = write("b.csv", [f"{i}.{9 + k % 2}" for k, i in enumerate(ids)], ["M14", "MCF7"], seed=1)
    with pytest.warns(RadiosensWarning, match="200 names without Ensembl versions"):
        assert load_panel([a, b]).n_vars == 200


@pytest.mark.parametrize("value", ["56", "2.5", "100.0"])
@pytest.mark.parametrize("known", ["", "s3,HL-60,\n"])
def test_18_sf2_in_per_cent_is_refused(write, sheet, value, known):
    path = write("x.csv", SYMBOLS, ["s1", "s2", "s3"])
    with pytest.raises(SampleSheetError, match="divide by 100"):
        load_panel(path, sheet(f"sample,line,sf2\ns1,N1,{value}\ns2,N2,0.5\n{known}"))


def test_18_a_per_cent_sign_is_understood(write, sheet):
    path = write("x.csv", SYMBOLS, ["s1", "s2"])
    panel = load_panel(path, sheet("sample,line,sf2\ns1,N1,56%\ns2,N2,65 %\n"))
    assert panel.obs["sf2"].tolist() == pytest.approx([0.56, 0.65])


def test_a_derived_line_in_a_sheet_needs_its_own_sf2(write, sheet):
    path = write("x.csv", SYMBOLS, ["s1", "s2"])
    with pytest.warns(RadiosensWarning), pytest.raises(Exception, match="made from MCF7"):
        load_panel(path, sheet("sample,line\ns1,MCF-7/ADR\ns2,MCF7\n"))
    with pytest.warns(RadiosensWarning, match="not their SF2"):
        panel = load_panel(path, sheet("sample,line,sf2\ns1,MCF-7/ADR,0.8\ns2,MCF7,\n"))
    assert panel.obs["sf2"].tolist() == [0.8, 0.576]
    assert len(set(panel.obs["donor"])) == 1
