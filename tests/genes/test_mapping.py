from __future__ import annotations

import pandas as pd
import pytest

from radiosens.genes import are_row_numbers, to_genes


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["TP53", "AR", "IRF1"], "symbols"),
        (["ENSG00000169083", "ENSG00000177606.8"], "ensembl"),
        (["367", "3725", "6772"], "entrez"),
        (["211110_s_at", "201466_s_at"], "u133"),
        (["1000_at", "1001_at", "1002_f_at"], "other probes"),
        ([str(i) for i in range(100)], "row numbers"),
        ([str(i) for i in range(1, 101)], "row numbers"),
        ([str(i) for i in range(300) if i % 3], "row numbers"),
        (["7892501", "7892502", "7892504"], "numbers"),
        (["Trp53", "Brca1", "Actb", "Gapdh"], "mouse"),
        (["ENSMUSG00000059552", "ENSMUSG00000017146"], "foreign"),
        (["NM_000546", "NM_000044"], "foreign"),
        ([f"g{i}" for i in range(50)], "unknown"),
        ([], "unknown"),
    ],
)
def test_the_whole_column_decides_what_the_names_are(names, kind):
    mapping = to_genes(names)
    assert mapping.kind == kind
    if kind not in {"symbols", "ensembl", "entrez", "u133"}:
        assert mapping.n_known == 0


def test_numbers_behind_symbols_are_entrez_ids_only_where_most_agree():
    right = to_genes(["AR (367)", "JUN (3725)", "TP53 (7157)", "ABL1 (367)", "nobody (6772)"])
    assert list(right.genes) == ["AR", "JUN", "TP53", None, "STAT1"]
    counted = to_genes(["AR (1000)", "JUN (1001)", "TP53 (1002)", "SEPT2|1003"])
    assert list(counted.genes) == ["AR", "JUN", "TP53", "SEPTIN2"]


def test_row_numbers_are_never_entrez_ids():
    shuffled = [str(i) for i in (5, 3, 0, 2, 1, 4)]
    assert are_row_numbers(shuffled)
    assert to_genes(shuffled).n_known == 0
    assert not are_row_numbers(["7157"])
    assert not are_row_numbers(["TP53", "1"])


def test_numbers_among_symbols_name_nothing():
    mapping = to_genes(["TP53", "AR", "367"])
    assert list(mapping.genes) == ["TP53", "AR", None]
    assert mapping.unknown == ("367",)


def test_what_may_mean_several_genes_is_left_out_and_counted():
    mapping = to_genes(["TP53", "STRA13", "1-Mar", "HLA-A /// HLA-B"])
    assert list(mapping.genes) == ["TP53", None, None, None]
    assert mapping.ambiguous == ("STRA13", "1-Mar", "HLA-A /// HLA-B")
    assert mapping.share == 0.25


def test_repairs_are_told():
    mapping = to_genes(["TP53", "2-Sep", "1-Mar", "2.31E+13"])
    assert mapping.repaired == (("2-Sep", "SEPTIN2"),)
    assert mapping.damaged == ("1-Mar", "2.31E+13")
    assert "2-Sep is SEPTIN2" in mapping.sentence()


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("nci60_u133a_gcrma.csv.gz", 0.92),
        ("nci60_u133plus2_5147genes.csv.gz", 0.998),
        ("nci60_rnaseq_log2fpkm.csv.gz", 0.99),
        ("other_labs/gage_HeLa_hnrnp_counts.csv.gz", 0.98),
        ("other_labs/gse89888_T47D_counts.csv.gz", 0.74),
    ],
)
def test_real_files_are_mapped(shared, name, share):
    names = pd.read_csv(shared(name), usecols=[0], dtype=str, keep_default_na=False).iloc[:, 0]
    assert to_genes(list(names)).share >= share


def test_symbols_of_2009_find_the_gene_of_their_entrez_id(shared):
    table = pd.read_csv(shared("genes/gpl96_probes.csv.gz"), dtype=str, keep_default_na=False)
    table = table[~table["symbol"].str.contains("///")].drop_duplicates("symbol")
    by_symbol = to_genes(list(table["symbol"])).genes
    by_number = to_genes(list(table["entrez_id"])).genes
    both = [(a, b) for a, b in zip(by_symbol, by_number, strict=True) if a and b]
    assert len(both) > 12_000
    assert sum(a != b for a, b in both) <= 5


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "///",
        "()",
        "|",
        "|367",
        "(367)",
        "?",
        ".",
        "-",
        "X",
        "NA",
        "nan",
        "ENSG",
        "_at",
        "@",
    ]
    + ["A" * 100_000, "(" * 50_000, "/// " * 20_000, "1-" * 20_000, "ENSG00000141510" * 5_000],
    ids=lambda name: name[:12] or "empty",
)
def test_odd_names_are_no_trouble(name):
    assert to_genes([name, "TP53"]).genes[1] == "TP53"


def test_anything_that_has_a_text_may_be_a_name():
    assert list(to_genes([None, float("nan"), 7157, "TP53", "AR", b"x"]).genes[3:5]) == [
        "TP53",
        "AR",
    ]
