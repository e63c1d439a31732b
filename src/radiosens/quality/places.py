"""Weigh in that labels are exchanged, not invented: whose label it is, is somebody's place.

A wrong label is mostly another sample's, and that one's somebody else's. So a line whose own
samples look like another is looking for the sample that is truly of it; and a line all of whose
samples are at home is not. Where a reference lacks a label's line, this decides what similarity
alone leaves open.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["EXCHANGED", "prior_of_places", "vacancies"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Of wrong labels, the share that were exchanged among samples; the others are copies.
EXCHANGED = 0.9


def vacancies(shares: Floats, label: Ints) -> Floats:
    """Return how many places of each line are open to each sample.

    Parameters
    ----------
    shares : array of shape (samples, lines)
        Probability that a sample is of a line.
    label : array of int, shape (samples,)

    Returns
    -------
    array of shape (samples, lines)
        Samples that bear a line's label and are others, less others that are of this line.

    Examples
    --------
    Sample 0 is of line 1, the place it has left is open to sample 1 and not to sample 2.

    >>> shares = np.array([[0, 1, 0], [0.5, 0.5, 0], [0, 0, 1]])
    >>> vacancies(shares, np.array([0, 1, 2])).tolist()
    [[0.0, 0.5, 0.0], [1.0, 0.0, 0.0], [0.5, 0.0, 0.0]]
    """
    rows = np.arange(len(label))
    left, claims = np.zeros(shares.shape), shares.copy()
    left[rows, label] = 1 - shares[rows, label]
    claims[rows, label] = 0
    # Whoever else left a place, and whoever else claims it.
    open_ = (left.sum(axis=0) - left) - (claims.sum(axis=0) - claims)
    clipped: Floats = np.clip(open_, 0, None)
    return clipped


def prior_of_places(
    shares: Floats, label: Ints, donor: Ints, wrong: float, undecided: int
) -> Floats:
    """Return the prior probability of each sample to be of each other line.

    A place that is open belongs to any of the samples that are not decided, with equal right.
    A sample that looks like another line of its donor has left no place.

    Parameters
    ----------
    shares, label
        As in `vacancies`.
    donor : array of int, shape (lines,)
        The donor of each line.
    wrong : float
        Prior probability that a label is wrong.
    undecided : int
        How many samples might be of another line than it seems.
    """
    of_donor = np.zeros((len(donor), donor.max() + 1))
    of_donor[np.arange(len(donor)), donor] = 1
    open_ = vacancies(shares @ of_donor, donor[label]) / of_donor.sum(axis=0)
    lines = max(shares.shape[1] - 1, 1)
    prior: Floats = (1 - EXCHANGED) * wrong / lines + EXCHANGED * open_[:, donor] / (1 + undecided)
    return prior
