"""Similarity of samples to lines, and what a similarity means in a panel.

Were profiles a line's profile plus Gaussian noise, the log odds of two lines would be the
difference of a sample's similarities to them, divided by one number for the whole panel, the
noise (unit profiles: a von Mises-Fisher mixture, Banerjee et al. 2005, J Mach Learn Res
6:1345). That number is taken from the panel itself: from how much right samples' similarity to
their own lines varies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["MIN_REPLICATED", "Evidence", "Level", "evidence_of", "level_against", "level_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Differences of correlation below this are never taken for more than noise.
MIN_NOISE = 0.002
#: With fewer samples that have a replicate, nothing tells what replicates look like.
MIN_REPLICATED = 4
_MANY = 1.4826  # median absolute deviation to standard deviation, for a Gaussian


@dataclass(frozen=True)
class Level:
    """What similarity means in one panel.

    Attributes
    ----------
    same : float
        Usual similarity of two samples of one line.
    other : float
        Usual similarity of a sample to the line most like it that is not its own.
    spread : float
        Robust standard deviation of the first.
    owns, rivals : array
        Every sample's similarity to the most similar sample of its own line, and of another,
        in rising order.
    """

    same: float
    other: float
    spread: float
    owns: Floats
    rivals: Floats

    @property
    def between(self) -> float:
        """Where a similarity speaks neither for nor against."""
        return (self.same + self.other) / 2

    @property
    def alike(self) -> float:
        """Above this, two samples are taken for the same cells when groups are made."""
        return float(max(self.between, self.same - 5 * self.spread))

    @property
    def noise(self) -> float:
        """Difference of similarities that multiplies the odds by e.

        Log odds of two Gaussians have twice their mean as variance. A difference has the
        contrast of the panel as mean and, both similarities varying, twice the spread's square.
        """
        if len(self.owns) < MIN_REPLICATED:
            return float("inf")
        contrast = max(self.same - self.other, 1e-3)
        return float(max(self.spread**2 / contrast, MIN_NOISE))

    def kinship(self, similarity: Floats) -> Floats:
        """Return log odds that a similarity is one of replicates, not of two lines.

        From how often replicates are less alike, and different lines more; so it never
        claims more than the panel has seen. For a sample whose own line can't be compared.
        """
        n, m = len(self.owns), len(self.rivals)
        lower = np.searchsorted(self.owns, similarity, side="right") / max(n, 1)
        higher = 1 - np.searchsorted(self.rivals, similarity, side="left") / max(m, 1)
        odds: Floats = np.log((lower + 1 / (n + 1)) / (higher + 1 / (m + 1)))
        return odds


@dataclass(frozen=True)
class Evidence:
    """Similarity of each sample to each line, from one comparison.

    Attributes
    ----------
    own : array of shape (samples,)
        Similarity to the own line, NaN where it has no other sample.
    others : array of shape (samples, lines)
        Similarity to every line, measured against the same sources as ``own``; NaN where a
        line has no sample.
    level : Level
    """

    own: Floats
    others: Floats
    level: Level


def level_of(similarity: NDArray[np.float32], label: Ints) -> Level:
    """Learn from a panel's labels, most of which are right, what similarity means.

    Parameters
    ----------
    similarity : array of shape (samples, samples)
    label : array of int, shape (samples,)
    """
    same = label[:, None] == label[None, :]
    apart = ~same
    np.fill_diagonal(same, False)
    rivals = np.sort(np.where(apart, similarity, -np.inf).max(axis=1))
    rivals = rivals[np.isfinite(rivals)].astype(np.float64)
    other = float(np.median(rivals)) if len(rivals) else 0.0
    with_mates = same.any(axis=1)
    owns = np.sort(np.where(same, similarity, -np.inf).max(axis=1)[with_mates]).astype(np.float64)
    if not len(owns):  # nothing tells what replicates look like: nothing looks like one
        return Level(1.0, other, 0.0, owns, rivals)
    middle = float(np.median(owns))
    spread = _MANY * float(np.median(np.abs(owns - middle)))
    return Level(max(middle, other + 1e-3), other, spread, owns, rivals)


def level_against(similarity: NDArray[np.float32], label: Ints, reference_label: Ints) -> Level:
    """Learn what similarity to a reference means, without believing any label.

    A sample's most similar line counts as its own, the next as another: after a shift of a
    whole file most labels are wrong. Only samples count whose label the reference has too.

    Parameters
    ----------
    similarity : array of shape (samples, reference samples)
    label, reference_label : array of int
        Lines of rows and columns.
    """
    rows = np.isin(label, reference_label)
    lines = np.unique(reference_label)
    best = [similarity[rows][:, reference_label == c].max(axis=1, initial=-1) for c in lines]
    ranked = np.sort(np.array(best, dtype=np.float64), axis=0)  # (lines, samples)
    if len(lines) < 2 or not rows.any():
        return Level(1.0, 0.0, 0.0, np.array([]), np.array([]))
    owns, rivals = np.sort(ranked[-1]), np.sort(ranked[-2])
    middle, other = float(np.median(owns)), float(np.median(rivals))
    spread = _MANY * float(np.median(np.abs(owns - middle)))
    return Level(max(middle, other + 1e-3), other, spread, owns, rivals)


def evidence_of(
    similarity: NDArray[np.float32],
    label: Ints,
    member: Ints,
    source: Ints,
    lines: int,
    level: Level,
) -> Evidence:
    """Average similarities by line, comparing like with like.

    Two samples measured on one platform are alike by that alone. A sample's own line and
    another are therefore compared on sources in which both have samples, where there are any.

    Parameters
    ----------
    similarity : array of shape (samples, others)
        With zero weight for a sample itself: its diagonal must be NaN.
    label : array of int, shape (samples,)
        The line each sample claims to be.
    member : array of int, shape (others,)
        The line each other sample stands for, -1 where it stands for none.
    source : array of int, shape (others,)
        Where each other sample was measured.
    lines : int
        Number of lines.
    level : Level
    """
    n = len(similarity)
    own, others = np.zeros(n), np.zeros((n, lines))
    compared, compared_own = np.zeros((n, lines)), np.zeros(n)
    contrast = np.zeros((n, lines))
    any_mean, any_count = np.zeros((n, lines)), np.zeros((n, lines))
    with np.errstate(invalid="ignore"):
        for s in np.unique(source):
            columns = np.flatnonzero((source == s) & (member >= 0))
            mean, count = _line_means(similarity[:, columns], member[columns], lines)
            mine = mean[np.arange(n), label]
            both = np.isfinite(mean) & np.isfinite(mine)[:, None]
            contrast += np.where(both, mine[:, None] - mean, 0)
            compared += both
            own += np.where(np.isfinite(mine), mine, 0)
            compared_own += np.isfinite(mine)
            any_mean += np.where(np.isfinite(mean), mean, 0)
            any_count += count > 0
        own = np.where(compared_own > 0, own / compared_own, np.nan)
        anyhow = np.where(any_count > 0, any_mean / any_count, np.nan)
        others = np.where(compared > 0, own[:, None] - contrast / compared, anyhow)
    return Evidence(own, others, level)


def _line_means(similarity: NDArray[np.float32], member: Ints, lines: int) -> tuple[Floats, Floats]:
    """Return mean similarity to each line's members, and how many there were."""
    of_line = np.zeros((len(member), lines), dtype=np.float32)
    of_line[np.arange(len(member)), member] = 1
    there = np.isfinite(similarity)
    count = there.astype(np.float32) @ of_line
    total = np.where(there, similarity, np.float32(0)) @ of_line
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean.astype(np.float64), count.astype(np.float64)
