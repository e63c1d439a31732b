"""h5ad files and AnnData objects, good and damaged."""

from __future__ import annotations

import contextlib

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from radiosens.errors import InputError, RadiosensError


@pytest.fixture
def adata(genes):
    obs = pd.DataFrame({"cell_line": genes.columns, "batch": 1}, index=["s0", "s1", "s2", "s3"])
    obs["cell_line"] = obs["cell_line"].astype("category")
    var = pd.DataFrame({"gene_symbols": genes.index}, index=genes.index + "x")
    return ad.AnnData(genes.to_numpy(dtype=np.float32).T, obs, var)


@pytest.fixture
def damaged(adata, tmp_path):
    """Write a sparse file and change its parts."""

    def run(**parts):
        adata.X = sparse.csr_matrix(adata.X)
        path = tmp_path / "a.h5ad"
        adata.write_h5ad(path)
        with h5py.File(path, "r+") as file:
            for name, change in parts.items():
                values = change(file[f"X/{name}"][...])
                del file[f"X/{name}"]
                file[f"X/{name}"] = values
        return path

    return run


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, sparse.csc_matrix])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("in_memory", [False, True])
def test_every_kind_of_matrix_gives_the_same(read, adata, tmp_path, kind, dtype, in_memory):
    expected = np.array(adata.X)
    adata.X = kind(expected.astype(dtype))
    adata.write_h5ad(tmp_path / "a.h5ad")
    read_back = read(adata if in_memory else tmp_path / "a.h5ad")
    np.testing.assert_array_equal(read_back.X, expected)
    assert read_back.obs["cell_line"].tolist() == adata.obs["cell_line"].tolist()
    assert read_back.var["gene_symbols"].tolist() == adata.var["gene_symbols"].tolist()


def test_an_object_in_memory_is_left_as_it_is(read, adata):
    before = adata.copy()
    linear = ad.AnnData(2**adata.X, adata.obs, adata.var)
    kept = linear.copy()
    read(adata).X[:] = 0
    read(linear)
    np.testing.assert_array_equal(adata.X, before.X)
    np.testing.assert_array_equal(linear.X, kept.X)
    assert list(adata.obs) == list(before.obs)


def test_samples_are_found_in_obs_where_the_sheet_names_them_so(read, adata):
    found = read(adata, known_samples=frozenset(["A549", "PC-3"]))
    assert found.obs_names.tolist() == ["A549", "PC-3"]
    np.testing.assert_array_equal(found.X, adata.X[[1, 3]])


def test_features_that_stand_twice_are_named_by_another_column_or_refused(read, adata):
    adata.var_names = ["same"] * adata.n_vars
    assert read(adata).var_names[0] == "GENE0"
    del adata.var["gene_symbols"]
    with pytest.raises(InputError, match="1 duplicated feature identifier: same"):
        read(adata)


def test_features_that_are_only_numbered_are_refused(read, adata):
    with pytest.raises(InputError, match="only numbered"):
        read(ad.AnnData(adata.X, adata.obs))


def test_nullable_columns_and_odd_flags_are_understood(read, adata, tmp_path):
    adata.obs["sf2"] = pd.array([1, None, 1, 1], dtype="Int64")
    adata.uns["simulated"] = np.array([0, 1])
    adata.write_h5ad(tmp_path / "a.h5ad")
    found = read(tmp_path / "a.h5ad")
    assert found.obs["sf2"].isna().tolist() == [False, True, False, False]
    assert found.uns["simulated"] is True


@pytest.mark.parametrize(
    "parts",
    [
        {"indices": lambda v: v[:3]},
        {"indices": lambda v: np.where(np.arange(len(v)) == 5, 600, v)},
        {"indices": lambda v: np.where(np.arange(len(v)) == 5, 10**6, v)},
        {"indices": lambda v: np.where(np.arange(len(v)) == 5, -1, v)},
        {"indptr": lambda v: v[:-1]},
        {"indptr": lambda v: v[::-1].copy()},
        {"indptr": lambda v: v * 2},
        {"data": lambda v: v[:-1]},
        {"data": lambda v: np.array([b"x"] * len(v))},
        {"indices": lambda v: v.astype(float)},
    ],
)
def test_a_damaged_sparse_matrix_is_refused(read, damaged, parts):
    with pytest.raises(InputError, match="X"):
        read(damaged(**parts))


def test_links_out_of_the_file_are_refused(read, adata, tmp_path):
    adata.write_h5ad(tmp_path / "other.h5ad")
    for link in (h5py.ExternalLink("other.h5ad", "/X"), h5py.SoftLink("/obs")):
        adata.write_h5ad(tmp_path / "a.h5ad")
        with h5py.File(tmp_path / "a.h5ad", "r+") as file:
            del file["X"]
            file["X"] = link
        with pytest.raises(InputError, match="link to elsewhere"):
            read(tmp_path / "a.h5ad")


def test_a_heap_of_texts_without_an_end_is_refused(read, adata, tmp_path):
    # HDF5 itself goes round for ever in it.
    path = tmp_path / "a.h5ad"
    adata.write_h5ad(path)
    raw = bytearray(path.read_bytes())
    begin = raw.index(b"GCOL") + 16
    raw[begin : begin + 64] = bytes(64)
    path.write_bytes(raw)
    with pytest.raises(InputError, match="a heap has no end"):
        read(path)


def test_a_small_file_that_promises_a_large_matrix_is_refused(read, adata, tmp_path):
    adata.write_h5ad(tmp_path / "a.h5ad")
    with h5py.File(tmp_path / "a.h5ad", "r+") as file:
        del file["X"]
        x = file.create_dataset("X", shape=(10**6, 10**5), dtype="f4", chunks=(100, 100))
        x.attrs["encoding-type"], x.attrs["encoding-version"] = "array", "0.2.0"
    with pytest.raises(InputError, match="larger than can be read"):
        read(tmp_path / "a.h5ad")


def test_text_in_x_is_refused(read, adata, tmp_path):
    adata.write_h5ad(tmp_path / "a.h5ad")
    with h5py.File(tmp_path / "a.h5ad", "r+") as file:
        del file["X"]
        file["X"] = np.array([[b"1"] * 600] * 4, dtype=object)
    with pytest.raises(InputError, match="X holds text or objects"):
        read(tmp_path / "a.h5ad")


def test_bytes_changed_anywhere_give_a_refusal_or_values_but_no_other_error(read, adata, tmp_path):
    path = tmp_path / "a.h5ad"
    adata[:, :40].copy().write_h5ad(path)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(60):
        raw = bytearray(whole)
        for place in rng.integers(0, len(raw), 4):
            raw[place] = rng.integers(0, 256)
        with contextlib.suppress(RadiosensError):
            read(bytes(raw), "b.h5ad")
