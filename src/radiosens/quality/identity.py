"""Say how likely each label is wrong, and which line the sample looks like.

A sample is compared with its own line's other samples and with every other line's. Were
profiles a line's profile plus Gaussian noise, the log odds of two lines would be the
difference of the sample's similarities to them, divided by one number for the whole panel, the
noise (unit profiles: a von Mises-Fisher mixture, Banerjee et al. 2005, J Mach Learn Res
6:1345). That number is taken from the panel itself: from how much right samples' similarity to
their own lines varies. Prior odds that a label is wrong complete it to a probability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.quality.naming import Homes, group_samples, name_groups, pair_singles

__all__ = ["PRIOR_WRONG", "Evidence", "Judgement", "Level", "evidence_of", "judge", "level_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

#: Prior probability that a label is wrong. Of 4,160 studies' samples with sex in their
#: records, about 2 % contradict their own expression (Toker et al. 2016, F1000Research 5:2103).
PRIOR_WRONG = 0.02
#: Of these, the share that are of a line that is in no panel at hand.
PRIOR_STRANGER = 0.1
#: The share of wrong labels is learned from the panel, between the prior and this.
MAX_PRIOR = 0.3
#: Differences of correlation below this are never taken for more than noise.
MIN_NOISE = 0.002
#: With fewer samples that have a replicate, nothing tells what replicates look like.
MIN_REPLICATED = 4
_ROUNDS = 4
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

        For a Gaussian, the log odds have twice their mean as variance; both similarities that
        a difference is taken of vary.
        """
        if len(self.owns) < MIN_REPLICATED:
            return float("inf")
        contrast = max(self.same - self.other, 1e-3)
        return float(max(2 * self.spread**2 / contrast, MIN_NOISE))

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


@dataclass(frozen=True)
class Judgement:
    """What came out for each sample, in the order of the panel.

    Attributes
    ----------
    probability : array
        That the label is wrong.
    likely : array of int
        The most likely other line, -1 where none is likelier than any.
    own, best_other : array
        Similarity to the own line and to the most similar other one.
    decidable : array of bool
        Whether there was a replicate or a reference to compare with.
    trusted : array of bool
        Whether any of these is itself beyond doubt.
    homes : Homes
    """

    probability: Floats
    likely: Ints
    own: Floats
    best_other: Floats
    decidable: Bools
    trusted: Bools
    homes: Homes


def level_of(
    similarity: NDArray[np.float32], label: Ints, other_label: Ints | None = None
) -> Level:
    """Learn from labels, most of which are right, what similarity means.

    Parameters
    ----------
    similarity : array of shape (samples, others)
        Correlations; a panel's own, or with a reference.
    label, other_label : array of int
        Lines of rows and columns; without the second, the panel is compared with itself.
    """
    same = label[:, None] == (label if other_label is None else other_label)[None, :]
    if other_label is None:
        np.fill_diagonal(same, False)
        apart = ~same
        np.fill_diagonal(apart, False)
    else:
        apart = ~same
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


def judge(
    similarity: NDArray[np.float32],
    label: Ints,
    source: Ints,
    lines: int,
    reference: Evidence | None = None,
) -> Judgement:
    """Judge every label of a panel.

    Groups are named first, so that a stranger does not speak for the line it claims to be. Then
    probabilities are computed and samples that are probably wrong lose their say, until
    nothing changes.

    Parameters
    ----------
    similarity : array of shape (samples, samples)
        From `own_similarity_matrix`.
    label, source : array of int, shape (samples,)
        The line each sample claims to be; where it was measured.
    lines : int
        Number of lines, those of the reference included.
    reference : Evidence, optional
        From comparing the panel with a reference.
    """
    level = level_of(similarity, label)
    says = None if reference is None else _says(reference, label)
    groups = group_samples(similarity, level.alike)
    if len(level.owns) >= MIN_REPLICATED:
        groups = pair_singles(groups, similarity, level.other)
    homes = name_groups(groups, label, lines, says)
    similarity = similarity.copy()
    np.fill_diagonal(similarity, np.nan)
    at_home = homes.at_home | homes.tied
    member = np.where(at_home, label, homes.named)  # a stranger speaks for where it belongs
    prior = PRIOR_WRONG
    for _ in range(_ROUNDS):
        evidence = evidence_of(similarity, label, member, source, lines, level)
        trusted = _has_company(label, np.where(homes.tied, -1, member))
        evidence = _fall_back(evidence, similarity, label, source, lines)
        probability, likely = _posterior([evidence, reference], label, homes, prior)
        wrong = probability >= 0.5
        now = np.where(at_home, np.where(wrong, -1, label), np.where(wrong, homes.named, -1))
        prior = float(np.clip(probability.mean(), PRIOR_WRONG, MAX_PRIOR))
        if np.array_equal(now, member):
            break
        member = now
    if reference is not None:
        trusted |= np.isfinite(reference.own)
    return _conclude(evidence, reference, label, likely, probability, trusted, homes)


def _has_company(label: Ints, member: Ints) -> Bools:
    """Tell for which samples another one speaks for the line they claim to be."""
    speakers = np.bincount(member[member >= 0], minlength=int(label.max()) + 1)
    company: Bools = speakers[label] - (member == label) > 0
    return company


def _fall_back(
    evidence: Evidence,
    similarity: NDArray[np.float32],
    label: Ints,
    source: Ints,
    lines: int,
) -> Evidence:
    """Compare a sample of a line that nobody speaks for with whoever bears its label."""
    alone = ~np.isfinite(evidence.own)
    if not alone.any():
        return evidence
    anyone = evidence_of(similarity, label, label, source, lines, evidence.level)
    return Evidence(
        np.where(alone, anyone.own, evidence.own),
        np.where(alone[:, None], anyone.others, evidence.others),
        evidence.level,
    )


def _says(reference: Evidence, label: Ints) -> Ints:
    """Return the line the reference holds each sample to be, -1 where it is unsure."""
    scores = _odds(reference, label)
    best = scores.argmax(axis=1)
    highest = np.take_along_axis(reference.others, best[:, None], axis=1)[:, 0]
    return np.where(highest > reference.level.between, best, -1)


def _odds(evidence: Evidence, label: Ints) -> Floats:
    """Return log odds of every line against the own one, by one comparison.

    Nothing speaks for a line without a sample. Where the own line has none, only the most
    similar line has anything speak for it.
    """
    level, own, others = evidence.level, evidence.own[:, None], evidence.others
    odds = (
        np.where(np.isfinite(others), others, np.minimum(own, level.between)) - own
    ) / level.noise
    odds = np.where(np.isfinite(own), odds, 0.0)
    odds[np.arange(len(label)), label] = 0
    alone = np.flatnonzero(~np.isfinite(evidence.own) & np.isfinite(others).any(axis=1))
    if len(alone) and len(level.owns) >= MIN_REPLICATED:
        rivals = np.where(np.isfinite(others[alone]), others[alone], -np.inf)
        rivals[np.arange(len(alone)), label[alone]] = -np.inf
        best = rivals.argmax(axis=1)
        kinship = level.kinship(rivals[np.arange(len(alone)), best])
        odds[alone, best] = np.maximum(kinship + np.log(max(odds.shape[1] - 1, 1)), 0)
    return odds


def _posterior(
    parts: list[Evidence | None], label: Ints, homes: Homes, prior_wrong: float
) -> tuple[Floats, Ints]:
    """Return the probability that each label is wrong, and the likeliest other line."""
    odds, stranger = None, None
    for part in parts:
        if part is None:
            continue
        own = np.where(np.isfinite(part.own), part.own, part.level.other)
        unlike = (part.level.other - own) / part.level.noise
        odds = _odds(part, label) if odds is None else odds + _odds(part, label)
        stranger = unlike if stranger is None else stranger + unlike
    assert odds is not None
    assert stranger is not None
    n, lines = odds.shape
    prior = np.log(prior_wrong * (1 - PRIOR_STRANGER) / max(lines - 1, 1))
    logs = np.column_stack([odds + prior, stranger + np.log(prior_wrong * PRIOR_STRANGER)])
    logs[np.arange(n), label] = np.log(1 - prior_wrong)
    logs -= logs.max(axis=1, keepdims=True)
    shares = np.exp(logs)
    shares /= shares.sum(axis=1, keepdims=True)
    right = shares[np.arange(n), label].copy()
    shares[np.arange(n), label] = -1
    likely = shares.argmax(axis=1)
    likely = np.where(likely == lines, -1, likely)
    probability = np.where(homes.tied, np.maximum(1 - right, 0.5), 1 - right)
    return probability, likely


def _conclude(
    evidence: Evidence,
    reference: Evidence | None,
    label: Ints,
    likely: Ints,
    probability: Floats,
    trusted: Bools,
    homes: Homes,
) -> Judgement:
    own, others = evidence.own, evidence.others
    if reference is not None:  # the reference's figures where it has the line
        has = np.isfinite(reference.own)
        own = np.where(has, reference.own, own)
        others = np.where(has[:, None] | ~np.isfinite(own)[:, None], reference.others, others)
    others = others.copy()
    others[np.arange(len(label)), label] = -np.inf
    others[~np.isfinite(others)] = -np.inf
    best = others.max(axis=1)
    return Judgement(
        probability,
        likely,
        own,
        np.where(np.isfinite(best), best, np.nan),
        np.isfinite(own),
        trusted,
        homes,
    )
