from __future__ import annotations

import numpy as np
import pytest

from radiosens.network.lookalikes import STRETCH, Ties, alike, outvoted

A, B, C = 0, 1, 2


def votes(looks, lines):
    looks = np.array(looks)
    return outvoted(looks[:, None] == looks[None, :], np.array(lines)).tolist()


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
    found, threshold = alike(arrays(looks), lines)
    np.testing.assert_array_equal(found, looks[:, None] == looks[None, :])
    assert 0.3 < threshold < 0.9


def test_threshold_divides_replicates_from_others():
    # On a plane: replicates 10° apart, lines at 0°, 60° and 180°. Nearest of its own line: cosine
    # of 10° for all; of another: of 50° at most. The middle between the two cosines.
    angles = np.deg2rad([0, 10, 60, 70, 180, 190])
    x = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    _, threshold = alike(x, np.array([0, 0, 1, 1, 2, 2]))
    assert threshold == pytest.approx((np.cos(np.deg2rad(10)) + np.cos(np.deg2rad(50))) / 2)


@pytest.mark.parametrize("lines", [[0, 1, 2, 3], [0, 0, 0, 0]], ids=["no replicates", "one line"])
def test_without_replicates_or_other_lines_nothing_looks_alike(lines):
    found, threshold = alike(arrays(range(4)), np.array(lines))
    np.testing.assert_array_equal(found, np.eye(4, dtype=bool))
    assert threshold == 1


def swapped():
    """Give ten lines; of two only one correct array and one with the other's label are left."""
    looks = np.array([0, 1, 0, 1, *np.arange(2, 10).repeat(2)])
    lines = np.array([0, 1, 1, 0, *np.arange(2, 10).repeat(2)])
    batch = np.array([0, 0, 0.2, 0.2, *([0, 0.2] * 8)])
    return looks, lines, batch


def fitted_ties():
    looks, lines, batch = swapped()
    x = arrays(looks, noise=0.05, batch=batch)
    found, threshold = alike(x, lines)
    return x, looks, Ties.fit(x, lines, found, threshold)


def test_only_what_looks_like_a_tie_is_stretched():
    x, _, ties = fitted_ties()
    assert sorted(len(tie.members) for tie in ties.ties) == [2, 2]
    before = x.copy()
    stretched = ties.transform(x)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(stretched[4:], x[4:])
    between = np.linalg.norm(x[4] - x[6])
    for i in (0, 1):  # the tied ones are far apart, about their old middle
        assert np.linalg.norm(x[i] - x[i + 2]) < 0.3 * between
        far = np.linalg.norm(stretched[i] - stretched[i + 2])
        assert far == pytest.approx(STRETCH * between, rel=0.1)
        np.testing.assert_allclose(
            stretched[i] + stretched[i + 2], x[i] + x[i + 2], rtol=0, atol=1e-4
        )


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.5, 0.5), (0.6, 0.7), (0.4, 0.3), (0.75, 1.0), (0.9, 1.0), (1.2, 1.0), (0.0, 0.0)],
)
def test_an_unseen_sample_is_stretched_towards_the_nearer_one(share, expected):
    # The middle half of the way is stretched to the whole of it, what is beyond stops there.
    x, _, ties = fitted_ties()
    unseen = share * x[0] + (1 - share) * x[2]
    stretched, (first, _, second) = ties.transform(unseen[None])[0], ties.transform(x[:3])
    way = (stretched - second) @ (first - second) / np.square(first - second).sum()
    assert way == pytest.approx(expected, abs=0.01)


def test_a_sample_does_not_depend_on_what_stands_beside_it():
    x, _, ties = fitted_ties()
    np.testing.assert_array_equal(ties.transform(x)[:4], ties.transform(x[[0, 1, 2, 3] * 5])[:4])


def test_without_ties_profiles_stay_what_they_are():
    looks = np.arange(10).repeat(3)
    x = arrays(looks)
    found, threshold = alike(x, looks)
    ties = Ties.fit(x, looks, found, threshold)
    assert ties.ties == ()
    assert ties.transform(x) is x


def test_two_labels_on_one_profile_cannot_be_told_apart():
    looks, lines, _ = swapped()
    x = arrays(looks, noise=0)
    found, threshold = alike(x, lines)
    stretched = Ties.fit(x, lines, found, threshold).transform(x)
    assert np.isfinite(stretched).all()
    np.testing.assert_allclose(stretched, x, atol=1e-3)
