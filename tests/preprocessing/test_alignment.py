from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata

from radiosens.preprocessing.alignment import (
    Reference,
    match_mean_and_spread,
    match_quantiles,
    percentile_ranks,
    remove_offset,
)


@pytest.fixture(scope="module")
def training():
    return np.random.default_rng(0).normal(7, 2, (10, 500)).astype("float32")


def test_a_linear_change_of_a_sample_is_undone(training):
    reference = Reference.fit(training)
    once = match_mean_and_spread(training, reference)
    again = match_mean_and_spread(0.6 * training + 3, reference)
    assert np.abs(once - again).max() < 1e-3


def test_missing_values_stay_missing_and_do_not_move_the_others_much(training):
    reference = Reference.fit(training)
    holes = training.copy()
    holes[:, ::7] = np.nan
    aligned = match_mean_and_spread(holes, reference)
    assert (np.isnan(aligned) == np.isnan(holes)).all()
    whole = match_mean_and_spread(training, reference)
    assert np.nanmax(np.abs(aligned - whole)) < 1


def test_ranks_are_scipys(training):
    x = np.round(training)
    assert np.allclose(percentile_ranks(x), (rankdata(x, axis=1) - 0.5) / x.shape[1])


def test_quantiles_become_those_of_training(training):
    quantiles = np.sort(training, axis=1).mean(axis=0)
    matched = match_quantiles(percentile_ranks(np.exp(training)), quantiles)
    assert np.allclose(np.sort(matched, axis=1), quantiles, atol=1e-3)


def test_the_offset_of_a_laboratory_is_taken_out(training):
    reference = Reference.fit(training)
    offset = np.random.default_rng(1).normal(0, 1, 500).astype("float32")
    moved = remove_offset(training + offset, reference)
    assert np.abs(moved - training).mean() < 0.5 * np.abs(offset).mean()
