from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import r2_score

from radiosens.evaluation.significance import (
    by_line,
    p_value,
    subsets,
    weighted_metrics,
)


@pytest.fixture
def pairs():
    rng = np.random.default_rng(0)
    truth = rng.uniform(0.05, 0.9, 30).round(1)  # with ties
    return truth, (truth + rng.normal(0, 0.2, 30)).round(2)


def test_metrics_agree_with_scipy_and_scikit_learn(pairs):
    """A weighting is lines taken several times; the other libraries get them several times."""
    truth, prediction = pairs
    weights = np.random.default_rng(1).multinomial(30, np.full(30, 1 / 30), size=5)
    ours = weighted_metrics(truth, prediction, weights)
    for i, counts in enumerate(weights):
        t, p = np.repeat(truth, counts), np.repeat(prediction, counts)
        assert ours["r2"][i] == pytest.approx(r2_score(t, p))
        assert ours["rmsd"][i] == pytest.approx(np.sqrt(np.mean((t - p) ** 2)))
        assert ours["pearson_r"][i] == pytest.approx(stats.pearsonr(t, p).statistic)
        assert ours["spearman_r"][i] == pytest.approx(stats.spearmanr(t, p).statistic)


def test_a_constant_prediction_has_no_correlation():
    found = weighted_metrics([0.2, 0.4], [0.3, 0.3], np.ones((1, 2)))
    assert np.isnan(found["pearson_r"][0])
    assert np.isnan(found["spearman_r"][0])
    assert found["r2"][0] == pytest.approx(0)


def test_replicates_and_rounds_are_averaged_first():
    obs = pd.DataFrame(
        {"line": ["a", "a", "b"], "donor": ["p", "p", "p"], "tissue": ["x"] * 3},
        index=["a1", "a2", "b1"],
    )
    predictions = pd.DataFrame(
        {
            "sample": ["a1", "a2", "b1", "a1", "a2", "b1"],
            "truth": [0.5, 0.5, 0.2] * 2,
            "prediction": [0.1, 0.3, 0.2, 0.3, 0.5, 0.4],
        }
    )
    table = by_line(predictions, obs)
    assert table["samples"].tolist() == [2, 1]
    assert table["prediction"].tolist() == pytest.approx([0.3, 0.3])  # by hand
    assert table["truth"].tolist() == [0.5, 0.2]


def test_p_value_is_never_zero():
    assert p_value(1.0, np.zeros(99)) == pytest.approx(0.01)
    assert p_value(0.0, np.zeros(99)) == 1


def test_solid_tumours_are_a_subset_only_where_there_are_others():
    obs = pd.DataFrame({"line": list("abcd"), "tissue": ["Leukemia", "Renal", "Colon", "CNS"]})
    assert subsets(obs)["without leukaemia"].tolist() == ["b", "c", "d"]
    assert set(subsets(obs.iloc[1:])) == {"all"}
