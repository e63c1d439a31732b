from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from radiosens import score
from radiosens.evaluation.metrics import is_correct


@pytest.fixture
def paper(shared):
    """Give the paper's Table 1, a row a prediction."""
    table = pd.read_csv(shared("paper_table1.csv"))
    long = table.melt(["cell_line", "panel", "sf2"], var_name="replicate", value_name="predicted")
    return long.dropna(subset="predicted").reset_index(drop=True)


def test_golden_first_validation(paper):
    s = score(paper["sf2"], paper["predicted"])
    assert s.samples == 174
    assert s.relative_error_classes == {"<2%": 142, "2-10%": 28, ">=10%": 4}
    assert s.correct == 171
    assert round(s.accuracy, 4) == 0.9828
    assert round(s.pearson_r, 4) == 0.9877
    assert [round(v, 4) for v in s.pearson_ci] == [0.9834, 0.9909]


def test_golden_second_validation(paper):
    second = {"HL-60": 0.301, "MOLT-4": 0.302, "MDA-MB-435": 0.362}  # from the paper's text
    third = paper["replicate"] == "r3"
    for line, value in second.items():
        paper.loc[third & (paper["cell_line"] == line), "predicted"] = value
    s = score(paper["sf2"], paper["predicted"])
    assert s.correct == 172
    assert round(s.accuracy, 4) == 0.9885
    assert round(s.rmsd, 4) == 0.0252
    assert round(s.rmsd_correct, 4) == 0.0088  # 0.00867 in the paper, of unrounded predictions
    hard = paper.loc[~is_correct(paper["sf2"], paper["predicted"]), "cell_line"]
    assert set(hard) == {"MOLT-4", "MDA-MB-435"}
    assert round(100 * s.mean_relative_error_correct, 1) == 1.4  # 1.351 ± 1.875 % in the paper
    assert round(s.mean_absolute_error_correct, 4) == 0.006


def test_k562_is_correct_by_its_unrounded_difference():
    assert is_correct([0.05], [0.060]).all()


@pytest.mark.parametrize(
    ("truth", "prediction", "correct"),
    [
        (0.5, 0.549, True),  # relative error 9.8 %
        (0.5, 0.551, False),
        (0.02, 0.0299, True),  # relative error 50 %, absolute error below 0.01
        (0.02, 0.0301, False),
        (1.1, 1.2, True),  # SF2 above one
    ],
)
def test_correct_by_hand(truth, prediction, correct):
    assert bool(is_correct([truth], [prediction])[0]) is correct


def test_interval_agrees_with_scipy():
    rng = np.random.default_rng(0)
    x = rng.uniform(0.05, 0.9, 40)
    y = x + rng.normal(0, 0.1, 40)
    ours, theirs = score(x, y), stats.pearsonr(x, y)
    interval = theirs.confidence_interval(0.95)
    assert ours.pearson_r == pytest.approx(theirs.statistic)
    assert ours.pearson_ci == pytest.approx((interval.low, interval.high))


def test_degenerate():
    constant = score([0.5, 0.5], [0.1, 0.2])
    assert np.isnan(constant.pearson_r)
    assert np.isnan(constant.rmsd_correct)
    assert score([0.5, 0.4, 0.3, 0.2], [0.5, 0.4, 0.3, 0.2]).pearson_r == pytest.approx(1)


@pytest.mark.parametrize(
    ("truth", "prediction"),
    [([], []), ([0.5], [0.5, 0.4]), ([0.0], [0.1]), ([0.5], [float("nan")]), ([[0.5]], [[0.5]])],
)
def test_refuses(truth, prediction):
    with pytest.raises(ValueError, match=r"columns|finite|above zero"):
        score(truth, prediction)


@given(st.lists(st.tuples(st.floats(0.01, 1.2), st.floats(0, 1.5)), min_size=1, max_size=30))
def test_counts_add_up(pairs):
    truth, prediction = zip(*pairs, strict=True)
    s = score(truth, prediction)
    assert sum(s.relative_error_classes.values()) == s.samples == len(pairs)
    assert s.correct >= s.relative_error_classes["<2%"] + s.relative_error_classes["2-10%"]
    assert s.rmsd >= 0
