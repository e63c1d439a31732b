"""Probes that nobody knows, with symbols beside them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens.errors import RadiosensWarning
from radiosens.genes import gene_table, genes_of
from radiosens.panel import load_panel
from radiosens.sources import read_expression

SYMBOLS = sorted({genes[0] for level, genes in gene_table().names.values() if level == 0})[:300]


def table(names, seed=0):
    level = np.random.default_rng(0).normal(7, 2, (300, 1))
    values = np.random.default_rng(seed).normal(level, 0.5, (300, 2)).round(3)
    return pd.DataFrame(values, SYMBOLS, names)


def probes(frame):
    """Name rows by Illumina's probes, and give symbols beside them."""
    named = frame.reset_index(names="Symbol")
    named.insert(0, "ProbeID", [f"ILMN_{i}" for i in range(len(named))])
    return named


def test_symbols_beside_unknown_probes_name_the_genes(tmp_path):
    probes(table(["A549", "MCF7"])).to_csv(tmp_path / "a.csv", index=False)
    adata = read_expression(tmp_path / "a.csv")
    assert adata.var_names[0] == "ILMN_0"  # a feature stays what the file calls it
    assert genes_of(adata).genes.tolist() == SYMBOLS


def test_such_a_file_joins_another_on_genes(tmp_path):
    probes(table(["A549", "MCF7"])).to_csv(tmp_path / "a.csv", index=False)
    table(["A549", "HL-60"], seed=1).to_csv(tmp_path / "b.csv", index_label="gene")
    with pytest.warns(RadiosensWarning, match="joined on 300 common genes"):
        panel = load_panel([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert (panel.n_obs, panel.n_vars, panel.uns["joined_on"]) == (4, 300, "genes")


def test_descriptions_beside_names_name_nothing(tmp_path):
    frame = probes(table(["A549", "MCF7"])).assign(Symbol="a transcript of unknown function")
    frame.to_csv(tmp_path / "a.csv", index=False)
    assert genes_of(read_expression(tmp_path / "a.csv")).n_known == 0
