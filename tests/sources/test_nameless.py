"""Tables that lack their names: values are never taken for them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens.errors import InputError


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_genes_in_rows_without_names_are_refused(read, genes, separator):
    with pytest.raises(InputError, match="first column holds values: nothing names its"):
        read(genes.to_csv(index=False, sep=separator))


def test_samples_in_rows_without_names_are_refused(read, genes):
    with pytest.raises(InputError, match="first column holds values: nothing names its"):
        read(genes.T.to_csv(index=False))


@pytest.mark.parametrize("turned", [False, True])
def test_counts_without_names_are_refused(read, genes, turned):
    counts = (2**genes).round().astype(int)
    counts = counts.set_axis(["TP53", "AR", "JUN", "STAT1", *counts.index[4:]]).iloc[:4]
    # Whole numbers that differ could be ids: what stands above them tells.
    counts.iloc[:, 0], counts.iloc[0, :] = [811, 92, 7057, 367], [811, 12, 77, 45]
    with pytest.raises(InputError, match="holds values as the others do: nothing names its rows"):
        read((counts.T if turned else counts).to_csv(index=False))


def test_an_index_that_pandas_wrote_twice_is_no_sample(read, same, genes):
    table = genes.rename_axis("gene").reset_index().reset_index(names="Unnamed: 0")
    same(read(table.to_csv()), genes)


def test_row_numbers_beside_names_in_parquet_are_no_sample(read, same, genes, tmp_path):
    pytest.importorskip("pyarrow")
    table = genes.rename_axis("gene").reset_index()
    table.insert(0, "Unnamed: 0", np.arange(len(table)))
    table.to_parquet(tmp_path / "t.parquet", index=False)
    same(read(tmp_path / "t.parquet"), genes)


def test_some_lines_that_end_with_a_separator_move_no_name(read, same, genes):
    head, *body = genes.to_csv().splitlines()
    lines = [line + "," * (i % 3 > 0) for i, line in enumerate(body, start=1)]
    assert not lines[-1].endswith(",")
    same(read("\n".join([head, *lines])), genes)


def test_groups_above_two_of_four_names_are_no_names(read, same, genes):
    same(read("\tBreast\t\tBlood\t\n" + genes.to_csv(sep="\t")), genes)


def test_decimal_commas_between_commas_are_named(read, genes):
    text = genes.to_csv(sep=";", decimal=",", index_label="gene").replace(";", ",")
    with pytest.raises(InputError, match="commas part fields, and decimals too"):
        read(text)


@pytest.mark.parametrize("word", ["n.d.", "ND", ".", "?", "missing", "BDL", "#NV", "N.A.", "-nan"])
def test_words_for_not_measured(read, genes, word):
    holes = np.random.default_rng(0).random(genes.shape) < 0.1
    adata = read(genes.mask(holes).to_csv(na_rep=word))
    np.testing.assert_array_equal(np.isnan(adata.X.T), holes)


def test_an_object_without_x_names_its_layers(read, genes):
    import anndata as ad

    adata = ad.AnnData(None, shape=genes.T.shape)
    adata.layers["counts"] = genes.to_numpy().T
    with pytest.raises(InputError, match="no X, but the layers counts"):
        read(adata)


@pytest.mark.parametrize("called", ["Gen-Nr", "Unnamed: 0.1"])
def test_ids_beside_row_numbers_are_names_whatever_they_are_called(read, same, genes, called):
    named = genes.set_axis([str(780 + 31 * i) for i in range(len(genes))])
    same(read(named.reset_index(names=called).to_csv()), named)


def test_a_blank_that_is_declared_as_separator_parts_empty_fields_too(read, same):
    frame = pd.DataFrame({"M14": [7.3, 6.7, 8.3]}, ["TP53", "ALB", "AR"])
    same(read("sep= \n  M14\n condition c0\n0 TP53 7.3\n1 ALB 6.7\n2 AR 8.3\n"), frame)
