"""Two means: which lineage a sample is of, and what is said where nothing tells."""

from __future__ import annotations

import numpy as np
import pytest

from radiosens.models.lineage import TwoMeans


@pytest.fixture
def training():
    """30 samples of 15 haematological and 15 solid lines; 60 features up in blood, 60 down."""
    rng = np.random.default_rng(0)
    tissues = np.repeat(["Leukemia", "Lung"], 15)
    blood = np.where(tissues == "Leukemia", 1.0, 0.0)
    marks = np.zeros(400)
    marks[:60], marks[60:120] = 3.0, -3.0
    x = 7 + rng.normal(0, 0.5, (30, 400)) + blood[:, None] * marks
    return x, 0.6 - 0.4 * blood, tissues, marks


def test_expression_tells_the_lineage_where_no_tissue_is_told(training):
    x, sf2, tissues, _ = training
    predicted = TwoMeans().fit(x, sf2, tissues=tissues).predict(x)
    assert np.abs(predicted - sf2).max() < 0.01


def test_a_told_tissue_decides(training):
    x, sf2, tissues, _ = training
    model = TwoMeans().fit(x, sf2, tissues=tissues)
    assert model.predict(x[:1], tissues=["Skin"]) == pytest.approx([0.6])
    assert model.predict(x[:1], tissues=["unknown"]) == pytest.approx([0.2], abs=0.01)


def test_a_solid_line_that_lacks_what_other_solid_lines_have_is_not_blood(training):
    x, sf2, tissues, marks = training
    model = TwoMeans().fit(x, sf2, tissues=tissues)
    odd = x[-1] + np.where(marks < 0, 0.9 * marks, 0)  # without stroma, but nothing of blood
    assert model.haematological(odd[None]) < 0.2


def test_features_that_a_sample_lacks_do_not_count(training):
    x, sf2, tissues, _ = training
    model = TwoMeans().fit(x, sf2, tissues=tissues)
    part = x.copy()
    part[:, 10:100] = np.nan
    assert np.abs(model.predict(part) - sf2).max() < 0.02


def test_one_lineage_gives_one_mean(training):
    x, sf2, tissues, _ = training
    model = TwoMeans().fit(x[15:], sf2[15:], tissues=tissues[15:])
    assert model.predict(x).tolist() == pytest.approx([0.6] * 30)
    assert model.haematological(x[:1]) == pytest.approx([0.0])


def test_a_panel_of_two_features_is_enough():
    x = np.array([[9.0, 3.0], [8.5, 3.1], [3.0, 9.0], [3.2, 8.8]])
    model = TwoMeans().fit(x, [0.1, 0.2, 0.6, 0.7], tissues=["Leukemia"] * 2 + ["Lung"] * 2)
    assert model.predict(x) == pytest.approx([0.15, 0.15, 0.65, 0.65], abs=0.01)
