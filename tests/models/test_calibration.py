from __future__ import annotations

import numpy as np
import pytest

from radiosens.models.calibration import FoldFit, TrainInputs, fit_fold, held_out
from radiosens.models.card import Residual
from radiosens.models.fitted import Samples
from radiosens.models.intervals import cv_plus, donor_errors
from radiosens.models.nested_coverage import nested_coverage


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(0)
    x = rng.normal(7, 2, (60, 40)).astype("float32")
    sf2 = 0.5 + 0.05 * (x[:, 0] - 7) + rng.normal(0, 0.05, 60)
    names = np.array([f"line{i}" for i in range(60)])
    donors = np.array([f"donor{i // 2}" for i in range(60)])
    kind = np.full(60, "Lung")
    return Samples(x, tuple(f"f{i}" for i in range(40)), sf2, names, donors, kind, kind)


def test_a_fold_with_a_donor_on_both_sides_is_an_error(samples):
    inputs = TrainInputs(samples, "ridge", {})
    with pytest.raises(AssertionError):
        fit_fold(inputs, FoldFit(1, tuple(range(1, 60)), (0,), 0, "donor"))


def test_a_donor_in_two_folds_cannot_calibrate():
    rows = [
        Residual(line=n, donor="p", fold=f, truth=0.5, prediction=0.4)
        for n, f in (("a", 1), ("b", 2))
    ]
    with pytest.raises(ValueError, match="several folds"):
        donor_errors(rows)


def test_too_few_donors_give_an_interval_without_end():
    low, high = cv_plus(np.full((1, 5), 0.5), np.full(5, 0.1))
    assert low[0] == 0
    assert high[0] == np.inf


def test_intervals_hold_for_unseen_donors(samples):
    folds = np.array([i // 2 % 6 for i in range(60)])
    found = nested_coverage(samples, "ridge", folds, inner=6)
    inside = (found["low"] <= samples.sf2) & (samples.sf2 <= found["high"])
    assert inside.mean() >= 0.8


def test_each_donor_is_compared_with_others_only():
    ranks = np.tile(np.linspace(0, 1, 100), (4, 1)).astype("float32")
    ranks[0] = ranks[0, ::-1]
    scores = held_out(ranks, np.array(["a", "b", "c", "d"]))
    assert scores[0][0] == pytest.approx(-1)
    assert scores[0][1] > 0.9
