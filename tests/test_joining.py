from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from radiosens import load_panel
from radiosens.errors import InputError, RadiosensWarning
from radiosens.genes import gene_table
from radiosens.joining import drop_unmeasured, join

ENTREZ = {s: e for e, s in gene_table().entrez.items()}
ENSEMBL = {s: e for e, (s, own) in gene_table().ensembl.items() if own}
SYMBOLS = [s for s in ENTREZ if s in ENSEMBL][:150]


def part(names, lines, seed=0, source="a.csv"):
    rng = np.random.default_rng(seed)
    obs = pd.DataFrame({"line": lines, "source": source}, index=[f"{source}{i}" for i in lines])
    return ad.AnnData(
        rng.normal(7, 2, (len(lines), len(names))).astype(np.float32),
        obs=obs,
        var=pd.DataFrame(index=names),
        uns={"simulated": False},
    )


def csv(path, names, columns, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.normal(7, 2, (len(names), len(columns)))
    pd.DataFrame(values, index=names, columns=columns).to_csv(path)
    return path


NAMES = {
    "symbols": SYMBOLS,
    "symbols_with_entrez": [f"{s} ({ENTREZ[s]})" for s in SYMBOLS],
    "tcga": [f"{s}|{ENTREZ[s]}" for s in SYMBOLS],
    "entrez": [ENTREZ[s] for s in SYMBOLS],
    "ensembl": [ENSEMBL[s] for s in SYMBOLS],
    "ensembl_5": [f"{ENSEMBL[s]}.5" for s in SYMBOLS],
    "ensembl_mixed": [f"{ENSEMBL[s]}.{5 + i % 2}" for i, s in enumerate(SYMBOLS)],
}


@pytest.mark.parametrize("one", NAMES)
@pytest.mark.parametrize("other", NAMES)
def test_genes_join_however_they_are_named(one, other):
    a = part(NAMES[one], ["x", "y"])
    b = part(NAMES[other][::-1], ["x", "z"], seed=1, source="b.csv")
    if one == other:
        joined = join([a, b])
    else:
        with pytest.warns(RadiosensWarning, match="joined on 150 (common genes|names)"):
            joined = join([a, b])
    assert joined.n_vars == 150
    np.testing.assert_array_equal(joined.X[:2], a.X)
    np.testing.assert_array_equal(joined.X[2:], b.X[:, ::-1])


def test_probe_sets_and_symbols_join_on_genes():
    probes = [p for p, s in gene_table().probes.items() if s in set(SYMBOLS)]
    with pytest.warns(RadiosensWarning, match="joined on"):
        joined = join([part(probes, ["x"]), part(SYMBOLS, ["y"], source="b.csv")])
    assert joined.uns["joined_on"] == "genes"
    assert set(joined.var_names) <= set(SYMBOLS)


def test_names_that_a_spreadsheet_spoilt_are_repaired_aloud():
    ids = [*(ENSEMBL[s] for s in SYMBOLS), ENSEMBL["SEPTIN2"]]
    with pytest.warns(RadiosensWarning, match="2-Sep is taken for SEPTIN2"):
        joined = join([part([*SYMBOLS, "2-Sep"], ["x"]), part(ids, ["y"], source="b.csv")])
    assert "SEPTIN2" in joined.var_names


def test_one_array_within_another_is_joined_on_probe_sets():
    probes = list(gene_table().probes)[:2000]
    joined = join([part(probes, ["x"]), part(probes[500:1500], ["y"], source="b.csv")])
    assert joined.uns["joined_on"] == "features"
    assert joined.n_vars == 1000


def test_releases_of_ids_that_nobody_knows_join_without_their_versions():
    ids = [f"ENSG{i:011d}" for i in range(150)]
    a = part([f"{i}.{2 + k % 3}" for k, i in enumerate(ids)], ["x"])
    b = part([f"{i}.{2 + k % 2}" for k, i in enumerate(ids)], ["y"], source="b.csv")
    with pytest.warns(RadiosensWarning, match="150 names without Ensembl versions"):
        joined = join([a, b])
    assert joined.var_names.tolist() == ids


def test_the_loss_of_most_features_is_said():
    a, b = part(SYMBOLS, ["x"]), part(SYMBOLS[:60] + [f"x{i}" for i in range(150)], ["y"])
    more = part([*SYMBOLS[:20], *(f"x{i}" for i in range(110))], ["z"])
    with pytest.raises(InputError, match="only 60 features in common"):
        join([a, b])
    many = part([*(f"x{i}" for i in range(110)), *(f"y{i}" for i in range(200))], ["z"])
    with pytest.warns(RadiosensWarning, match="only 110 of 300"):
        join([many, part([*(f"x{i}" for i in range(110)), *(f"z{i}" for i in range(190))], ["w"])])
    assert join([b, more]).n_vars == 130


def test_row_numbers_are_never_joined():
    numbers = [str(i) for i in range(150)]
    with pytest.raises(InputError, match="its features are called by row numbers"):
        join([part(numbers, ["x"]), part(numbers, ["y"], source="b.csv")])


def test_features_that_no_sample_has_are_left_out_and_said(caplog):
    caplog.set_level("INFO")
    panel = part(["a", "b", "c"], ["x", "y"])
    panel.X[:, 1] = np.nan
    panel.X[0, 2] = np.nan
    kept = drop_unmeasured(panel)
    assert list(kept.var_names) == ["a", "c"]
    assert "left out 1 features" in caplog.text


def test_a_sheet_that_covers_one_of_two_files(tmp_path):
    a = csv(tmp_path / "a.csv", SYMBOLS, ["s1", "s2"])
    b = csv(tmp_path / "b.csv", SYMBOLS, ["HL-60", "M14"], seed=1)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("sample,line\ns1,MCF7\ns2,A549\n")
    panel = load_panel([a, b], sheet)
    assert panel.obs["line"].tolist() == ["MCF7", "A549", "HL-60", "M14"]


def test_a_sample_of_the_sheet_that_is_in_two_files_is_said(tmp_path):
    a = csv(tmp_path / "a.csv", SYMBOLS, ["MCF7", "A549"])
    b = csv(tmp_path / "b.csv", SYMBOLS, ["HL-60", "MCF7"], seed=1)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("sample,line\nMCF7,MCF7\nA549,A549\n")
    with pytest.warns(RadiosensWarning, match=r"1 samples of the sheet are in several files"):
        panel = load_panel([a, b], sheet)
    assert panel.obs["line"].tolist() == ["MCF7", "A549", "MCF7"]


def test_spellings_of_a_new_line_in_two_files_are_one(tmp_path):
    a = csv(tmp_path / "a.csv", SYMBOLS, ["s1", "s2"])
    b = csv(tmp_path / "b.csv", SYMBOLS, ["t1", "t2"], seed=1)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("sample,line,sf2\ns1,Line-1,0.4\ns2,A549,\nt1,LINE 1,0.4\nt2,M14,\n")
    with pytest.warns(RadiosensWarning, match="taken for one line"):
        panel = load_panel([a, b], sheet)
    assert panel.obs["line"].tolist() == ["Line-1", "A549", "Line-1", "M14"]
    assert panel.obs["replicate"].tolist() == [1, 1, 2, 1]
