"""Training samples that look like another line than their label says.

Arrays get mixed up: three per cent in five collections (Westra et al. 2011, Bioinformatics
27:2104), some in nearly half of the data sets with both sexes (Toker et al. 2016, F1000Research
5:2103). A network that trusts such a label gives it to correct replicates of the line which the
array truly comes from. Three things are done about it here, all from training samples alone:

- `alike` tells which samples look like replicates of one line,
- `outvoted` finds samples whose label most of the others contradict,
- `Ties` makes visible what sets samples apart between which there is no majority.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import pdist

from radiosens.preprocessing import Matrix

__all__ = ["Tie", "Ties", "alike", "outvoted"]

Bools = NDArray[np.bool_]
Lines = NDArray[np.int64]

#: Tied labels are stretched to so many times the usual distance of different lines. At once or
#: half of it the network fitted them too, but by what also moved other lines like them.
STRETCH = 2.0
#: An unseen sample this share of the way from one tied label to another, or less, counts as
#: being all there. Noise alone takes replicates so far; only the middle half is left undecided.
SURE = 0.25


def alike(x: Matrix, lines: Lines) -> tuple[Bools, float]:
    """Tell which training samples look like replicates of one line.

    Two samples do if their profiles' cosine is above a threshold which the panel teaches: the
    one that best divides similarity to the nearest of the own line from that to the nearest of
    another (Youden 1950, Cancer 3:32), in the middle of where it does so. Samples more like
    another line than their own may be mislabelled and have no say, nor does likeness to them.

    Parameters
    ----------
    x : array of shape (samples, features)
        Training samples, features centred, without noise if possible.
    lines : array of int, shape (samples,)
        A number from 0 for each line.

    Returns
    -------
    alike : array of bool, shape (samples, samples)
        Symmetric, true on the diagonal.
    threshold : float
        The cosine; 1 where there are no replicates, or no two lines, to learn from: then no
        two samples look alike.

    Examples
    --------
    >>> profiles = np.random.default_rng(0).normal(size=(3, 500)).astype("float32")
    >>> alike(profiles.repeat(2, axis=0), np.arange(3).repeat(2))[0].sum(axis=1).tolist()
    [2, 2, 2, 2, 2, 2]
    """
    units = _units(x)
    cosines = units @ units.T
    own, rival = _nearest(cosines, lines)
    teaching = own > rival
    own, rival = _nearest(cosines[np.ix_(teaching, teaching)], lines[teaching])
    compared = np.isfinite(own) & np.isfinite(rival)
    if not compared.any():
        return np.eye(len(x), dtype=bool), 1.0
    threshold = _dividing(np.sort(own[compared]), np.sort(rival[compared]))
    found: Bools = (cosines > threshold) | np.eye(len(x), dtype=bool)
    return found, threshold


def _nearest(cosines: Matrix, lines: Lines) -> tuple[Matrix, Matrix]:
    """Return each sample's similarity to the nearest of its own line, and of another."""
    same = lines[:, None] == lines[None, :]
    others = ~same
    np.fill_diagonal(same, False)
    own = np.where(same, cosines, -np.inf).max(axis=1, initial=-np.inf)
    rival = np.where(others, cosines, -np.inf).max(axis=1, initial=-np.inf)
    return own, rival


def _dividing(own: Matrix, rival: Matrix) -> float:
    """Return the middle of the range that has most of the one above it and of the other below."""
    values = np.unique(np.concatenate([own, rival]))
    above = 1 - np.searchsorted(own, values, side="right") / len(own)
    below = np.searchsorted(rival, values, side="right") / len(rival)
    best = int((above + below).argmax())  # the same for all thresholds up to the next value
    return float(values[best : best + 2].mean())


def outvoted(alike: Bools, lines: Lines) -> Bools:
    """Find samples whose label the others contradict.

    Such a sample is unlike some of its own line and like some of another, and either more of
    its own line agree elsewhere, or more of one other line look like it, while no more than
    half of its own do.

    Parameters
    ----------
    alike : array of bool, shape (samples, samples)
    lines : array of int, shape (samples,)
        A number from 0 for each line.

    Examples
    --------
    Of line 0 one looks like those of line 1:

    >>> looks, lines = np.array([0, 0, 1, 1, 1]), np.array([0, 0, 0, 1, 1])
    >>> outvoted(looks[:, None] == looks, lines).tolist()
    [False, False, True, False, False]
    """
    votes, own, size = _count(alike, lines)
    rival = _rival(votes, lines)
    mates = lines[:, None] == lines[None, :]
    elsewhere = np.where(mates, own[None, :], 0).max(axis=1)
    found: Bools = (
        (rival > 0) & (own < size) & ((elsewhere > own) | ((rival > own) & (2 * own <= size)))
    )
    return found


def _count(
    alike: Bools, lines: Lines
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return how many of each line look like each sample, of its own line, and of how many."""
    of_line = np.eye(int(lines.max()) + 1, dtype=np.int64)[lines]  # (samples, lines)
    votes = alike.astype(np.int64) @ of_line
    return votes, votes[np.arange(len(lines)), lines], of_line.sum(axis=0)[lines]


def _rival(votes: NDArray[np.int64], lines: Lines) -> NDArray[np.int64]:
    """Return how many of the other line with most votes look like each sample."""
    others = votes.copy()
    others[np.arange(len(lines)), lines] = 0
    most: NDArray[np.int64] = others.max(axis=1)
    return most


@dataclass(frozen=True)
class Tie:
    """Training samples that look alike, have different labels, and neither of them a majority.

    Attributes
    ----------
    members : array of shape (members, features)
        Their profiles, of length one.
    centre : array of shape (features,)
        Mean of the labels' mean profiles.
    directions : array of shape (labels - 1, features)
        Orthonormal directions in which the labels' means differ.
    low, high : array of shape (labels - 1,)
        Where the outermost of the labels' means lie in these directions, from the centre.
    gain : float
        What these are multiplied by, at least 1.
    """

    members: Matrix
    centre: Matrix
    directions: Matrix
    low: Matrix
    high: Matrix
    gain: float

    def stretch(self, x: Matrix) -> Matrix:
        """Return profiles whose scores in the tie's directions are stretched, to the ends."""
        scores = (x - self.centre) @ self.directions.T  # (samples, directions)
        ends = np.clip(scores / (1 - 2 * SURE), self.low, self.high)
        moved: Matrix = (self.gain * ends - scores).astype(x.dtype)
        return x + moved @ self.directions


@dataclass(frozen=True)
class Ties:
    """Make visible what sets samples apart whose labels differ although they look alike.

    Where training holds as many samples for one label as for another, nothing but an unseen
    sample itself can tell which is right for it: by which of them it is nearer to. They differ
    by little, in how or when they were measured, and a network fits what is large first. So
    where a profile looks like those in a tie, and only there, differences between the tied
    labels are stretched until they are longer than those between lines: the metric is learned
    that tells apart what has different labels (Weinberger and Saul 2009, J Mach Learn Res
    10:207), locally. No sample is stretched beyond the tied ones. All other profiles stay what
    they are.

    Attributes
    ----------
    ties : tuple of Tie
    threshold : float
        Cosine above which two samples look alike.
    """

    ties: tuple[Tie, ...]
    threshold: float

    @classmethod
    def fit(cls, x: Matrix, lines: Lines, alike: Bools, threshold: float) -> Ties:
        """Learn from training samples.

        Parameters
        ----------
        x : array of shape (samples, features)
            Training samples that are not outvoted, features centred, without noise.
        lines : array of int, shape (samples,)
            The line of each.
        alike : array of bool, shape (samples, samples)
        threshold : float
            Cosine above which two samples look alike.

        Examples
        --------
        >>> rng = np.random.default_rng(0)
        >>> looks, lines = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 1, 2, 2])
        >>> x = rng.normal(size=(3, 500))[looks] + 0.1 * rng.normal(size=(6, 500))
        >>> ties = Ties.fit(x, lines, looks[:, None] == looks, 0.7)
        >>> stretched = ties.transform(x)
        >>> [bool(np.linalg.norm(stretched[i] - stretched[i + 1]) > 25) for i in (0, 2, 4)]
        [True, True, False]
        """
        _, own, size = _count(alike, lines)
        torn = 2 * own <= size
        apart = lines[:, None] != lines[None, :]
        pairs = alike & apart & torn[:, None] & torn[None, :]
        count, group = connected_components(pairs, directed=False)
        tied = [np.flatnonzero(group == k) for k in range(count)]
        far = STRETCH * _usual_distance(x, ~alike)
        return cls(tuple(_tie(x[m], lines[m], far) for m in tied if len(m) > 1), threshold)

    def transform(self, x: Matrix) -> Matrix:
        """Stretch profiles that look like those in a tie: (samples, features) → the same."""
        stretched = x
        for tie in self.ties:
            near = (_units(x) @ tie.members.T).max(axis=1) > self.threshold
            if near.any():
                # All are stretched and some taken: products of a part would round differently,
                # and a sample must not depend on what stands beside it.
                stretched = np.where(near[:, None], tie.stretch(stretched), stretched)
        return stretched


def _tie(x: Matrix, lines: Lines, far: float) -> Tie:
    """Describe a tie; it is stretched until the nearest two labels are `far` apart."""
    means = np.stack([x[lines == line].mean(axis=0) for line in np.unique(lines)])
    centre = means.mean(axis=0)
    _, lengths, directions = np.linalg.svd(means - centre, full_matrices=False)
    directions = directions[lengths > 1e-6 * lengths.max()].astype(x.dtype)
    scores = (means - centre) @ directions.T  # (labels, directions)
    gap = float(pdist(means).min())
    gain = max(1.0, far / gap) if gap > 1e-3 * far else 1.0  # less is rounding
    return Tie(_units(x), centre, directions, scores.min(axis=0), scores.max(axis=0), gain)


def _usual_distance(x: Matrix, apart: Bools) -> float:
    """Return how far the nearest of those that are apart is from a sample, by the median."""
    squares = np.square(x).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2 * x @ x.T
    nearest = np.where(apart, distances, np.inf).min(axis=1)
    usual = float(np.median(nearest))
    return math.sqrt(max(usual, 0.0)) if math.isfinite(usual) else 0.0


def _units(x: Matrix) -> Matrix:
    """Bring rows to length one, so that products are cosines."""
    length = np.linalg.norm(x, axis=1, keepdims=True)
    units: Matrix = np.divide(x, length, out=np.zeros_like(x), where=length > 0)
    return units
