from __future__ import annotations

import numpy as np
import pytest

from radiosens.quality.likelihood import LineSimilarity, SimilarityModel, cluster_tree
from radiosens.quality.posterior import PRIOR_WRONG, compare_lines, posterior

MODEL = SimilarityModel(np.array([0.8, 0.85, 0.9, 0.95]), np.array([0.2, 0.25]))


def test_where_nothing_is_known_the_prior_is_left():
    nothing = LineSimilarity(np.full((3, 2), np.nan), np.zeros(3, dtype=int), MODEL)
    p, _ = posterior([nothing], np.zeros(3, dtype=int))
    assert p == pytest.approx(PRIOR_WRONG, abs=1e-3)


def test_what_looks_like_no_line_may_be_an_unknown_one():
    by_line = np.array([[0.0, 0.05], [0.9, 0.1], [0.9, 0.2]])
    p, likely = posterior(
        [LineSimilarity(by_line, np.zeros(3, dtype=int), MODEL)], np.zeros(3, int)
    )
    assert p[0] > 0.99
    assert likely[0] == -1
    assert (p[1:] < 1e-6).all()


def test_a_place_that_another_sample_left_raises_the_prior():
    by_line = np.array([[np.nan, 0.9], [0.9, 0.1]])
    comparison = LineSimilarity(by_line, np.zeros(2, dtype=int), MODEL)
    before, _ = posterior([comparison], np.zeros(2, int))
    after, _ = posterior([comparison], np.zeros(2, int), np.array([0.45, 0]))
    assert after[0] > before[0]
    assert after[1] == pytest.approx(before[1])


def test_in_a_ring_the_partner_is_named_by_looks():
    true = np.repeat(np.arange(6), 2)
    r = np.where(true[:, None] == true, 0.8, 0.1).astype(np.float32)
    np.fill_diagonal(r, 1)
    label = true.copy()
    label[[1, 3, 5]] = [1, 2, 0]
    model = SimilarityModel.of_panel(r, cluster_tree(r), label)
    table, by_line = compare_lines(r, true, model, None, label, 6)
    assert table["ambiguous"].tolist() == [True] * 6 + [False] * 6
    assert table["likely"].tolist()[:6] == [1, 0, 2, 1, 0, 2]
    assert (table["probability"][:6] == 0.5).all()
    assert by_line.shape == (12, 6)
