from __future__ import annotations

import numpy as np
import pytest

from radiosens import check, simulate_panel
from radiosens.errors import InputError
from radiosens.quality.similarity import copied_samples, reference_similarity


def two_measurements(**options):
    settings = {"features": 600, "tissues": 4, "lines_per_tissue": 4, "replicates": 1, **options}
    panel, reference = simulate_panel(**settings), simulate_panel(noise_sd=0.2, **settings)
    noise = np.random.default_rng(7).normal(0, 0.3, panel.shape)  # the seeds are the same
    reference.X += noise.astype(np.float32)
    return panel, reference


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x,
        lambda x: x.round(1),
        lambda x: x * np.log(2),
        lambda x: (2.5 * x + 3).round(2),
        lambda x: np.where(np.arange(x.size) < 60, x + 2, x),  # some genes by other probes
        lambda x: np.where(np.random.default_rng(0).random(x.shape) < 0.2, np.nan, x),
    ],
)
def test_samples_that_are_in_data_and_reference_are_refused_by_name(change):
    panel, reference = two_measurements()
    reference.X[3] = change(panel.X[7]).astype(np.float32)
    reference.obs_names = [f"r{i}" for i in range(reference.n_obs)]
    with pytest.raises(InputError, match=f"1 samples of the data .*: {panel.obs_names[7]} = r3"):
        check(panel, reference)


def test_a_reference_that_is_the_data_is_refused_whatever_its_labels():
    panel, _ = two_measurements()
    order = np.random.default_rng(0).permutation(panel.n_obs)
    with pytest.raises(InputError, match="16 samples of the data are in the reference"):
        check(panel, panel[order].copy())


def test_another_measurement_of_the_same_sample_is_no_copy():
    panel, _ = two_measurements()
    again = panel.X + np.random.default_rng(0).normal(0, 0.2, panel.shape).astype(np.float32)
    assert copied_samples(panel.X, again) == []


def test_probe_sets_and_symbols_are_matched_by_gene(shared):
    from radiosens import load_panel

    panel, reference = (
        load_panel(shared(name), for_training=False)
        for name in ("nci60_u133a_gcrma.csv.gz", "nci60_u133plus2_5147genes.csv.gz")
    )
    similarity, how = reference_similarity(panel, reference)
    assert "genes in common" in how
    best = reference.obs["line"].to_numpy()[similarity.argmax(axis=1)]
    there = panel.obs["line"].isin(reference.obs["line"])
    assert (best == panel.obs["line"])[there].sum() >= 55
