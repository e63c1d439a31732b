from __future__ import annotations

import numpy as np
import pytest

from radiosens.preprocessing import NoiseFilter


def replicated(noise=0.5, lines=20, replicates=3, features=4_000):
    """Give profiles of lines, and replicates of them with noise."""
    rng = np.random.default_rng(0)
    profiles = rng.normal(size=(lines, features))
    names = np.repeat(np.arange(lines), replicates)
    x = profiles[names] + noise * rng.normal(size=(len(names), features))
    return profiles[names], x - x.mean(axis=0)


def cleaned(x):
    return NoiseFilter.fit(x).clean(x)


def test_cleaning_keeps_what_replicates_share():
    truth, x = replicated()
    clean = cleaned(x)
    truth = truth - truth.mean(axis=0)
    assert np.square(clean - truth).mean() < 0.5 * np.square(x - truth).mean()
    # An unseen replicate's projection on a training profile falls short by the noise's share,
    # (1 + 0.25/3) here; on a clean one it does not.
    own = (truth * clean).sum() / (clean * clean).sum()
    assert abs(own - 1) < 0.05


def test_an_unseen_replicate_is_projected_to_where_training_samples_are():
    truth, x = replicated()
    noise = NoiseFilter.fit(x)
    unseen = truth - truth.mean(axis=0) + 0.5 * np.random.default_rng(1).normal(size=x.shape)
    projected = noise.project(unseen)
    clean = noise.clean(x)
    assert np.linalg.norm(projected - clean) < 0.3 * np.linalg.norm(unseen - clean)
    assert abs((projected * clean).sum() / (clean * clean).sum() - 1) < 0.05
    np.testing.assert_allclose(noise.project(projected), projected, atol=1e-9)
    np.testing.assert_allclose(noise.project(unseen[:1]), projected[:1])  # alone or not


def test_replicates_that_are_copies_have_no_noise():
    x = np.random.default_rng(0).normal(size=(4, 200)).astype(np.float32).repeat(3, axis=0)
    x = x - x.mean(axis=0)
    noise = NoiseFilter.fit(x)
    np.testing.assert_allclose(noise.clean(x), x, atol=1e-3)
    assert len(noise.components) == 3  # four profiles about their mean


def test_it_finds_how_many_profiles_there_are_without_being_told():
    _, x = replicated()
    noise = NoiseFilter.fit(x)
    assert len(noise.components) == 19  # twenty profiles about their mean
    expected = 1 - 0.25 / (3 * 1 + 0.25)  # by hand: λ is three times the signal's, plus noise
    assert np.median(noise.shares) == pytest.approx(expected, abs=0.02)


def test_where_features_are_few_nothing_is_taken_out():
    _, x = replicated(features=100)
    noise = NoiseFilter.fit(x)
    np.testing.assert_allclose(noise.clean(x), x, atol=1e-9)


def test_where_samples_do_not_differ_there_is_nothing_to_learn():
    assert NoiseFilter.fit(np.zeros((5, 30), dtype=np.float32)) is None
