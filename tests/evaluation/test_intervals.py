from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from radiosens.evaluation.intervals import (
    MEASURED,
    coverage_said,
    donor_jackknife,
    is_nearly_constant,
    shared_training,
    student,
    wilson,
)
from radiosens.evaluation.significance import weighted_metrics


def test_lines_of_a_donor_are_left_out_together():
    weights = donor_jackknife(["p", "q", "p", "r"])
    assert weights.shape == (4, 4)
    assert weights[0].tolist() == [1, 1, 1, 1]
    assert [0, 1, 0, 1] in weights.tolist()


def test_of_a_mean_it_is_students_interval():
    """By hand: the jackknife of a mean has the standard error of any mean."""
    sample = np.array([1.0, 2.0, 4.0, 9.0])
    weights = donor_jackknife(list("abcd"))
    low, high = student(weights @ sample / weights.sum(axis=1))
    half = 3.1824463 * sample.std(ddof=1) / 2
    assert (low, high) == pytest.approx((4 - half, 4 + half))


@pytest.mark.parametrize("metric", ["r2", "pearson_r", "rmsd"])
def test_intervals_stay_within_what_a_metric_can_be(metric):
    rng = np.random.default_rng(2)
    truth = rng.uniform(0.2, 0.8, 12)
    predicted = truth + 0.05 * rng.normal(size=12)
    values = weighted_metrics(truth, predicted, donor_jackknife(np.arange(12)))[metric]
    low, high = student(values, metric, inflation=4)
    assert low < values[0] < high
    assert high < 1
    assert low > (-1 if metric == "pearson_r" else -np.inf)


def test_it_covers_a_correlation_as_often_as_it_says():
    """40 pairs with r 0.5, 300 times: 95 % cover it, give or take the noise of 300."""
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(300):
        x = rng.normal(size=40)
        y = 20 + 0.5 * x + np.sqrt(0.75) * rng.normal(size=40)
        values = weighted_metrics(y, x, donor_jackknife(np.arange(40)))["pearson_r"]
        low, high = student(values, "pearson_r")
        covered += low <= 0.5 <= high
    assert 0.90 < covered / 300 < 0.99


def test_too_few_and_undefined_have_none():
    assert np.isnan(student(np.array([0.5, 0.4, 0.6]))).all()
    assert np.isnan(student(np.array([0.5, np.nan, 0.6, 0.5]))).all()


@pytest.mark.parametrize(("share", "donors"), [(0.0, 10), (0.3, 20), (1.0, 7)])
def test_shares_are_wilsons(share, donors):
    expected = proportion_confint(round(share * donors), donors, method="wilson")
    assert wilson(share, donors) == pytest.approx(expected, abs=1e-9)


def test_correction_for_shared_training_by_hand():
    """Nadeau and Bengio: 1/K + 1/(K - 1) instead of 1/K."""
    assert shared_training(10) == pytest.approx((1 / 10 + 1 / 9) / (1 / 10))


def test_constant_within_folds_is_constant_though_folds_differ():
    table = pd.DataFrame({"round": 1, "fold": [1, 1, 2, 2], "truth": [0.1, 0.5, 0.3, 0.9]})
    assert is_nearly_constant(table.assign(prediction=[0.4, 0.4, 0.6, 0.6]))
    assert not is_nearly_constant(table.assign(prediction=[0.4, 0.5, 0.6, 0.6]))


def test_how_often_they_hold_is_said_for_the_nearest_number_of_donors():
    assert "of the testing alone, and are widened" in coverage_said(58)
    assert "in simulations of 50 donors" in coverage_said(58)
    assert "without thirds of the donors (in simulations of 250" in coverage_said(1000, ["ridge"])
    for pairs in MEASURED.values():
        for low, high in pairs:
            assert 0.8 < low <= high <= 1
