"""The parts the verdicts are made of: homes, evidence, patterns, further checks."""

from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from radiosens import RadiosensError, simulate_panel
from radiosens.quality.evidence import MIN_NOISE, evidence_of, level_of
from radiosens.quality.features import most_variable, own_similarity_matrix
from radiosens.quality.further import further_findings
from radiosens.quality.naming import name_groups
from radiosens.quality.patterns import find_blocks, find_swaps
from radiosens.quality.places import prior_of_places, vacancies
from radiosens.quality.sex import y_signal
from radiosens.sources.simulated import plant_errors


def test_a_platform_is_taken_out():
    panel = simulate_panel(features=400, tissues=3, replicates=2)
    sources = np.where(panel.obs["replicate"] == 1, "a", "b")
    moved = panel.X.copy()
    moved[sources == "b"] += np.random.default_rng(0).normal(0, 3, panel.n_vars).astype("f4")
    r = own_similarity_matrix(moved, sources)
    same = panel.obs["line"].to_numpy()[:, None] == panel.obs["line"].to_numpy()
    np.fill_diagonal(same, False)
    assert r[same].min() > 0.6
    assert np.allclose(np.diag(r), 1, atol=1e-5)


def test_the_most_variable_features_are_kept_in_blocks_as_in_one_piece():
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(12, 4_100)) * rng.uniform(0.1, 2, 4_100)).astype(np.float32)
    sources = np.array(["a"] * 12)
    values, kept = most_variable(x, sources, 100)
    centred = x - x.mean(axis=1, keepdims=True)
    centred = centred - centred.mean(axis=0)
    assert set(kept) == set(np.argsort(-centred.var(axis=0))[:100])
    assert np.allclose(values, centred[:, kept], atol=1e-5)


def test_level_by_hand():
    r = np.array([[1, 0.9, 0.2], [0.9, 1, 0.4], [0.2, 0.4, 1]], dtype=np.float32)
    level = level_of(r, np.array([0, 0, 1]))
    assert level.same == pytest.approx(0.9)
    assert level.other == pytest.approx(0.4)  # the median of 0.2, 0.4, 0.4
    assert level.spread == pytest.approx(0)
    assert level.noise == float("inf")  # two samples with a replicate teach nothing
    assert level_of(np.eye(8, dtype=np.float32) + 0.5, np.repeat(range(4), 2)).noise == MIN_NOISE


def test_like_is_compared_with_like():
    # Sample 0's sibling is on platform 1; line 1 has a sample on each platform.
    r = np.array([[np.nan, 0.6, 0.8, 0.5]] + [[0.0] * 4] * 3, dtype=np.float32)
    label, source = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    found = evidence_of(r, label, label, source, 3, level_of(np.eye(4, dtype="f4"), label))
    assert found.own[0] == pytest.approx(0.6)
    assert found.others[0, 1] == pytest.approx(0.5)
    assert np.isnan(found.others[0, 2])


def test_three_labels_in_a_ring_are_tied_and_one_alone_is_not():
    ring = name_groups(np.repeat(range(3), 2), np.array([0, 1, 1, 2, 2, 0]), 3)
    assert ring.tied.all()
    alone = name_groups(np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1]), 2)
    assert alone.at_home.tolist() == [True, True, False, True, True]
    assert not alone.tied.any()
    assert alone.named.tolist() == [0, 0, 0, 1, 1]


def test_a_ring_through_a_line_with_one_sample_is_tied():
    # 0 is of line 1 under the name of line 0; line 0's only sample is called 2, and 2's one 1.
    group = np.array([0, 0, 1, 2, 2])
    label = np.array([0, 1, 2, 1, 2])
    tied = name_groups(group, label, 3).tied
    assert tied[[0, 1, 3, 4]].all()


def test_two_rings_in_one_part_are_both_tied():
    ring = np.array([0, 1, 1, 2, 2, 0])
    group = np.r_[np.repeat(range(6), 2), 0]
    label = np.r_[ring, ring + 3, 3]  # the last sample joins them
    assert name_groups(group, label, 6).tied[:12].all()


def test_a_place_is_open_to_one_sample_only():
    # Lines 0 and 1 are known; 1's sample is of line 0. Two samples might be of line 1.
    shares = np.array([[1, 0, 0, 0], [1, 0, 0, 0], [0, 0.9, 0.1, 0], [0, 0.1, 0, 0.9]])
    label = np.arange(4)
    assert vacancies(shares, label)[2, 1] == pytest.approx(0.9)  # 0.1 of it is claimed
    assert vacancies(shares, label)[3, 1] == pytest.approx(0.1)
    prior = prior_of_places(shares, label, np.arange(4), 0.03, 2)
    assert prior[2, 1] == pytest.approx(0.1 * 0.03 / 3 + 0.9 * 0.9 / 3)
    # Where 0 and 1 are of one donor, nobody has left.
    one_donor = prior_of_places(shares, label, np.array([0, 0, 1, 2]), 0.03, 2)
    assert one_donor[2, 1] == pytest.approx(0.1 * 0.03 / 3)


def test_a_reference_outvotes_replicates():
    says = np.array([1, 1, 0, 0])
    homes = name_groups(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]), 2, says)
    assert not homes.at_home.any()


def test_lines_in_one_group_are_both_at_home():
    homes = name_groups(np.zeros(4, dtype=int), np.array([0, 0, 1, 1]), 2)
    assert homes.at_home.all()
    assert (homes.named == -1).all()


def test_a_block_goes_over_a_sample_that_keeps_its_name_and_stays_in_its_file():
    true = np.arange(12)
    label = true.copy()
    label[3:9] = true[2:8]
    label[5] = true[5] = true[4]  # two samples of one line beside each other
    label[6] = true[5]
    flagged = label != true
    blocks = find_blocks(label, true, flagged, np.zeros(12, dtype=int))
    assert [(b.first, b.last, b.shift) for b in blocks] == [(3, 8, 1)]
    two_files = find_blocks(label, true, flagged, np.repeat([0, 1], 6))
    assert all(b.first // 6 == b.last // 6 for b in two_files)


def test_a_block_begins_with_a_sample_that_looks_like_no_line():
    true, label = np.arange(8), np.array([0, 1, 7, 2, 3, 4, 5, 6])
    looks_like = true.copy()
    looks_like[2] = -1
    found = find_blocks(label, looks_like, label != true, np.zeros(8, dtype=int))
    assert [(b.first, b.last, b.shift) for b in found] == [(2, 7, 1)]
    unlike = np.where(true == 2, 0, true)  # or like a wrong one: 2 is missed elsewhere
    found = find_blocks(label, unlike, label != true, np.zeros(8, dtype=int))
    assert [(b.first, b.last, b.shift) for b in found] == [(2, 7, 1)]


def test_two_swaps_are_no_block():
    label, true = np.array([1, 0, 2, 4, 3]), np.arange(5)
    flagged = label != true
    assert find_blocks(label, true, flagged, np.zeros(5, dtype=int)) == []
    assert find_swaps(label, true, flagged) == [(0, 1), (3, 4)]


def findings(panel, good=None):
    sources = panel.obs["source"].to_numpy(dtype=str)
    r = own_similarity_matrix(np.asarray(panel.X), sources)
    good = np.ones(panel.n_obs, dtype=bool) if good is None else good
    return further_findings(panel, r, good)


def test_the_same_array_twice():
    panel = simulate_panel(features=400, batch_sd=0)
    assert not findings(panel)
    panel.X[1] = panel.X[0]
    panel.X[70] = panel.X[9] + np.float32(0.001)
    pairs = {f.samples for f in findings(panel) if f.kind == "duplicate"}
    assert pairs == {tuple(panel.obs_names[[0, 1]]), tuple(panel.obs_names[[9, 70]])}


def test_a_failed_array_and_spread_replicates():
    panel = simulate_panel(features=400, batch_sd=0)
    rng = np.random.default_rng(0)
    panel.X[5] = rng.permutation(panel.X[5])
    panel.X[8] += rng.normal(0, 0.9, panel.n_vars).astype(np.float32)
    found = findings(panel)
    assert (panel.obs_names[5],) in [f.samples for f in found if f.kind == "outlier"]
    spread = {f.samples[0] for f in found if f.kind == "spread"}
    assert panel.obs_names[6] in spread  # the first sample of the line of 8


def test_batches_are_seen_where_they_are():
    assert any(f.kind == "batch" for f in findings(simulate_panel(features=400, batch_sd=0.4)))
    assert not any(f.kind == "batch" for f in findings(simulate_panel(features=400, batch_sd=0)))


def sexed(signal, tissue="Breast", sex=None):
    obs = pd.DataFrame(
        {"line": ["a", "a", "a", "b", "b", "c"], "tissue": tissue, "source": "x", "replicate": 1},
        index=[f"s{i}" for i in range(6)],
    )
    if sex is not None:
        obs["sex"] = sex
    x = np.where(np.array(signal)[:, None], 9.0, 2.0) + np.zeros((6, 2))
    return ad.AnnData(x.astype("f4"), obs=obs, var=pd.DataFrame(index=["RPS4Y1", "DDX3Y"]))


def sentences(panel):
    found = further_findings(panel, np.eye(6, dtype="f4"), np.ones(6, dtype=bool))
    return [f.samples[0] for f in found if f.kind == "sex"]


def test_a_y_signal_is_damning_where_none_can_be_and_its_loss_is_not():
    assert sentences(sexed([1, 0, 0, 0, 0, 1])) == ["s0"]  # its siblings have none
    assert sentences(sexed([1, 1, 0, 1, 1, 1])) == []  # lost in one
    assert sentences(sexed([0, 0, 0, 0, 1, 1], tissue="Ovarian")) == ["s4", "s5"]
    assert sentences(sexed([0, 0, 0, 0, 0, 1], sex=["M"] * 5 + ["F"])) == ["s5"]
    assert sentences(sexed([0, 0, 0, 0, 0, 1], "Ovarian", sex=["M"] * 6)) == []
    assert y_signal(sexed([0] * 6)) is None


def test_planted_errors():
    panel = simulate_panel(features=50)
    planted = plant_errors(panel, swaps=1, copies=2, shifted=4, random_state=3)
    error = planted.obs["error"]
    assert {k: int((error == k).sum()) for k in ("swap", "copy")} == {"swap": 2, "copy": 2}
    changed = planted.obs["line"].to_numpy() != panel.obs["line"].to_numpy()
    assert set(error[changed]) == {"swap", "shift"}
    assert not np.array_equal(planted.X, panel.X)
    with pytest.raises(RadiosensError, match="don't fit"):
        plant_errors(panel, swaps=50)
    with pytest.raises(RadiosensError, match="shift fewer"):
        plant_errors(panel, shifted=100)
