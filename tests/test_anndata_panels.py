from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd

from radiosens import load_panel
from radiosens.genes import gene_table
from radiosens.panel import data_hash

SYMBOLS = list(gene_table().entrez.values())[:150]


def csv(path, names, columns):
    values = np.random.default_rng(0).normal(7, 2, (len(names), len(columns)))
    pd.DataFrame(values, index=names, columns=columns).to_csv(path)
    return path


def test_anndata_and_files_join_by_name(tmp_path):
    path = csv(tmp_path / "a.csv", SYMBOLS, ["HL-60", "M14"])
    file = load_panel(path)
    rng = np.random.default_rng(3)
    order = rng.permutation(150)
    adata = ad.AnnData(
        file.X[:, order] + 1,
        obs=pd.DataFrame({"cell_line": ["HL-60", "MCF7"], "SF2": ["31.5%", "0,58"]}, ["a", "b"]),
        var=pd.DataFrame(index=file.var_names[order]),
    )
    panel = load_panel([path, adata])
    np.testing.assert_array_equal(panel.X[2:], file.X + 1)
    assert panel.obs["line"].tolist() == ["HL-60", "M14", "HL-60", "MCF7"]
    assert panel.obs["sf2"].tolist() == [0.315, 0.42, 0.315, 0.58]


def test_a_panel_is_a_panel_again():
    panel = load_panel("simulated")
    again = load_panel(panel)
    again.obs["source"] = panel.obs["source"].to_numpy()
    assert data_hash(again) == data_hash(panel)
