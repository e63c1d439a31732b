"""Known lines as other laboratories gave them, each file read as it is."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from radiosens import read_expression
from radiosens.errors import InputError
from radiosens.genes import to_genes


@pytest.mark.parametrize(
    ("name", "shape", "scale", "kind"),
    [
        ("rhvdm_MOLT4_u133a_mas5", (30, 22_283), "linear, converted to log2", "u133"),
        ("gse89888_T47D_counts", (24, 40_876), "counts, converted to log2(CPM + 1)", "ensembl"),
        ("gse152749_MCF7_counts", (41, 16_773), "counts, converted to log2(CPM + 1)", "entrez"),
        ("gage_HeLa_hnrnp_counts", (8, 22_932), "counts, converted to log2(CPM + 1)", "entrez"),
        ("depmap26Q1_prostate13_tpmlogp1", (13, 19_215), "log2", "symbols"),
    ],
)
def test_a_file_of_another_laboratory_is_read_as_it_is(shared, name, shape, scale, kind):
    adata = read_expression(shared(f"other_labs/{name}.csv.gz"))
    assert adata.shape == shape
    assert adata.uns["scale"] == scale
    assert to_genes(list(adata.var_names)).kind == kind
    assert np.isfinite(adata.X).all()


def test_counts_beside_three_columns_of_identifiers_are_those_of_the_file(shared):
    path = shared("other_labs/gse152749_MCF7_counts.csv.gz")
    adata = read_expression(path)
    counts = pd.read_csv(path, index_col="entrez_id").drop(columns=["symbol", "ensembl_gene_id"])
    assert list(adata.obs_names) == list(counts.columns)
    assert list(adata.var_names) == [str(i) for i in counts.index]
    cpm = np.log2(counts / counts.sum() * 1e6 + 1)
    np.testing.assert_allclose(adata.X.T, cpm, rtol=1e-4)


@pytest.mark.parametrize("name", ["gse89888_T47D", "gse152749_MCF7", "rhvdm_MOLT4"])
def test_tables_of_what_was_done_to_samples_are_no_expression(shared, name):
    path = shared(f"other_labs/{name}_samples.csv")
    with warnings.catch_warnings(action="ignore"), pytest.raises(InputError):
        read_expression(path)
