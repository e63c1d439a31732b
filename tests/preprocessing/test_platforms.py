from __future__ import annotations

import numpy as np

from radiosens.panel.tables import Table, join_tables
from radiosens.preprocessing.platforms import blocks_of, merge, scales_of

LINES = tuple(f"L{i}" for i in range(40))


def panel():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(40, 3))
    array = Table("array", "genes", LINES[:30], ("A", "B"), (8 + truth[:30, :2]).astype("float32"))
    reads = Table("reads", "genes", LINES[10:], ("B", "C"), (2 * truth[10:, 1:]).astype("float32"))
    sites = Table("sites", "proteins", LINES[:20], ("A",), truth[:20, :1].astype("float32"))
    return truth, join_tables([array, reads, sites])


def test_a_gene_is_one_feature_and_a_protein_another():
    blocks, features = blocks_of(panel()[1])
    assert features == ["A", "B", "C", "protein:A"]
    assert [b.there.sum() for b in blocks] == [30, 30, 20]


def test_what_is_measured_twice_is_averaged_on_one_scale():
    truth, joined = panel()
    blocks, features = blocks_of(joined)
    z = merge(blocks, scales_of(blocks, np.ones(40, bool)), len(features))
    assert np.isnan(z[30:, 0]).all()
    assert not np.isnan(z[:, 1]).any()
    assert np.corrcoef(z[:, 1], truth[:, 1])[0, 1] > 0.97


def test_scales_are_learned_from_training_lines_only():
    _, joined = panel()
    training = np.arange(40) < 25
    blocks, features = blocks_of(joined)
    before = scales_of(blocks, training)
    for block in blocks:
        block.x[~training] = 1e6
    after = scales_of(blocks, training)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.mean, other.mean)
        np.testing.assert_array_equal(one.spread, other.spread)
    assert np.nanmax(merge(blocks, after, len(features))) <= 4


def test_a_table_with_few_training_lines_says_nothing():
    _, joined = panel()
    blocks, features = blocks_of(joined)
    scales = scales_of(blocks, np.arange(40) < 11)
    assert scales[1] is None  # one training line of the second table
    assert scales[0] is None
    scales = scales_of(blocks, np.arange(40) < 15)
    assert scales[0] is not None
    assert np.isnan(merge(blocks, scales, len(features))[35:]).all()
