from __future__ import annotations

import numpy as np
import pytest

from radiosens import read_expression
from radiosens.preprocessing.filling import Filling, is_below_detection, share_filled


def expression(samples=30, features=400, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(rng.normal(4, 2, features), 1, (samples, features)).astype(np.float32)


def censored(limit=3.0, **kwargs):
    x = expression(**kwargs)
    return np.where(x < limit, np.float32(np.nan), x)


def by_chance(share=0.2, **kwargs):
    x = expression(**kwargs)
    lost = np.random.default_rng(9).random(x.shape) < share
    return np.where(lost, np.float32(np.nan), x)


def test_nothing_missing_gives_the_same_array():
    x = expression()
    assert Filling.fit(x, ["a"] * 30).transform(x, ["a"] * 30) is x


def test_values_below_detection_get_no_more_than_a_feature_ever_had():
    x = censored()
    filling = Filling.fit(x, ["a"] * 30)
    assert filling.below_detection == {"a": True}
    filled = filling.transform(x, ["a"] * 30)
    lowest = np.nanquantile(x, 0.1)
    for j in np.flatnonzero(np.isnan(x).any(axis=0)):
        made_up = filled[np.isnan(x[:, j]), j]
        measured = x[~np.isnan(x[:, j]), j]
        assert (made_up <= lowest).all()
        assert measured.size == 0 or (made_up <= measured.min()).all()
    np.testing.assert_array_equal(filled[~np.isnan(x)], x[~np.isnan(x)])


def test_values_missing_by_chance_get_the_mean_of_their_feature():
    x = by_chance()
    filling = Filling.fit(x, ["a"] * 30)
    assert filling.below_detection == {"a": False}
    np.testing.assert_allclose(
        filling.transform(np.full_like(x[:1], np.nan), ["a"])[0], np.nanmean(x, axis=0), rtol=1e-6
    )


def test_each_source_is_judged_and_filled_by_itself():
    x = np.vstack([censored(seed=1), by_chance(seed=2) + 5])
    sources = np.array(["rna"] * 30 + ["array"] * 30)
    filling = Filling.fit(x, sources)
    assert filling.below_detection == {"rna": True, "array": False}
    empty = np.full((2, 400), np.nan, dtype=np.float32)
    low, mean = filling.transform(empty, ["rna", "array"])
    assert low.max() < mean.mean()
    np.testing.assert_allclose(mean, np.nanmean(x[30:], axis=0), rtol=1e-6)


def test_a_feature_that_a_source_never_measured_gets_the_mean_of_training_then_of_everything():
    x = by_chance()
    x[:15, 0] = np.nan
    x[:, 1] = np.nan
    filling = Filling.fit(x, ["a"] * 15 + ["b"] * 15)
    assert filling.values["a"][0] == pytest.approx(np.nanmean(x[15:, 0]))
    assert filling.values["a"][1] == pytest.approx(np.nanmean(x), rel=1e-5)


def test_a_source_that_training_did_not_have_gets_the_means_of_training():
    x = by_chance()
    filled = Filling.fit(x, ["a"] * 30).transform(np.full_like(x[:1], np.nan), ["new"])
    np.testing.assert_allclose(filled[0], np.nanmean(x, axis=0), rtol=1e-6)


def test_nothing_is_learnt_from_the_samples_that_are_filled():
    x = censored()
    first = Filling.fit(x[:20], ["a"] * 20)
    other = x.copy()
    other[20:] = 99
    again = Filling.fit(other[:20], ["a"] * 20)
    np.testing.assert_array_equal(first.values["a"], again.values["a"])


def test_training_without_any_value_is_refused():
    with pytest.raises(ValueError, match="nothing is measured"):
        Filling.fit(np.full((2, 3), np.nan, dtype=np.float32), ["a", "a"])


def test_the_share_filled_is_told_by_sample():
    assert share_filled(np.array([[1, np.nan, np.nan, 2], [1, 2, 3, 4]])).tolist() == [0.5, 0]


def test_rna_sequencing_of_the_nci60_lacks_what_was_below_detection(shared):
    x = read_expression(shared("nci60_rnaseq_log2fpkm.csv.gz")).X
    assert is_below_detection(x)
    filling = Filling.fit(x[:40], ["rna"] * 40)
    filled = filling.transform(x, ["rna"] * 60)
    # Values below 1 were made missing in this file.
    assert filled[np.isnan(x)].max() <= np.nanquantile(x[:40], 0.1)
    assert np.isfinite(filled).all()
