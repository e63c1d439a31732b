from __future__ import annotations

import numpy as np
import pytest

from radiosens.explain import Baseline, surface_of
from radiosens.predictors import BUILTIN

NAMES = sorted(set(BUILTIN) - {"rsi", "cnn", "cnn-replicates"}) + ["two-means"]
LINEAR = {
    "mean",
    "ridge",
    "pca-ridge",
    "pls",
    "elastic-net",
    "selected-ridge",
    "radiosens",
    "lineage-ridge",
    "lineage-tissue",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("told", [False, True])
def test_contributions_add_up_to_prediction_minus_baseline(
    name, told, trained, of_samples, samples
):
    fitted = trained(name)
    aligned, baseline = of_samples(fitted)
    tissues = samples.tissues[:3] if told else None
    found = surface_of(fitted, pairs=1).contributions(aligned[:3], baseline, tissues)
    assert found.error.max() < 1e-4  # inputs are float32
    if name in LINEAR:
        assert found.method == "closed form of a linear model"


def test_against_training_profiles_it_is_the_mean_over_them(trained, of_samples):
    for name in ("ridge", "extra-trees", "two-means"):
        fitted = trained(name)
        aligned, _ = of_samples(fitted)
        surface = surface_of(fitted)
        whole = surface.contributions(aligned[:1], Baseline("", aligned[:4]))
        parts = [
            surface.contributions(aligned[:1], Baseline("", aligned[i : i + 1])) for i in range(4)
        ]
        np.testing.assert_allclose(
            whole.values, np.mean([p.values for p in parts], axis=0), atol=1e-8
        )
        assert whole.error.max() < 1e-4


def test_a_sample_is_explained_alike_whatever_stands_beside_it(trained, of_samples):
    fitted = trained("svr")
    aligned, baseline = of_samples(fitted)
    surface = surface_of(fitted)
    both = surface.contributions(aligned[:2], baseline)
    alone = surface.contributions(aligned[1:2], baseline)
    np.testing.assert_array_equal(both.values[1:], alone.values)


def test_missing_values_play_no_part(trained, of_samples):
    for name in ("ridge", "two-means"):
        fitted = trained(name)
        aligned, _ = of_samples(fitted)
        holes = aligned[:1].copy()
        holes[0, ::7] = np.nan
        means = Baseline("", np.asarray(fitted.reference.mean)[None])
        found = surface_of(fitted).contributions(holes, means)
        assert not found.values[0, ::7].any()
        assert found.error.max() < 1e-4


def test_a_told_tissue_is_what_a_tissue_mean_rests_on(trained, of_samples, samples):
    fitted = trained("tissue-mean")
    aligned, baseline = of_samples(fitted)
    found = surface_of(fitted).contributions(aligned, baseline, samples.tissues)
    assert not found.values.any()
    np.testing.assert_allclose(found.tissue, found.prediction - samples.sf2.mean(), atol=1e-9)


@pytest.mark.parametrize("name", ["gaussian-process", "svr", "low-rank-kernel"])
def test_the_mean_gradient_of_kernels_is_that_of_differences(name, trained, of_samples):
    """Along the way from baseline to sample, by finite differences of predictions."""
    fitted = trained(name)
    aligned, baseline = of_samples(fitted)
    found = surface_of(fitted).contributions(aligned[:1], baseline)
    start, way = baseline.profiles[0], aligned[0] - baseline.profiles[0]
    i = int(np.abs(found.values[0]).argmax())
    points = start + ((np.arange(16) + 0.5) / 16)[:, None] * way
    moved = points.astype(np.float32)
    moved[:, i] += 0.5
    less = points.astype(np.float32)
    less[:, i] -= 0.5
    slope = fitted.predict_prepared(fitted.finish(moved)) - fitted.predict_prepared(
        fitted.finish(less)
    )
    assert found.method == "integrated gradients in closed form" or name == "svr"
    assert np.isclose(slope.mean() * way[i], found.values[0, i], rtol=0.02)


def test_the_nearest_neighbour_rests_on_what_leads_from_one_to_the_next(trained, of_samples):
    fitted = trained("nearest")
    aligned, baseline = of_samples(fitted)
    found = surface_of(fitted).contributions(aligned[:5], baseline)
    assert found.error.max() < 1e-9
    assert found.values.any()
