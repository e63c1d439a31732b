"""What a similarity says: how much likelier it makes one line than another.

Were profiles a line's profile plus Gaussian noise, the log odds of two lines would be the
difference of a sample's similarities to them, divided by one number for the whole panel (unit
profiles: a von Mises-Fisher mixture, Banerjee et al. 2005, J Mach Learn Res 6:1345). That
number, and how alike replicates are, is learned from looks alone: labels are on trial.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_array
from scipy.spatial.distance import squareform
from scipy.stats import median_abs_deviation

__all__ = ["LineSimilarity", "SimilarityModel", "cluster_tree", "line_similarity"]

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Differences of similarity below this are never taken for more than noise.
MIN_SCALE = 0.002
#: With fewer samples that have a replicate, nothing tells what replicates look like.
MIN_REPLICATED = 3


@dataclass(frozen=True)
class SimilarityModel:
    """What similarity means in one comparison.

    Attributes
    ----------
    within : array
        Similarity of samples to the nearest that looks like the same line, in rising order.
    between : array
        Similarity to the nearest that does not, in rising order.
    """

    within: Floats
    between: Floats

    @classmethod
    def of_panel(cls, similarity: Matrix, tree: Floats, label: Ints) -> SimilarityModel:
        """Learn within a panel: as many pairs look alike as labels say there are replicates.

        How often each label occurs is right even where all labels are exchanged. The
        dendrogram is therefore cut where it holds so many pairs.

        Parameters
        ----------
        similarity : array of shape (samples, samples)
        tree : array
            From `cluster_tree`.
        label : array of int, shape (samples,)
        """
        counts = np.bincount(label)
        pairs = int((counts * (counts - 1) // 2).sum())
        if not pairs or len(similarity) < 2:
            return cls(np.array([]), np.array([]))
        sizes = np.concatenate([np.ones(len(label)), tree[:, 3]])
        merged = np.cumsum(sizes[tree[:, 0].astype(int)] * sizes[tree[:, 1].astype(int)])
        cut = float(tree[:, 2][np.argmin(np.abs(merged - pairs))])
        group = fcluster(tree, cut, "distance")
        same = group[:, None] == group[None, :]
        between = np.where(same, -np.inf, similarity).max(axis=1)
        np.fill_diagonal(same, False)
        within = np.where(same, similarity, -np.inf).max(axis=1)
        return cls(*(np.sort(x[np.isfinite(x)]).astype(float) for x in (within, between)))

    @classmethod
    def of_reference(cls, similarity: Floats, label: Ints) -> SimilarityModel:
        """Learn from a reference: the best line of a sample counts as its own, the next as another.

        Only the most similar samples count, as many as have labels that the reference has too.

        Parameters
        ----------
        similarity : array of shape (samples, lines)
            From `line_similarity`; NaN for lines that the reference lacks.
        label : array of int, shape (samples,)
        """
        there: NDArray[np.bool_] = np.any(np.isfinite(similarity), axis=0)
        ranked = np.sort(similarity[:, there], axis=1)
        if ranked.shape[1] < 2:
            return cls(np.array([]), np.array([]))
        kept = np.argsort(ranked[:, -1], kind="stable")[len(label) - int(there[label].sum()) :]
        return cls(np.sort(ranked[kept, -1]), np.sort(ranked[kept, -2]))

    @property
    def usable(self) -> bool:
        """Whether there was enough to learn from."""
        return len(self.within) >= MIN_REPLICATED and len(self.between) > 0

    @property
    def same(self) -> float:
        """Usual similarity of replicates."""
        return float(max(np.median(self.within), self.other + 1e-3)) if len(self.within) else 1.0

    @property
    def other(self) -> float:
        """Usual similarity of a sample to the line most like it that is another."""
        return float(np.median(self.between)) if len(self.between) else 0.0

    @property
    def spread(self) -> float:
        """Robust standard deviation of the similarity of replicates; of few, a wary guess."""
        if not len(self.within):
            return 0.0
        guess = (self.same - self.other) / (2 * len(self.within))
        return max(float(median_abs_deviation(self.within, scale="normal")), guess)

    @property
    def middle(self) -> float:
        """Where a similarity speaks neither for nor against."""
        return (self.same + self.other) / 2

    @property
    def threshold(self) -> float:
        """Above this, two samples are taken for one line."""
        return max(self.middle, self.same - 5 * self.spread)

    @property
    def standard(self) -> float:
        """Below this no sample looks like its own line.

        That is where different lines usually are; or, where replicates stand clear of that, five
        of their standard deviations below what is usual for them.
        """
        return max(self.other, min(self.middle, self.same - 5 * self.spread))

    @property
    def least(self) -> float:
        """Replicates are mostly more similar than this; minus infinity where nothing tells."""
        if not self.usable:
            return -float("inf")
        return self.same - max(3 * self.spread, (self.same - self.other) / 4)

    @property
    def scale(self) -> float:
        """Difference of similarities that multiplies the odds of two lines by e.

        Log odds of two Gaussians have twice their mean as variance; the mean is the contrast of
        replicates and other lines, and both similarities vary.
        """
        if not self.usable:
            return float("inf")
        return max(self.spread**2 / (self.same - self.other), MIN_SCALE)

    def replicate_log_odds(self, similarity: Floats) -> Floats:
        """Return log odds that a similarity is one of replicates, not of two lines.

        From how often replicates are less alike and other lines more: it claims no more than the
        panel has seen.
        """
        n, m = len(self.within), len(self.between)
        lower = np.searchsorted(self.within, similarity, side="right") / max(n, 1)
        higher = 1 - np.searchsorted(self.between, similarity, side="left") / max(m, 1)
        odds: Floats = np.log((lower + 1 / (n + 1)) / (higher + 1 / (m + 1)))
        return odds


@dataclass(frozen=True)
class LineSimilarity:
    """Similarity of every sample to every line, by one comparison.

    Attributes
    ----------
    by_line : array of shape (samples, lines)
        NaN where nothing speaks for a line.
    label : array of int, shape (samples,)
        The line that each sample's label says.
    model : SimilarityModel
    """

    by_line: Floats
    label: Ints
    model: SimilarityModel

    @property
    def own(self) -> Floats:
        """Similarity to the line of the label."""
        own: Floats = self.by_line[np.arange(len(self.label)), self.label]
        return own

    @property
    def others(self) -> Floats:
        """Similarity to other lines; minus infinity for the own one and where it is not known."""
        others = np.nan_to_num(self.by_line, nan=-np.inf)
        others[np.arange(len(self.label)), self.label] = -np.inf
        return others

    @property
    def best_other(self) -> Floats:
        """Similarity to the most similar other line, NaN where there is none."""
        best = self.others.max(axis=1)
        return np.where(np.isfinite(best), best, np.nan)

    def recognised(self) -> Ints:
        """Return the line each sample looks most like, -1 where it looks like none."""
        similarity = np.nan_to_num(self.by_line, nan=-np.inf)
        return np.where(similarity.max(axis=1) > self.model.middle, similarity.argmax(axis=1), -1)

    def replicate_like(self, line: Ints) -> NDArray[np.bool_]:
        """Tell which samples are about as similar to a line, one for each, as replicates are."""
        alike: NDArray[np.bool_] = self.by_line[np.arange(len(line)), line] >= self.model.least
        return alike & (line >= 0) & self.model.usable

    def log_odds(self) -> tuple[Floats, Floats]:
        """Return log odds of every line, and of an unknown one, against the line of the label.

        Nothing speaks for or against a line without samples. Where the own line has none, only
        the most similar line has anything speak for it.
        """
        model, own, others = self.model, self.own[:, None], self.others
        known = np.where(np.isfinite(others), others, np.minimum(own, model.middle))
        odds = np.where(np.isfinite(own), (known - own) / model.scale, 0.0)
        alone = np.flatnonzero(~np.isfinite(self.own) & np.isfinite(self.best_other))
        if len(alone) and model.usable:
            likely = model.replicate_log_odds(self.best_other[alone]) + np.log(others.shape[1])
            odds[alone, others[alone].argmax(axis=1)] = np.maximum(likely, 0)
        unlike = model.other - np.where(np.isfinite(self.own), self.own, model.other)
        return odds, unlike / model.scale


def cluster_tree(similarity: Matrix) -> Floats:
    """Return the dendrogram of samples by average linkage, distances being ``1 - similarity``."""
    if len(similarity) < 2:
        return np.empty((0, 4))
    distance = np.clip(1 - similarity, 0, 2)
    distance = (distance + distance.T) / np.float32(2)
    np.fill_diagonal(distance, 0)
    tree: Floats = linkage(squareform(distance, checks=False), "average")
    return tree


def line_similarity(similarity: Matrix, member: Ints, lines: int, itself: bool) -> Floats:
    """Return each sample's mean similarity to the samples that stand for each line.

    Parameters
    ----------
    similarity : array of shape (samples, others)
    member : array of int, shape (others,)
        The line each other sample stands for, -1 for none.
    lines : int
        How many lines there are.
    itself : bool
        Whether the others are the samples themselves, so that the diagonal does not count.

    Returns
    -------
    array of shape (samples, lines)
        NaN where no sample stands for a line.

    Examples
    --------
    >>> r = np.array([[1, 0.8, 0.2], [0.8, 1, 0.4], [0.2, 0.4, 1]], dtype=np.float32)
    >>> line_similarity(r, np.array([0, 0, 1]), 2, itself=True).round(2).tolist()
    [[0.8, 0.2], [0.8, 0.4], [0.3, nan]]
    """
    speaks = np.flatnonzero(member >= 0)
    where = (member[speaks], speaks)
    of_line = csr_array((np.ones(len(speaks), np.float32), where), shape=(lines, len(member)))
    total = np.asarray((of_line @ similarity.T).T, dtype=np.float64)  # (samples, lines)
    count = np.tile(of_line.sum(axis=1).astype(np.float64), (len(similarity), 1))
    if itself:
        total[speaks, member[speaks]] -= similarity.diagonal()[speaks]
        count[speaks, member[speaks]] -= 1
    mean: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean
