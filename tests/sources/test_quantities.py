"""Files that give several figures of a sample: one is taken."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


def test_rsem_and_salmon_give_tpm_and_are_called_like_their_file(read, genes):
    linear = 2 ** genes["MCF7"]
    values = (linear / linear.sum() * 1e6).round(2)
    rsem = pd.DataFrame(
        {
            "transcript_id(s)": "T1,T2",
            "length": 1000.0,
            "effective_length": 900.5,
            "expected_count": linear.round(0),
            "TPM": values,
            "FPKM": values / 2,
        }
    )
    adata = read(rsem.to_csv(sep="\t", index_label="gene_id"), "MCF7.genes.results")
    assert adata.obs_names.tolist() == ["MCF7"]
    np.testing.assert_allclose(adata.X[0], np.log2(values + 1), rtol=1e-5)
    assert "tpm is taken and expectedcount, fpkm left out" in read.warned


def test_counts_and_tpm_side_by_side(read, genes):
    counts = (2**genes).round(0).astype(int)
    both = pd.concat([counts.add_suffix("_count"), (2**genes).round(2).add_suffix("_TPM")], axis=1)
    adata = read(both.to_csv(sep="\t"), "t.tsv")
    assert adata.obs_names.tolist() == list(genes.columns)
    np.testing.assert_allclose(adata.X, np.log2((2**genes).round(2).to_numpy().T + 1), rtol=1e-5)


@pytest.mark.parametrize("value", ["{}_Signal", "{}"])
def test_mas5_calls_and_p_values_are_left_out(read, genes, value):
    columns = {}
    for line in genes:
        columns[value.format(line)] = (2 ** genes[line]).round(1)
        columns[f"{line}_Detection"] = "P"
        columns[f"{line}_Detection p-value"] = 0.001
    table = pd.DataFrame(columns).set_axis([f"{i}_at" for i in range(600)])
    adata = read(table.to_csv(sep="\t", index_label="Probe Set ID"), "mas5.txt")
    assert adata.obs_names.tolist() == list(genes.columns)
    assert adata.shape == (4, 600)
    assert "detectionpvalue left out" in read.said


def test_illumina(read, genes):
    columns = {}
    for line in genes:
        columns[f"{line}.AVG_Signal"] = (2 ** genes[line]).round(1)
        columns[f"{line}.Detection Pval"] = 0.001
    table = pd.DataFrame(columns).set_axis([f"ILMN_{i}" for i in range(600)])
    adata = read(table.to_csv(sep="\t", index_label="ProbeID"), "t.txt")
    assert adata.obs_names.tolist() == list(genes.columns)
