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
    assert data_hash(load_panel(panel)) == data_hash(panel)


def test_a_panel_of_several_files_keeps_its_sources(tmp_path):
    a, b = (csv(tmp_path / f"{n}.csv", SYMBOLS, ["HL-60", "M14"]) for n in "ab")
    frame = pd.read_csv(b, index_col=0)
    (frame + 1).to_csv(b)
    panel = load_panel([a, b])
    panel.write_h5ad(tmp_path / "panel.h5ad")
    for again in (load_panel(panel), load_panel(tmp_path / "panel.h5ad")):
        assert again.obs["source"].tolist() == ["a.csv", "a.csv", "b.csv", "b.csv"]


def test_two_objects_are_called_by_number():
    panel = load_panel("simulated")
    other = panel.copy()
    del other.obs["source"]
    other.X = other.X + 1
    joined = load_panel([panel, other])
    assert set(joined.obs["source"]) == {"simulated", "AnnData 2"}
    assert joined.obs_names.is_unique
