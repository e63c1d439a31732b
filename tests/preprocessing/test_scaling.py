from __future__ import annotations

import numpy as np

from radiosens.preprocessing import Scaling, center_samples


def test_sample_offset_has_no_effect():
    x = np.random.default_rng(0).normal(size=(4, 30))
    np.testing.assert_allclose(center_samples(x + [[1], [2], [3], [4]]), center_samples(x))


def test_one_scale_for_all_features():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 40)) * np.linspace(0.1, 3, 40)
    sources = np.full(50, "a")
    scaled = Scaling.fit(x, sources).transform(x, sources)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-6)
    assert np.isclose(np.sqrt((scaled**2).mean()), 1)
    ratio = scaled[:, -1].std() / scaled[:, 0].std()
    assert ratio > 5  # features keep their spread


def test_sources_are_brought_to_one_scale():
    rng = np.random.default_rng(0)
    signal = rng.normal(size=(30, 200))
    x = np.concatenate([signal, 3 * signal + rng.normal(size=200)])
    sources = np.repeat(["a", "b"], 30)
    scaled = Scaling.fit(x, sources).transform(x, sources)
    np.testing.assert_allclose(scaled[:30], scaled[30:], atol=1e-4)


def test_a_source_of_one_training_sample_is_not_centred_on_itself():
    x = np.random.default_rng(0).normal(size=(3, 40))
    sources = np.array(["a", "b", "c"])
    assert np.abs(Scaling.fit(x, sources).transform(x, sources)).min(axis=1).max() > 0


def test_unknown_source_and_constant_data():
    x = np.ones((3, 4))
    scaling = Scaling.fit(x, np.full(3, "a"))
    assert np.isfinite(scaling.transform(x, np.full(3, "new"))).all()
