from __future__ import annotations

import numpy as np

from radiosens.preprocessing.lowrank import LowRank


def test_without_gaps_it_is_principal_components():
    x = np.random.default_rng(0).normal(size=(20, 50)).astype("float32")
    space = LowRank.fit(x, 4)
    _, values, rows = np.linalg.svd(x, full_matrices=False)
    np.testing.assert_allclose(space.variances[::-1], values[:4] ** 2 / 20, rtol=1e-3)
    overlap = np.abs(np.linalg.svd(space.loadings.astype(float) @ rows[:4].T)[1])
    np.testing.assert_allclose(overlap, 1, atol=2e-3)


def test_scores_are_the_posterior_mean_by_hand():
    """One direction, two features of which one is measured: (v x) / (v² + noise / variance)."""
    v = np.array([[0.6, 0.8]], dtype=np.float16)
    space = LowRank(v, np.array([4.0]), 0.5)
    got = space.scores(np.array([[2.0, np.nan]], dtype="float32"))[0, 0]
    by_hand = (float(v[0, 0]) * 2) / (float(v[0, 0]) ** 2 + 0.5 / 4)
    assert abs(got - by_hand) < 1e-9


def test_filling_tells_better_than_the_mean():
    rng = np.random.default_rng(1)
    x = (rng.normal(size=(80, 4)) @ rng.normal(size=(4, 60))).astype("float32")
    gaps = rng.random(x.shape) < 0.5
    filled = LowRank.fit(np.where(gaps, np.nan, x), 4).fill(np.where(gaps, np.nan, x))
    assert np.square(filled - x)[gaps].mean() < 0.1 * np.square(x)[gaps].mean()
    np.testing.assert_array_equal(filled[~gaps], x[~gaps])


def test_more_rank_than_samples_is_cut():
    assert len(LowRank.fit(np.eye(3, 5, dtype="float32"), 40).variances) == 2
