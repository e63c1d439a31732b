from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.utils.estimator_checks import parametrize_with_checks

from radiosens.preprocessing.label_outliers import (
    WithoutLabelOutliers,
    label_outliers,
    replicate_mask,
)

A, B, C = 0, 1, 2


def votes(looks, lines):
    looks = np.array(looks)
    return label_outliers(looks[:, None] == looks[None, :], np.array(lines)).tolist()


@pytest.mark.parametrize(
    ("looks", "lines", "out"),
    [
        pytest.param([A, A, A, B, B, B], [A, A, A, B, B, B], [], id="all right"),
        pytest.param([A, A, B, B, B, B], [A, A, A, B, B, B], [2], id="its own line is against it"),
        pytest.param([A, B, B, B], [A, A, B, B], [1], id="two of another line against one"),
        pytest.param([A, A, B, B, B, A], [A, A, A, B, B, B], [2, 5], id="a swap"),
        pytest.param([A, B, B, B, A], [A, A, B, B, B], [1, 4], id="a swap, one correct missing"),
        pytest.param([A, B, B, A], [A, A, B, B], [], id="a swap, one correct missing of each"),
        pytest.param([A, A, A, A, A], [A, A, B, B, B], [], id="two lines that look the same"),
        pytest.param([A, A, A, A], [A, B, B, B], [], id="one sample of a line like another's"),
        pytest.param([A, A, C], [A, A, A], [], id="unlike its own, like none: poor, not mixed up"),
        pytest.param([A, B, C], [A, B, C], [], id="no replicates"),
        pytest.param([A, A, B, B, B, B], [A, A, A, A, B, B], [], id="half of a line stays"),
        pytest.param([A, A, B, B, B, B, B], [A, A, A, A, B, B, B], [2, 3], id="half outnumbered"),
    ],
)
def test_votes_by_hand(looks, lines, out):
    assert np.flatnonzero(votes(looks, lines)).tolist() == out


def arrays(looks, noise=0.3, batch=None, features=600):
    """Give profiles of what samples look like, with noise, and a batch's direction added."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(max(looks) + 1, features))[list(looks)]
    x = x + noise * rng.normal(size=x.shape)
    if batch is not None:
        x = x + np.array(batch)[:, None] * rng.normal(size=features)
    return (x - x.mean(axis=0)).astype(np.float32)


def test_alike_are_replicates_whatever_a_few_labels_say():
    looks = np.arange(10).repeat(3)
    lines = looks.copy()
    lines[[2, 29]] = lines[[29, 2]]
    found, threshold = replicate_mask(arrays(looks), lines)
    np.testing.assert_array_equal(found, looks[:, None] == looks[None, :])
    assert 0.3 < threshold < 0.9


def test_threshold_divides_replicates_from_others():
    # On a plane: replicates 10° apart, lines at 0°, 60° and 180°. Nearest of its own line: cosine
    # of 10° for all; of another: of 50° at most. The middle between the two cosines.
    angles = np.deg2rad([0, 10, 60, 70, 180, 190])
    x = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    _, threshold = replicate_mask(x, np.array([0, 0, 1, 1, 2, 2]))
    assert threshold == pytest.approx((np.cos(np.deg2rad(10)) + np.cos(np.deg2rad(50))) / 2)


@pytest.mark.parametrize("lines", [[0, 1, 2, 3], [0, 0, 0, 0]], ids=["no replicates", "one line"])
def test_without_replicates_or_other_lines_nothing_looks_alike(lines):
    found, threshold = replicate_mask(arrays(range(4)), np.array(lines))
    np.testing.assert_array_equal(found, np.eye(4, dtype=bool))
    assert threshold == 1


@parametrize_with_checks([WithoutLabelOutliers(Ridge())])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def planted(noise=0.3):
    """Give three arrays of each of ten lines, two of them with each other's label."""
    looks = np.arange(10).repeat(3)
    lines = looks.copy()
    lines[[2, 29]] = looks[[29, 2]]
    return arrays(looks, noise), lines, np.linspace(0.1, 0.9, 10)


def test_a_mislabelled_training_sample_teaches_nothing():
    x, lines, sf2 = planted()
    y = sf2[lines]
    model = WithoutLabelOutliers(Ridge()).fit(x, y, groups=lines)
    assert np.flatnonzero(model.outliers_).tolist() == [2, 29]
    kept = ~model.outliers_
    np.testing.assert_array_equal(model.predict(x), Ridge().fit(x[kept], y[kept]).predict(x))
    y[2], y[29] = 0.5, 0.6
    again = WithoutLabelOutliers(Ridge()).fit(x, y, groups=lines)
    np.testing.assert_array_equal(model.predict(x), again.predict(x))


def test_without_groups_no_label_is_doubted():
    x, lines, sf2 = planted()
    model = WithoutLabelOutliers(Ridge()).fit(x, sf2[lines])
    assert not model.outliers_.any()
    np.testing.assert_array_equal(model.predict(x), Ridge().fit(x, sf2[lines]).predict(x))


def test_groups_that_do_not_fit_are_refused():
    x, lines, sf2 = planted()
    with pytest.raises(ValueError, match=r"groups has the shape \(29,\) for 30 samples"):
        WithoutLabelOutliers(Ridge()).fit(x, sf2[lines], groups=lines[1:])
