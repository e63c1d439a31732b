from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd

from radiosens import check, simulate_panel
from radiosens.quality.likelihood import SimilarityModel
from radiosens.quality.sample_qc import find_sample_qc, y_signal


def findings(panel, kind):
    return [f for f in check(panel).findings if f.kind == kind]


def test_the_same_array_twice_is_told():
    panel = simulate_panel(features=400, batch_sd=0)
    assert not check(panel).findings
    panel.X[1] = panel.X[0]
    panel.X[70] = panel.X[9] + np.float32(0.001)
    pairs = {f.samples for f in findings(panel, "duplicate")}
    assert pairs == {tuple(panel.obs_names[[0, 1]]), tuple(panel.obs_names[[9, 70]])}


def test_a_failed_array_is_told():
    panel = simulate_panel(features=400, batch_sd=0)
    panel.X[5] = np.random.default_rng(0).permutation(panel.X[5])
    assert [f.samples for f in findings(panel, "outlier")] == [(panel.obs_names[5],)]


def renamed(panel, rows, name):
    changed = panel.copy()
    for column in ("line", "donor"):
        values = panel.obs[column].to_numpy(dtype=object).copy()
        values[rows] = name
        changed.obs[column] = values
    return changed


def test_two_spellings_of_one_line_are_told():
    panel = simulate_panel(features=400, replicates=4)
    found = findings(renamed(panel, [2, 3], "Simulated Line no. 1"), "names")
    assert len(found) == 1
    assert "simulated line 01 and Simulated Line no. 1 look like one line" in found[0].sentence
    assert found[0].samples == tuple(panel.obs_names[:4])


def test_two_spellings_are_told_without_any_replicates():
    panel = simulate_panel(features=400, tissues=5, replicates=2)
    kept = np.r_[0, 1, np.arange(2, panel.n_obs, 2)]  # one line twice, the others once
    found = findings(renamed(panel, [1], "another spelling")[kept].copy(), "names")
    assert [f.samples for f in found] == [tuple(panel.obs_names[:2])]


def test_lines_of_one_donor_are_known_to_look_alike():
    panel = simulate_panel(features=400, replicates=4)
    twin = renamed(panel, [2, 3], "twin")
    twin.obs["donor"] = panel.obs["donor"].to_numpy()
    assert not findings(twin, "names")


def test_one_name_for_two_lines_is_told_and_suspect():
    panel = simulate_panel(features=400)
    mixed = renamed(panel, [3, 4, 5], "simulated line 01")
    found = check(mixed)
    told = [f for f in found.findings if f.kind == "names"]
    assert [set(f.samples) for f in told] == [set(panel.obs_names[:6])]
    assert set(found.samples["verdict"][:6]) == {"suspect"}


def sexed(signal, tissue="Breast", sex=None):
    obs = pd.DataFrame(
        {"line": ["a", "a", "a", "b", "b", "c"], "tissue": tissue, "source": "x", "donor": ""},
        index=[f"s{i}" for i in range(6)],
    )
    if sex is not None:
        obs["sex"] = sex
    x = np.where(np.array(signal)[:, None], 9.0, 2.0) + np.zeros((6, 2))
    return ad.AnnData(x.astype("f4"), obs=obs, var=pd.DataFrame(index=["RPS4Y1", "DDX3Y"]))


def sentences(panel):
    nothing = SimilarityModel(np.array([]), np.array([]))
    every = np.ones(6, dtype=bool)
    found = find_sample_qc(panel, np.eye(6, dtype="f4"), np.arange(6), nothing, every)
    return [f.samples[0] for f in found if f.kind == "sex"]


def test_a_y_signal_is_damning_where_none_can_be_and_its_loss_is_not():
    assert sentences(sexed([1, 0, 0, 0, 0, 1])) == ["s0"]  # its siblings have none
    assert sentences(sexed([1, 1, 0, 1, 1, 1])) == []  # lost in one
    assert sentences(sexed([0, 0, 0, 0, 1, 1], tissue="Ovarian")) == ["s4", "s5"]
    assert sentences(sexed([0, 0, 0, 0, 0, 1], sex=["M"] * 5 + ["F"])) == ["s5"]
    assert sentences(sexed([0, 0, 0, 0, 0, 1], "Ovarian", sex=["M"] * 6)) == []
    assert y_signal(sexed([0] * 6)) is None


def test_a_y_gene_that_was_not_detected_is_no_signal():
    panel = sexed([0, 0, 0, 1, 1, 1])
    panel.X[:2] = np.nan
    assert y_signal(panel).tolist() == [False] * 3 + [True] * 3
    panel.X[:] = np.nan
    assert y_signal(panel) is None
