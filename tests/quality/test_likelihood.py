from __future__ import annotations

import numpy as np
import pytest

from radiosens.quality.likelihood import (
    MIN_SCALE,
    LineSimilarity,
    SimilarityModel,
    cluster_tree,
    line_similarity,
)

R = np.array(
    [[1, 0.9, 0.2, 0.1], [0.9, 1, 0.4, 0.1], [0.2, 0.4, 1, 0.8], [0.1, 0.1, 0.8, 1]],
    dtype=np.float32,
)


def test_replicates_are_learned_from_looks_by_hand():
    model = SimilarityModel.of_panel(R, cluster_tree(R), np.array([0, 0, 1, 1]))
    assert model.within == pytest.approx([0.8, 0.8, 0.9, 0.9])
    assert model.between == pytest.approx([0.1, 0.2, 0.4, 0.4])
    assert (model.same, model.other) == pytest.approx((0.85, 0.3))
    assert model.scale == pytest.approx((1.4826 * 0.05) ** 2 / 0.55, rel=1e-4)


def test_which_labels_samples_bear_does_not_matter():
    first = SimilarityModel.of_panel(R, cluster_tree(R), np.array([0, 0, 1, 1]))
    second = SimilarityModel.of_panel(R, cluster_tree(R), np.array([0, 1, 0, 1]))
    assert (first.within == second.within).all()
    assert (first.between == second.between).all()


def test_without_replicates_nothing_is_learned():
    model = SimilarityModel.of_panel(R, cluster_tree(R), np.arange(4))
    assert not model.usable
    assert model.scale == float("inf")
    assert (
        not LineSimilarity(R.astype(float), np.arange(4), model)
        .replicate_like(np.zeros(4, int))
        .any()
    )


def test_a_few_replicates_that_agree_don_t_make_sure():
    assert SimilarityModel(np.full(400, 0.9), np.full(400, 0.2)).scale == MIN_SCALE
    few = SimilarityModel(np.full(3, 0.9), np.full(3, 0.2))
    assert few.spread == pytest.approx(0.7 / 6)


def test_lines_that_a_reference_lacks_do_not_teach_what_replicates_look_like():
    by_line = np.array([[0.9, 0.1, np.nan], [0.1, 0.8, np.nan], [0.3, 0.2, np.nan]])
    model = SimilarityModel.of_reference(by_line, np.array([0, 1, 2]))
    assert model.within.tolist() == [0.8, 0.9]
    assert model.between.tolist() == [0.1, 0.1]


def test_log_odds_by_hand():
    model = SimilarityModel(np.array([0.7, 0.75, 0.85, 0.9]), np.array([0.2, 0.4]))
    by_line = np.array([[0.8, 0.3], [0.2, 0.8], [np.nan, 0.8]])
    odds, unknown = LineSimilarity(by_line, np.array([0, 0, 0]), model).log_odds()
    assert odds[:2, 1] == pytest.approx(np.array([-0.5, 0.6]) / model.scale)
    assert unknown == pytest.approx(np.array([0.3 - 0.8, 0.1, 0]) / model.scale)
    assert odds[2, 1] > 0  # like a line, and nothing is known of its own


def test_a_sample_does_not_speak_for_itself():
    found = line_similarity(R, np.array([0, 0, 1, -1]), 2, itself=True)
    assert found == pytest.approx(
        np.array([[0.9, 0.2], [0.9, 0.4], [0.3, np.nan], [0.1, 0.8]]), nan_ok=True
    )
