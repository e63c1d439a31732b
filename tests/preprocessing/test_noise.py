from __future__ import annotations

import numpy as np

from radiosens.preprocessing import NoiseFilter


def replicated(noise=0.5, lines=20, replicates=3, features=4_000):
    """Give profiles of lines, and replicates of them with noise."""
    rng = np.random.default_rng(0)
    profiles = rng.normal(size=(lines, features))
    names = np.repeat(np.arange(lines), replicates)
    x = profiles[names] + noise * rng.normal(size=(len(names), features))
    return profiles[names], x - x.mean(axis=0), names


def cleaned(x, names):
    return NoiseFilter.fit(x, names).clean(x)


def test_cleaning_keeps_what_replicates_share():
    truth, x, names = replicated()
    clean = cleaned(x, names)
    truth = truth - truth.mean(axis=0)
    assert np.square(clean - truth).mean() < 0.5 * np.square(x - truth).mean()
    # An unseen replicate's projection on a training profile falls short by the noise's share,
    # (1 + 0.25/3) here; on a clean one it does not.
    own = (truth * clean).sum() / (clean * clean).sum()
    assert abs(own - 1) < 0.05


def test_an_unseen_replicate_is_projected_to_where_training_samples_are():
    truth, x, names = replicated()
    noise = NoiseFilter.fit(x, names)
    unseen = truth - truth.mean(axis=0) + 0.5 * np.random.default_rng(1).normal(size=x.shape)
    projected = noise.project(unseen)
    clean = noise.clean(x)
    assert np.linalg.norm(projected - clean) < 0.3 * np.linalg.norm(unseen - clean)
    assert abs((projected * clean).sum() / (clean * clean).sum() - 1) < 0.05
    np.testing.assert_allclose(noise.project(projected), projected, atol=1e-9)
    np.testing.assert_allclose(noise.project(unseen[:1]), projected[:1])  # alone or not


def test_cleaning_is_not_misled_by_one_swapped_pair():
    _, x, names = replicated()
    swapped = names.copy()
    swapped[[0, 5]] = names[[5, 0]]
    np.testing.assert_allclose(cleaned(x, swapped), cleaned(x, names), atol=0.02)


def test_replicates_that_are_copies_have_no_noise():
    x = np.random.default_rng(0).normal(size=(4, 200)).astype(np.float32).repeat(3, axis=0)
    x = x - x.mean(axis=0)
    noise = NoiseFilter.fit(x, np.arange(4).repeat(3))
    np.testing.assert_allclose(noise.clean(x), x, atol=1e-3)
    assert len(noise.components) == 3  # four profiles about their mean


def test_without_replicates_nothing_is_known_of_noise():
    _, x, _ = replicated(replicates=1)
    assert NoiseFilter.fit(x, np.arange(len(x))) is None
