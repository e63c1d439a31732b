from __future__ import annotations

import numpy as np
import pytest

from radiosens import RadiosensError, check, load_panel, simulate_panel
from radiosens.sources.simulated import plant_errors

COLUMNS = [
    "sample", "line", "verdict", "probability", "looks_like", "own_similarity",
    "best_other_similarity",
]  # fmt: skip


def simulated(**options):
    settings = {"features": 600, "tissues": 4, "lines_per_tissue": 4, **options}
    return simulate_panel(**settings)


def wrong(panel):
    return (panel.obs["line"] != panel.obs["true_line"]).to_numpy()


def relabelled(panel, to, source):
    """Give samples the labels of others."""
    changed = panel.copy()
    for column in ("line", "donor", "tissue", "sf2"):
        values = panel.obs[column].to_numpy(dtype=object).copy()
        values[to] = values[source]
        changed.obs[column] = values
    return changed


def by_batch(panel):
    return panel[np.argsort(panel.obs["replicate"].to_numpy(), kind="stable")].copy()


def test_right_labels_are_ok():
    found = check(simulated())
    assert list(found.samples) == COLUMNS
    assert set(found.samples["verdict"]) == {"ok"}
    assert (found.samples["looks_like"] == found.samples["line"]).all()
    assert (found.samples["own_similarity"] > found.samples["best_other_similarity"]).all()
    assert not found.swaps
    assert not found.blocks


@pytest.mark.parametrize("seed", range(4))
def test_swaps_copies_and_a_shifted_block_are_found_and_named(seed):
    panel = by_batch(simulated(lines_per_tissue=7, noise_sd=0.5, random_state=seed))
    planted = plant_errors(panel, swaps=2, copies=2, shifted=6, random_state=seed)
    found = check(planted)
    table, bad = found.samples, wrong(planted)
    assert ((table["verdict"] == "mislabelled") == bad).all()
    assert (table["looks_like"][bad] == planted.obs["true_line"].to_numpy()[bad]).all()
    error = planted.obs["error"].to_numpy()
    swapped = set(planted.obs_names[error == "swap"])
    assert swapped <= {s for pair in found.swaps for s in pair}
    block = max(found.blocks, key=lambda b: len(b.members))
    assert block.shift == 1
    assert set(block.members) <= set(np.flatnonzero(error == "shift"))
    assert len(block.members) >= 5


def test_probability_means_what_it_says_where_lines_are_barely_told_apart():
    probability, truth = [], []
    for noise in (1.8, 2.4):
        for seed in range(4):
            panel = simulate_panel(tissues=5, noise_sd=noise, random_state=seed)
            planted = plant_errors(panel, swaps=3, random_state=seed)
            probability += list(check(planted).samples["probability"])
            truth += list(wrong(planted))
    p, w = np.array(probability), np.array(truth)
    assert w[p > 0.95].mean() > 0.9
    assert w[p < 0.05].mean() < 0.02
    assert abs(p.sum() - w.sum()) < 0.35 * w.sum()  # as many as are promised


def test_one_wrong_of_two_replicates_is_told_from_the_right_one():
    panel = simulated(replicates=2)
    planted = relabelled(panel, [0], [4])  # the other line keeps two right samples
    table = check(planted).samples
    assert table["verdict"][0] == "mislabelled"
    assert table["looks_like"][0] == panel.obs["line"].iloc[0]
    assert set(table["verdict"][2:]) == {"ok"}


def test_a_swap_among_lines_of_two_replicates_leaves_all_four_suspect():
    panel = simulated(replicates=2)
    table = check(relabelled(panel, [0, 2], [2, 0])).samples
    assert list(table["verdict"][:4]) == ["suspect"] * 4
    assert list(table["probability"][:4]) == [0.5] * 4
    assert set(table["verdict"][4:]) == {"ok"}


def test_a_reference_decides_it():
    panel, reference = simulated(replicates=2), simulated(replicates=1)
    table = check(relabelled(panel, [0, 2], [2, 0]), reference).samples
    assert list(table["verdict"][:4]) == ["mislabelled", "ok", "mislabelled", "ok"]


def test_without_replicate_and_reference_nothing_is_decided():
    panel = simulated(replicates=1)
    table = check(panel).samples
    assert set(table["verdict"]) == {"undecidable"}
    assert (table["looks_like"] == "").all()
    alone = check(panel[:1].copy()).samples
    assert list(alone["verdict"]) == ["undecidable"]
    # two samples of one line: no telling what is usual
    assert set(check(simulated()[:2].copy()).samples["verdict"]) == {"undecidable"}


def test_lines_that_cannot_be_told_apart_are_not_accused():
    panel = simulated()
    twin = panel.copy()
    rows = panel.obs["line"].isin(["simulated line 01", "simulated line 02"]).to_numpy()
    base = twin.X[np.flatnonzero(rows)[0]]
    noise = np.random.default_rng(5).normal(0, 0.35, (rows.sum(), panel.n_vars))
    twin.X[rows] = base + noise.astype(np.float32)
    found = check(twin)
    assert not set(found.samples["verdict"]) & {"suspect", "mislabelled"}
    told = [f for f in found.findings if f.kind == "names"]
    assert "simulated line 01 and simulated line 02 look like one line" in told[0].sentence


def one_donor(replicates, difference):
    """Two lines of one donor, and a sample of the second under the name of the first."""
    panel = simulated(replicates=replicates)
    rng = np.random.default_rng(3)
    first, second = np.arange(replicates), np.arange(replicates, 2 * replicates)
    apart = rng.normal(0, difference, panel.n_vars)
    noise = rng.normal(0, 0.3, (2 * replicates, panel.n_vars))
    both = panel.X[0] + np.r_[np.zeros((replicates, panel.n_vars)), [apart] * replicates]
    panel.X[np.r_[first, second]] = (both + noise).astype(np.float32)
    panel.X[first[-1]] = (panel.X[0] + apart + rng.normal(0, 0.3, panel.n_vars)).astype(np.float32)
    panel.obs["donor"] = panel.obs["donor"].astype(str)
    panel.obs.loc[panel.obs_names[np.r_[first, second]], "donor"] = "one person"
    return check(panel).samples["verdict"][first[-1]]


def test_lines_of_one_donor_are_accused_only_where_replicates_tell_them_apart():
    assert one_donor(3, 1.0) == "mislabelled"
    assert one_donor(2, 1.0) != "mislabelled"
    assert one_donor(3, 0.05) == "ok"


def test_a_reference_with_other_names_is_refused():
    other = simulated()
    other.var_names = [f"other_{i}" for i in range(other.n_vars)]
    with pytest.raises(RadiosensError, match="only 0 features in common"):
        check(simulated(), other)


def of_two_platforms(shared_names):
    """One sample of each line, and a reference that shares few names and lacks four lines."""
    panel = simulated(lines_per_tissue=6, features=1500, replicates=1)
    other = simulated(lines_per_tissue=6, features=1500, replicates=1, noise_sd=0.2)
    other.var_names = [
        str(name) if i % (1500 // shared_names) == 0 else f"other_{i}"
        for i, name in enumerate(other.var_names)
    ]
    lacking = np.arange(3, 24, 6)
    return panel, other[np.setdiff1d(np.arange(24), lacking)].copy(), lacking


def test_all_labels_of_a_file_displaced_are_seen_by_few_names_in_common():
    panel, reference, _ = of_two_platforms(shared_names=100)
    for first in (1, 3):
        run = np.arange(first, panel.n_obs)
        found = check(relabelled(panel, run, np.roll(run, 1)), reference)
        assert "100 features in common" in found.reference
        assert [(b.first, b.shift) for b in found.blocks] == [(first, 1)]
        assert not found.samples["verdict"][:first].isin(["suspect", "mislabelled"]).any()


def test_a_label_that_the_reference_lacks_is_judged_by_whose_place_is_open():
    panel, reference, lacking = of_two_platforms(shared_names=500)
    right = check(panel, reference).samples
    assert set(right["verdict"][lacking]) == {"undecidable"}
    assert set(right["verdict"].drop(lacking)) == {"ok"}
    # 3, which the reference lacks, and 10, which it has, changed labels.
    table = check(relabelled(panel, [3, 10], [10, 3]), reference).samples
    assert set(table["verdict"][[3, 10]]) <= {"suspect", "mislabelled"}
    assert table["looks_like"][10] == panel.obs["line"].iloc[10]
    assert set(table["verdict"].drop([3, 10])) == {"ok", "undecidable"}


def test_a_reference_of_other_lines_is_refused():
    other = simulated()
    other.obs["line"] = "x" + other.obs["line"].astype(str)
    with pytest.raises(RadiosensError, match="holds none of the panel's lines"):
        check(simulated(), other)


def test_sf2_does_not_matter():
    panel = simulated(swaps=1)
    first = check(panel).samples
    panel.obs["sf2"] = np.nan
    assert first.equals(check(panel).samples)


def test_standin(shared):
    panel = load_panel(shared("GSE32474_standin_series_matrix.txt.gz"), for_training=False)
    found = check(panel)
    bad = found.samples[found.samples["verdict"] != "ok"].set_index("line")
    assert dict(bad["looks_like"]) == {"HL-60": "MOLT-4", "MOLT-4": "HL-60", "MDA-MB-435": "M14"}
    assert set(bad["verdict"]) == {"mislabelled"}
    assert found.swaps == [("GSM803734", "GSM803735")]
    assert any(f.kind == "sex" and "HL-60" in f.sentence for f in found.findings)


def test_two_real_platforms(shared):
    first, second = (
        load_panel(shared(f"nci60_{name}_5147genes.csv.gz"), for_training=False)
        for name in ("u133a", "u133plus2")
    )
    for panel, reference in ((first, second), (second, first)):
        found = check(panel, reference)
        accused = found.samples.loc[found.samples["verdict"].isin(["suspect", "mislabelled"])]
        # U133A's column of OVCAR-8 looks half like NCI-H23, which that file lacks.
        assert set(accused["line"]) <= {"OVCAR-8", "NCI-H23"}
        assert not found.with_verdict("mislabelled")
    run = np.arange(20, second.n_obs)
    found = check(relabelled(second, run, np.roll(run, 1)), first)
    assert found.blocks[0].first == 20
    assert (found.samples["verdict"][20:] == "ok").sum() <= 2
    accused = found.samples["verdict"][:20].isin(["suspect", "mislabelled"])
    assert set(found.samples["line"][:20][accused]) <= {"OVCAR-8", "NCI-H23"}


def test_two_real_platforms_with_other_probe_sets(shared):
    panel, reference = (
        load_panel(shared(name), for_training=False)
        for name in ("nci60_u133a_gcrma.csv.gz", "nci60_u95av2.gct")
    )
    run = np.arange(5, panel.n_obs)
    found = check(relabelled(panel, run, np.roll(run, 1)), reference)
    assert (found.blocks[0].first, found.blocks[0].shift) == (5, 1)
    assert not found.samples["verdict"][:5].isin(["suspect", "mislabelled"]).any()
    assert found.samples["verdict"][5:].isin(["suspect", "mislabelled"]).sum() >= 50


def displaced(shared, platform, first, shift):
    """Two real platforms as one panel, labels of one displaced, no reference."""
    panel = load_panel(
        [shared(f"nci60_{name}_5147genes.csv.gz") for name in ("u133a", "u133plus2")],
        for_training=False,
    )
    sources = panel.obs["source"].to_numpy()
    own = np.flatnonzero(sources == list(dict.fromkeys(sources))[platform])
    run = own[first:]
    return panel, own, check(relabelled(panel, run, np.roll(run, shift)))


@pytest.mark.parametrize("platform", [0, 1])
@pytest.mark.parametrize(
    ("first", "shift"), [(0, 1), (0, -1), (0, 2), (30, 1), (11, 1), (30, -2), (47, 1)]
)
def test_labels_of_one_platform_displaced_are_found_without_a_reference(
    shared, platform, first, shift
):
    panel, own, found = displaced(shared, platform, first, shift)
    wrong = found.samples["line"].to_numpy() != panel.obs["line"].to_numpy()
    assert not (found.samples["verdict"][wrong] == "ok").any()
    assert not found.with_verdict("mislabelled")  # either platform may be the displaced one
    blocks = [(b.first - own[0], b.shift) for b in found.blocks if own[0] <= b.first <= own[-1]]
    assert blocks == [(first, shift)]
    named = found.samples["looks_like"].to_numpy() == panel.obs["line"].to_numpy()
    assert named[wrong].mean() > 0.85


def test_no_sample_is_ok_that_looks_more_like_another_line_or_less_than_others_do():
    for seed in range(3):
        panel = simulate_panel(tissues=6, noise_sd=2.4, random_state=seed)
        ok = check(plant_errors(panel, swaps=4, random_state=seed)).samples.query("verdict == 'ok'")
        assert (ok["own_similarity"] >= ok["best_other_similarity"]).all()


def test_labels_at_random_are_never_ok_by_a_reference():
    panel, reference = simulated(replicates=1), simulated(replicates=1, noise_sd=0.2)
    order = np.roll(np.arange(panel.n_obs), 5)
    shuffled = relabelled(panel, np.arange(panel.n_obs), order)
    assert set(check(shuffled, reference).samples["verdict"]) <= {"suspect", "mislabelled"}


def test_missing_values_are_coped_with():
    panel = simulated(swaps=2)
    panel.X[np.random.default_rng(0).random(panel.shape) < 0.25] = np.nan
    table = check(panel).samples
    assert ((table["verdict"] == "mislabelled") == wrong(panel)).all()


def test_a_sample_like_both_lines_is_not_called_mislabelled():
    panel, reference = simulated(replicates=1), simulated(replicates=1, noise_sd=0.2)
    panel.X[0] = 0.3 * panel.X[0] + 0.7 * panel.X[9]
    row = check(panel, reference).samples.iloc[0]
    assert row["verdict"] == "suspect"
    assert row["looks_like"] == panel.obs["line"].iloc[9]


def test_sequencing_against_arrays(shared):
    panel = load_panel(shared("nci60_rnaseq_log2fpkm.csv.gz"), for_training=False)
    reference = load_panel(shared("nci60_u133a_5147genes.csv.gz"), for_training=False)
    found = check(panel, reference)
    # The file's SR is RPMI-8226, by two arrays; all its other labels are right.
    assert found.with_verdict("mislabelled") == ["SR"]
    assert not found.with_verdict("suspect")
    assert (found.samples["verdict"] == "ok").sum() >= 54
