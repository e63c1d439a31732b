from __future__ import annotations

import numpy as np
import pytest

from radiosens.preprocessing.platforms import Block
from radiosens.preprocessing.profiles import Profile, offsets_among, profiles_of, stand_among

GENES = 120


@pytest.fixture
def world():
    """Two platforms of one truth: where 80 lines stand, levels of genes, and their spreads."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(80, GENES)).astype("float32")
    array, reads = rng.uniform(4, 12, GENES), np.maximum(rng.normal(3, 3, GENES), 0)
    columns = np.arange(GENES)
    blocks = [
        Block("array", "genes", columns, (array + 0.8 * z).astype("float32")),
        Block("reads", "genes", columns, np.maximum(reads + z, 0).astype("float32")),
    ]
    return z, blocks, array, reads


def test_each_kind_of_platform_has_its_profile(world):
    z, blocks, array, _ = world
    found = profiles_of(blocks, z, range(GENES))
    assert set(found) == {"array", "sequencing"}
    np.testing.assert_allclose(found["array"].mean, array, atol=0.4)


def test_a_new_sample_stands_where_it_is_among_lines_on_either_platform(world):
    z, blocks, array, reads = world
    found = profiles_of(blocks, z, range(GENES))
    new = np.random.default_rng(1).normal(size=(4, GENES))
    on_array = (2.0 + 0.7 * (array + 0.8 * new)).astype("float32")  # another level and gain
    got, kind, likeness = stand_among(on_array, found)
    assert kind.tolist() == ["array"] * 4
    assert likeness.min() > 0.8
    assert np.corrcoef(got.ravel(), new.ravel())[0, 1] > 0.9
    sequenced = np.maximum(reads + new, 0).astype("float32")
    got, kind, _ = stand_among(sequenced, found)
    assert kind.tolist() == ["sequencing"] * 4
    assert np.corrcoef(got.ravel(), new.ravel())[0, 1] > 0.75


def test_a_sample_alone_stands_as_it_does_in_company(world):
    z, blocks, array, _ = world
    found = profiles_of(blocks, z, range(GENES))
    x = (array + np.random.default_rng(2).normal(size=(3, GENES))).astype("float32")
    np.testing.assert_array_equal(stand_among(x, found)[0][1], stand_among(x[1:2], found)[0][0])


def test_together_takes_out_what_a_laboratory_adds(world):
    z, blocks, array, _ = world
    found = profiles_of(blocks, z, range(GENES))
    rng = np.random.default_rng(3)
    new, laboratory = rng.normal(size=(40, GENES)), rng.normal(0, 1.5, GENES)
    x = (array + 0.8 * (new + laboratory)).astype("float32")
    alone, both = (
        np.corrcoef(stand_among(x, found, o)[0].ravel(), new.ravel())[0, 1]
        for o in (None, offsets_among([x[:7], x[7:]], found))
    )
    assert both > alone + 0.1


def test_shuffled_genes_are_like_no_platform(world):
    z, blocks, array, _ = world
    found = profiles_of(blocks, z, range(GENES))
    shuffled = np.random.default_rng(4).permutation(array)[None].astype("float32")
    assert stand_among(shuffled, found)[2][0] < 0.35


def test_what_a_platform_does_not_tell_stays_missing():
    mean = np.array([1, 2, np.nan, 4, 5], dtype="float32")
    profile = Profile(mean, np.ones(5, dtype="float32"), 1.0)
    x = np.array([[1, 2, 3, np.nan, 5]], dtype="float32")
    z, _, _ = stand_among(x, {"array": profile})
    assert np.isnan(z[0]).tolist() == [False, False, True, True, False]


def test_a_small_table_is_brought_to_where_its_lines_stand():
    """Twenty lines, all of them high: the table's own mean is not the mean of training."""
    rng = np.random.default_rng(5)
    z = rng.normal(size=(80, GENES)).astype("float32")
    z[:20] += 1
    x = np.full((80, GENES), np.nan, dtype="float32")
    level = rng.uniform(4, 12, GENES)
    x[:20] = level + z[:20]
    found = profiles_of([Block("small", "genes", np.arange(GENES), x)], z, range(GENES))
    np.testing.assert_allclose(found["array"].mean, level, atol=0.01)
