from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from radiosens import read_expression
from radiosens.errors import InputError, RadiosensWarning, TruncatedError

LINES = ["LE:HL_60", "ME:M14", "BR:MCF7"]


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        rng.normal(7, 2, size=(5, 3)).round(3), index=[f"gene{i}" for i in range(5)], columns=LINES
    )


def check(adata, frame):
    assert list(adata.obs_names) == list(frame.columns)
    assert list(adata.var_names) == list(frame.index)
    np.testing.assert_allclose(adata.X, frame.to_numpy().T, rtol=1e-6)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".csv.gz", ".txt"])
@pytest.mark.parametrize("turned", [False, True])
def test_text_in_either_orientation(tmp_path, frame, suffix, turned):
    path = tmp_path / f"table{suffix}"
    (frame.T if turned else frame).to_csv(path, sep="," if "csv" in suffix else "\t")
    check(read_expression(path), frame)


def test_orientation_by_sample_sheet(tmp_path, frame):
    frame.columns = ["one", "two", "three"]
    frame.T.to_csv(tmp_path / "t.csv")
    adata = read_expression(tmp_path / "t.csv", known_samples=frozenset(["one", "three"]))
    check(adata, frame[["one", "three"]])


def test_rs_missing_corner(tmp_path, frame):
    text = frame.to_csv(sep="\t").partition("\t")[2]
    (tmp_path / "t.txt").write_text(text)
    check(read_expression(tmp_path / "t.txt"), frame)


def test_annotation_columns_are_left_out(tmp_path, frame, caplog):
    caplog.set_level("INFO")
    wide = frame.copy()
    wide.insert(0, "symbol", ["A", "B", "C", "D", "E"])
    wide.insert(1, "entrez", [1, 2, 3, 4, 5])
    wide.to_csv(tmp_path / "t.csv")
    check(read_expression(tmp_path / "t.csv"), frame)
    assert "left out the columns symbol, entrez" in caplog.text


def test_parquet(tmp_path, frame):
    frame.to_parquet(tmp_path / "a.parquet")
    check(read_expression(tmp_path / "a.parquet"), frame)
    frame.reset_index(names="gene").to_parquet(tmp_path / "b.parquet")
    check(read_expression(tmp_path / "b.parquet"), frame)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_h5ad(tmp_path, frame, kind):
    adata = ad.AnnData(
        kind(frame.to_numpy().T), pd.DataFrame(index=LINES), pd.DataFrame(index=frame.index)
    )
    adata.write_h5ad(tmp_path / "a.h5ad")
    check(read_expression(tmp_path / "a.h5ad"), frame)


def gct(frame, rows=None, columns=None):
    table = frame.copy()
    table.insert(0, "Description", "na")
    text = table.to_csv(sep="\t", index_label="NAME")
    return f"#1.2\n{rows or len(frame)}\t{columns or frame.shape[1]}\n{text}"


def test_gct(tmp_path, frame):
    (tmp_path / "a.gct").write_text(gct(frame))
    check(read_expression(tmp_path / "a.gct"), frame)


def test_gct_cut_short(tmp_path, frame):
    (tmp_path / "a.gct").write_text(gct(frame, rows=9))
    with pytest.raises(TruncatedError, match="promises 9 features and 5 follow"):
        read_expression(tmp_path / "a.gct")
    (tmp_path / "b.gct").write_text(gct(frame, columns=4))
    with pytest.raises(InputError, match="promises 4 samples and the header names 3"):
        read_expression(tmp_path / "b.gct")


def test_real_u133a(shared):
    adata = read_expression(shared("nci60_u133a_gcrma.csv.gz"))
    assert adata.shape == (59, 22_283)
    assert adata.uns["scale"] == "log2"


def test_real_gct(shared):
    adata = read_expression(shared("nci60_u95av2.gct"))
    assert adata.shape == (50, 12_625)
    assert adata.uns["scale"] == "linear, converted to log2"


def test_real_samples_in_rows(shared):
    with pytest.warns(RadiosensWarning, match="centred or z-scores"):
        adata = read_expression(shared("ccle_706genes_zscored.csv.gz"))
    assert adata.shape == (503, 706)
    assert adata.uns["scale"] == "centred"


def test_what_is_said_of_samples_is_no_feature(tmp_path, frame):
    rows = frame.T
    rows.insert(0, "sf2", [0.1, 0.2, 0.3])
    rows.insert(1, "replicate", [1, 2, 3])
    for name in ("a.csv", "a.parquet"):
        (rows.to_csv if name.endswith("csv") else rows.to_parquet)(tmp_path / name)
        with pytest.warns(RadiosensWarning, match="left out sf2, replicate, which are no features"):
            check(read_expression(tmp_path / name), frame)


def test_a_gene_called_like_a_line_does_not_turn_the_table(tmp_path):
    rng = np.random.default_rng(0)
    genes = [*(f"G{i}" for i in range(19)), "LOX"]
    frame = pd.DataFrame(rng.normal(7, 2, (20, 3)), genes, ["GSM1", "GSM2", "GSM3"])
    frame.to_csv(tmp_path / "t.csv")
    check(read_expression(tmp_path / "t.csv"), frame)


def test_samples_outside_the_sheet_have_no_say(tmp_path, frame):
    frame["Entrez_Gene_Id"] = [10_000, 2_000, 300_000, 40_000, 999]
    frame["other"] = [1e5, np.nan, np.nan, np.nan, np.nan]
    frame.to_csv(tmp_path / "t.csv")
    adata = read_expression(tmp_path / "t.csv", known_samples=frozenset(LINES))
    check(adata, frame[LINES])
    assert adata.uns["scale"] == "log2"
