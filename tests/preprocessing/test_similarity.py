from __future__ import annotations

import numpy as np
import pytest

from radiosens import simulate_panel
from radiosens.preprocessing.similarity import (
    KEPT_FEATURES,
    comparable_profiles,
    expression_above_mean,
    half_whitened,
    similarity_matrix,
    unit_rows,
)


def lines_of(panel):
    return panel.obs["line"].to_numpy(dtype=str)


def least_of_replicates_most_of_others(similarity, lines):
    same = lines[:, None] == lines
    np.fill_diagonal(same, False)
    other = lines[:, None] != lines
    return similarity[same].min(), similarity[other].max()


def test_products_of_unit_rows_are_pearson_correlations():
    x = np.random.default_rng(0).normal(size=(4, 30))
    assert np.allclose(unit_rows(x) @ unit_rows(x).T, np.corrcoef(x))


def test_whitening_by_half_is_the_root_of_singular_values():
    x = np.random.default_rng(0).normal(size=(5, 12)).astype(np.float32)
    for table in (x, x.T.copy()):
        u, s, v = np.linalg.svd(table, full_matrices=False)
        assert np.allclose(half_whitened(table), (u * np.sqrt(s)) @ v, atol=1e-4)


def test_what_a_platform_adds_to_features_is_taken_out():
    panel = simulate_panel(features=400, tissues=3, replicates=2)
    sources = np.where(panel.obs["replicate"] == 1, "a", "b")
    moved = panel.X.copy()
    moved[sources == "b"] += np.random.default_rng(0).normal(0, 3, panel.n_vars).astype("f4")
    r = similarity_matrix(moved, sources, lines_of(panel))
    low, high = least_of_replicates_most_of_others(r, lines_of(panel))
    assert low > 0.5 > high
    assert np.allclose(np.diag(r), 1, atol=1e-5)


def test_a_platform_with_other_lines_is_centred_on_those_in_common():
    panel = simulate_panel(features=400, tissues=4, lines_per_tissue=5, replicates=2)
    second = (panel.obs["replicate"] == 2).to_numpy()
    kept = ~second | panel.obs["tissue"].isin(["simulated tissue 1"]).to_numpy()
    part = panel[kept].copy()
    sources = np.where(part.obs["replicate"] == 1, "a", "b")
    r = similarity_matrix(part.X, sources, lines_of(part))
    low, high = least_of_replicates_most_of_others(r, lines_of(part))
    assert low > high


def test_tissues_do_not_look_like_lines():
    panel = simulate_panel(features=400, tissues=2, lines_per_tissue=8, replicates=2)
    plain = unit_rows(panel.X - panel.X.mean(axis=0))
    _, before = least_of_replicates_most_of_others(plain @ plain.T, lines_of(panel))
    r = similarity_matrix(panel.X, panel.obs["source"].to_numpy(dtype=str))
    low, after = least_of_replicates_most_of_others(r, lines_of(panel))
    assert after < before - 0.1
    assert low > after + 0.2


def test_missing_values_are_neutral_and_mostly_missing_features_left_out():
    panel = simulate_panel(features=400, tissues=3)
    rng = np.random.default_rng(0)
    holes = rng.random(panel.shape) < 0.3
    holes[:, 5] = rng.random(panel.n_obs) < 0.9
    x = panel.X.copy()
    x[:, 5] *= 100  # would dominate if it were kept
    x[holes] = np.nan
    r = similarity_matrix(x, panel.obs["source"].to_numpy(dtype=str))
    assert np.isfinite(r).all()
    low, high = least_of_replicates_most_of_others(r, lines_of(panel))
    assert low > high


def test_a_feature_that_one_source_lacks_is_not_compared():
    panel = simulate_panel(features=300, tissues=3, replicates=2)
    x, first = panel.X.copy(), (panel.obs["replicate"] == 1).to_numpy()
    x[first, :100] = np.nan
    rows = [np.flatnonzero(first), np.flatnonzero(~first)]
    profiles = comparable_profiles([(x, r) for r in rows], [lines_of(panel)[r] for r in rows])
    assert {p.shape[1] for p in profiles} == {200}


def test_the_most_variable_features_are_kept_in_blocks_as_in_one_piece():
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(12, 4_100)) * rng.uniform(0.1, 2, 4_100)).astype(np.float32)
    centred = x - x.mean(axis=1, keepdims=True)
    centred = centred - centred.mean(axis=0)
    kept = np.sort(np.argsort(-centred.std(axis=0))[:KEPT_FEATURES])
    assert np.allclose(expression_above_mean(x, np.array(["a"] * 12)), centred[:, kept], atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 5), (2, 3), (3, 1)])
def test_the_smallest_panels_have_a_similarity(shape):
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    assert np.isfinite(similarity_matrix(x, np.array(["a"] * shape[0]))).all()
