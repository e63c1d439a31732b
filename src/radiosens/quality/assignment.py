"""Say which line each cluster of look-alike samples is, so that the fewest labels are wrong.

Clusters are found without labels. Each line then gets one cluster (a linear assignment: Kuhn 1955,
Nav Res Logist Q 2:83), and a sample in another line's cluster is a label conflict: so the wrong
sample is told from the right ones that it disagrees with, even where a line has two. Where
another assignment leaves about as few labels wrong, nobody can tell which is right, and all
labels that the two judge differently are ambiguous.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

__all__ = ["assign_lines", "split_lines"]

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

#: What a trusted reference says of a sample counts as so many labels: it outvotes two replicates.
REFERENCE_VOTES = 3.0
#: An assignment with one label more wrong is about as good: labels are exchanged in rings, and a
#: ring that takes in a line with one sample only has one label less on one side. It must leave
#: no cluster without a line, though: it explains less where it has to invent lines.
ABOUT_AS_GOOD = 1.0
#: Two lines share a cluster if so many labels speak for it: then the panel can't tell them apart.
SHARING = 1.5
#: In larger parts of a panel, two other assignments are tried instead of one for every label.
MANY = 60


def assign_lines(
    cluster: Ints, label: Ints, lines: int, reference: Ints | None = None
) -> tuple[Bools, Bools, Ints]:
    """Give each line the cluster that leaves the fewest labels wrong.

    Parameters
    ----------
    cluster : array of int, shape (samples,)
        From 0; samples that look like one line have the same number.
    label : array of int, shape (samples,)
        The line of each sample, from 0.
    lines : int
        How many lines there are.
    reference : array of int, optional
        The line each sample looks like in a trusted reference, -1 where it looks like none.

    Returns
    -------
    consistent : array of bool, shape (samples,)
        Whether a sample is in its line's cluster, or in none that is another line's.
    ambiguous : array of bool, shape (samples,)
        Whether another assignment, about as good, would judge it otherwise.
    line : array of int, shape (samples,)
        The line whose cluster the sample is in, -1 where it is no line's or several lines'.

    Examples
    --------
    A sample of line 0 bears the label 1; line 1 has a right sample of its own.

    >>> assign_lines(np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1]), 2)[0].tolist()
    [True, True, False, True, True]

    Of two lines with two samples each, one sample each changed its label: either pair may be
    wrong.

    >>> assign_lines(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), 2)[1].tolist()
    [True, True, True, True]
    """
    votes = np.zeros((int(cluster.max()) + 1, lines))
    np.add.at(votes, (cluster, label), 1.0)
    decided = np.zeros(len(votes), dtype=bool)
    if reference is not None:
        said = reference >= 0
        np.add.at(votes, (cluster[said], reference[said]), REFERENCE_VOTES)
        decided[cluster[said]] = True
    home = np.zeros(votes.shape, dtype=bool)
    differs = np.zeros(votes.shape, dtype=bool)
    for rows, columns in _components(votes):
        part = np.ix_(rows, columns)
        best, *others = (_with_drifted(found, votes[part]) for found in _assignments(votes[part]))
        home[part] = best
        for other in others:
            differs[part] |= best != other
    named = np.where(home.sum(axis=1) == 1, home.argmax(axis=1), -1)
    return home[cluster, label], differs[cluster, label] & ~decided[cluster], named[cluster]


def _components(votes: Floats) -> list[tuple[Ints, Ints]]:
    """Split a table of votes into parts that share neither clusters nor lines."""
    rows, columns = np.nonzero(votes)
    clusters, size = len(votes), sum(votes.shape)
    edges = coo_array((np.ones(len(rows)), (rows, clusters + columns)), shape=(size, size))
    part = connected_components(edges, directed=False)[1]
    order = np.argsort(part, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(part[order])) + 1)
    return [(p[p < clusters], p[p >= clusters] - clusters) for p in parts if p[0] < clusters]


def _assignments(votes: Floats) -> list[Bools]:
    """Return the assignment with the most votes, and then all that are about as good.

    Every cluster that a line might be is tried once.
    """
    best, most = _solve(votes, votes)
    found = [best]
    if votes.size == 1:
        return found
    loss = ABOUT_AS_GOOD if len(votes) <= votes.shape[1] else 0.0
    if max(votes.shape) <= MANY:
        tried = []
        for cluster, line in np.argwhere((votes > 0) & ~best):
            forced = votes.copy()
            forced[cluster, line] += votes.sum()
            tried.append(forced)
    else:  # what differs most from the best, among those as good and those one label worse
        tried = [votes - burden * best for burden in (0.5 / (min(votes.shape) + 1), 0.4)]
    for changed in tried:
        other, total = _solve(changed, votes)
        if total >= most - loss - 1e-9:
            found.append(other)
    return found


def _solve(weights: Floats, votes: Floats) -> tuple[Bools, float]:
    """Return which lines each cluster is, by the largest sum of weights, and its votes.

    A line without a cluster of its own shares the one where most of its samples are, if enough
    labels speak for it.
    """
    clusters, lines = votes.shape
    shares = np.where(np.eye(lines, dtype=bool), votes.max(axis=0)[:, None] - SHARING, 0)
    rows, columns = linear_sum_assignment(np.vstack([weights, shares]).T, maximize=True)
    total = float(np.vstack([votes, shares])[columns, rows].sum())
    home = np.zeros(votes.shape, dtype=bool)
    for line, slot in zip(rows, columns, strict=True):
        if slot < clusters:
            home[slot, line] = votes[slot, line] > 0
        elif shares[slot - clusters, line] > 0:
            home[votes[:, line].argmax(), line] = True
    return home, total


def _with_drifted(home: Bools, votes: Floats) -> Bools:
    """Let labels be in a cluster that is no line's: replicates that drifted from their siblings."""
    home = home.copy()
    nobodys = np.flatnonzero(~home.any(axis=1))
    most = votes[nobodys].max(axis=1, keepdims=True)
    home[nobodys] = (votes[nobodys] > 0) & (votes[nobodys] == most)
    return home


def split_lines(cluster: Ints, label: Ints) -> Bools:
    """Tell which lines have two samples or more in each of several clusters.

    One sample in a cluster of its own may be of poor quality; two that agree are another line.

    Returns
    -------
    array of bool, shape (lines,)

    Examples
    --------
    >>> split_lines(np.array([0, 0, 1, 1, 2, 2, 3]), np.array([0, 0, 0, 0, 1, 1, 1])).tolist()
    [True, False]
    """
    pairs, counts = np.unique(np.column_stack([label, cluster]), axis=0, return_counts=True)
    groups = np.bincount(pairs[counts > 1, 0], minlength=int(label.max()) + 1)
    split: Bools = groups > 1
    return split
