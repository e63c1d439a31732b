"""Find samples that hold the same cells, and which line's name such a group should bear.

Groups are found without looking at labels. Then every line gets the group where it is at home,
by the fewest labels wrong. Whoever sits in another line's home is the stranger: so a wrong
sample is told from the right ones it disagrees with, also where a line has two samples only.
Where two namings leave equally many labels wrong, nobody can tell, and both are kept in mind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

__all__ = ["Homes", "group_samples", "name_groups", "pair_singles"]

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

#: A reference counts for so many samples when a group is named: it outvotes two replicates.
REFERENCE_VOTES = 3.0
#: So many lines that change places are a ring.
RING = 3
#: In larger parts of a panel, only one other naming is looked for.
MANY_GROUPS = 60


@dataclass(frozen=True)
class Homes:
    """Who is at home.

    Attributes
    ----------
    at_home : array of bool, shape (samples,)
        False for samples that sit in the home of another line than their label's.
    tied : array of bool, shape (samples,)
        True where another naming, with as few labels wrong, would judge the sample otherwise.
    named : array of int, shape (samples,)
        The line whose home the sample's group is, -1 where there is none or several.
    """

    at_home: Bools
    tied: Bools
    named: Ints


def group_samples(similarity: NDArray[np.float32], threshold: float) -> Ints:
    """Group samples whose mean similarity is above a threshold (average linkage).

    Examples
    --------
    >>> group_samples(np.array([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]], np.float32), 0.5).tolist()
    [0, 0, 1]
    """
    if len(similarity) < 2:
        return np.zeros(len(similarity), dtype=np.intp)
    distance = np.clip(1 - similarity, 0, 2)
    distance = (distance + distance.T) / np.float32(2)
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "average")
    found = fcluster(tree, 1 - threshold, "distance")
    numbers: Ints = np.unique(found, return_inverse=True)[1].astype(np.intp)
    return numbers


def pair_singles(group: Ints, similarity: NDArray[np.float32], least: float) -> Ints:
    """Put two samples that are in no group together if each is the other's nearest.

    Replicates from two platforms, or of poor quality, may be less alike than replicates
    usually are and still be nearest each other.

    Examples
    --------
    >>> r = np.array([[1, 0.6, 0.1], [0.6, 1, 0.2], [0.1, 0.2, 1]], np.float32)
    >>> pair_singles(np.array([0, 1, 2]), r, 0.5).tolist()
    [0, 0, 2]
    """
    single = np.flatnonzero(np.bincount(group)[group] == 1)
    others = similarity.copy()
    np.fill_diagonal(others, -np.inf)
    nearest = others.argmax(axis=1)
    paired = group.copy()
    for i in single:
        j = nearest[i]
        if i < j and nearest[j] == i and others[i, j] > least and j in single:
            paired[j] = group[i]
    return paired


def name_groups(group: Ints, label: Ints, lines: int, reference_says: Ints | None = None) -> Homes:
    """Give each line the group it is at home in, so that the fewest labels are wrong.

    Parameters
    ----------
    group : array of int, shape (samples,)
        From `group_samples`.
    label : array of int, shape (samples,)
        The line of each sample, from 0; -1 where the label has no say.
    lines : int
        How many lines there are.
    reference_says : array of int, optional
        The line each sample is by a trusted reference, -1 where it does not say.

    Examples
    --------
    A sample of line 0 bears the label 1; line 1 has a right sample of its own.

    >>> name_groups(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).at_home.tolist()
    [True, False, True]

    Two samples of either line changed labels crosswise: either pair may be wrong.

    >>> name_groups(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), 2).tied.tolist()
    [True, True, True, True]
    """
    groups = int(group.max()) + 1
    votes = np.zeros((groups, lines))
    has_say = label >= 0
    np.add.at(votes, (group[has_say], label[has_say]), 1.0)
    if reference_says is not None:
        said = reference_says >= 0
        np.add.at(votes, (group[said], reference_says[said]), REFERENCE_VOTES)
    home = np.zeros((groups, lines), dtype=bool)
    tied = np.zeros(len(group), dtype=bool)
    for rows, columns in _components(votes):
        part = votes[np.ix_(rows, columns)]
        first, *others = _assignments(part)
        best = _with_guests(part, first)
        home[np.ix_(rows, columns)] = best
        differs = np.zeros((groups, lines), dtype=bool)
        for other in others:
            differs[np.ix_(rows, columns)] |= best != _with_guests(
                part, other, _evicted(first, other)
            )
        tied[has_say] |= differs[group[has_say], label[has_say]]
    at_home = np.ones(len(group), dtype=bool)
    at_home[has_say] = home[group[has_say], label[has_say]]
    named = np.where(home.sum(axis=1) == 1, home.argmax(axis=1), -1)
    return Homes(at_home, tied, named[group])


def _components(votes: NDArray[np.float64]) -> list[tuple[Ints, Ints]]:
    """Split the table of votes into parts that share neither groups nor lines."""
    rows, columns = np.nonzero(votes)
    groups, lines = votes.shape
    graph = coo_array(
        (np.ones(len(rows)), (rows, groups + columns)), shape=(groups + lines, groups + lines)
    )
    labels = connected_components(graph, directed=False)[1]
    order = np.argsort(labels, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    return [
        (p[p < groups], p[p >= groups] - groups)
        for p in parts
        if (p < groups).any() and (p >= groups).any()
    ]


def _assignments(votes: NDArray[np.float64]) -> list[Bools]:
    """Return the assignment with the most votes, and then others that are about as good.

    About as good is one with as many votes; or, where three lines or more change places, with
    one vote less: labels that go round in a ring went wrong together, and a ring that takes in
    a line with a single sample has one vote less on one side. Every name that a group might
    bear is tried, in parts of a size that allows it.
    """
    first = _solve(votes)
    found = [first]
    if votes.size == 1:
        return found
    burdens = [np.where(first, votes - b, votes) for b in (0.4, 0.5 / (min(votes.shape) + 1))]
    others = np.argwhere((votes > 0) & ~first)
    if max(votes.shape) <= MANY_GROUPS:
        burdens += [_forced(votes, *other) for other in others]
    for burdened in burdens:
        second = _solve(burdened)
        lost = votes[first].sum() - votes[second].sum()
        if lost <= 1e-9 or (lost <= 1 + 1e-9 and (first & ~second).sum() >= RING):
            found.append(second)
    return found


def _forced(votes: NDArray[np.float64], group: int, line: int) -> NDArray[np.float64]:
    """Make sure that a group bears a line's name."""
    forced = votes.copy()
    forced[group, line] += votes.sum()
    return forced


def _solve(votes: NDArray[np.float64]) -> Bools:
    rows, columns = linear_sum_assignment(votes, maximize=True)
    chosen = np.zeros(votes.shape, dtype=bool)
    chosen[rows, columns] = votes[rows, columns] > 0
    return chosen


def _evicted(first: Bools, second: Bools) -> Bools:
    """Tell which lines lose their home to another in a ring, and are no guests there."""
    if (first & ~second).sum() < RING:
        return np.zeros(first.shape[1], dtype=bool)
    taken = np.flatnonzero(second.any(axis=1))
    evicted: Bools = np.any(first[taken], axis=0) & ~np.any(second, axis=0)
    return evicted


def _with_guests(votes: NDArray[np.float64], home: Bools, evicted: Bools | None = None) -> Bools:
    """Add homes that take nobody else's place.

    Lines that data can't tell apart share a group: a line without a home stays where most of
    its samples are, unless it was evicted. And a replicate that drifted from its siblings, into
    a group that is no line's home, is no stranger either.
    """
    home = home.copy()
    may_stay = ~home.any(axis=0) if evicted is None else ~home.any(axis=0) & ~evicted
    homeless = np.flatnonzero(may_stay)
    home[votes[:, homeless].argmax(axis=0), homeless] = True
    nobodys = np.flatnonzero(~home.any(axis=1))
    home[nobodys] = (votes[nobodys] > 0) & (
        votes[nobodys] == votes[nobodys].max(axis=1, keepdims=True)
    )
    return home
