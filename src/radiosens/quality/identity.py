"""Say how likely each label is wrong, and which line the sample looks like.

A sample is compared with its own line's other samples and with every other line's; see
`radiosens.quality.evidence` for what a difference is worth. Prior odds that a label is wrong,
learned from the panel too, complete it to a probability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.quality.evidence import MIN_REPLICATED, Evidence, evidence_of, level_of
from radiosens.quality.naming import Homes, group_samples, name_groups, pair_singles
from radiosens.quality.places import prior_of_places

__all__ = ["PRIOR_WRONG", "Judgement", "judge"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

#: Prior probability that a label is wrong. In 70 studies whose records give the sex, 2 % of
#: samples on average contradict it (Toker et al. 2016, F1000Research 5:2103).
PRIOR_WRONG = 0.02
#: The share of wrong labels is learned from the panel, between the prior and this.
MAX_PRIOR = 0.3
#: Of these, the share that are of a line that is in no panel at hand.
PRIOR_STRANGER = 0.1
_ROUNDS = 4


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
    by_line : array of shape (samples, lines)
        Similarity to every line, NaN where a line has no sample to compare with.
    decidable : array of bool
        Whether there was a replicate or a reference to compare with.
    trusted : array of bool
        Whether any of these is itself beyond doubt.
    alike : array of bool
        Whether the sample is as similar to the likely line as replicates are.
    homes : Homes
    """

    probability: Floats
    likely: Ints
    own: Floats
    best_other: Floats
    by_line: Floats
    decidable: Bools
    trusted: Bools
    alike: Bools
    homes: Homes


def judge(
    similarity: NDArray[np.float32],
    label: Ints,
    source: Ints,
    donor: Ints,
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
    donor : array of int, shape (lines,)
        The donor of each line, those of the reference included.
    reference : Evidence, optional
        From comparing the panel with a reference.
    """
    lines = len(donor)
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
        probability, likely = _posterior(evidence, reference, label, donor, homes, prior)
        wrong = probability >= 0.5
        now = np.where(at_home, np.where(wrong, -1, label), np.where(wrong, homes.named, -1))
        prior = float(np.clip(probability.mean(), PRIOR_WRONG, MAX_PRIOR))
        if np.array_equal(now, member):
            break
        member = now
    if reference is not None:
        trusted |= np.isfinite(reference.own)
    alike = _replicate_like(evidence, likely)
    if reference is not None:
        alike |= _replicate_like(reference, likely)
    return _conclude(evidence, reference, label, likely, probability, trusted, alike, homes)


def _replicate_like(evidence: Evidence, likely: Ints) -> Bools:
    """Tell which samples are about as similar to the line they look like as replicates are."""
    level = evidence.level
    least = level.same - max(3 * level.spread, (level.same - level.other) / 4)
    similarity = evidence.others[np.arange(len(likely)), likely]
    return (likely >= 0) & (np.nan_to_num(similarity, nan=-1.0) >= least)


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
    evidence: Evidence,
    reference: Evidence | None,
    label: Ints,
    donor: Ints,
    homes: Homes,
    prior_wrong: float,
) -> tuple[Floats, Ints]:
    """Return the probability that each label is wrong, and the likeliest other line."""
    odds, stranger = None, None
    for part in [evidence] if reference is None else [evidence, reference]:
        own = np.where(np.isfinite(part.own), part.own, part.level.other)
        unlike = (part.level.other - own) / part.level.noise
        odds = _odds(part, label) if odds is None else odds + _odds(part, label)
        stranger = unlike if stranger is None else stranger + unlike
    assert odds is not None
    assert stranger is not None
    n, lines = odds.shape
    prior = np.full((n, lines), prior_wrong * (1 - PRIOR_STRANGER) / max(lines - 1, 1))
    shares = _shares(odds, stranger, label, prior, prior_wrong)
    if reference is not None:  # it knows most samples, and with them whose places are open
        alone = np.flatnonzero(~np.isfinite(evidence.own) & ~np.isfinite(reference.own))
        known = np.isfinite(reference.others[alone])
        for _ in range(_ROUNDS):
            places = prior_of_places(shares[:, :-1], label, donor, prior_wrong, len(alone))
            prior[alone] = np.where(known, places[alone], prior[alone])
            shares = _shares(odds, stranger, label, prior, prior_wrong)
    right = shares[np.arange(n), label].copy()
    shares[np.arange(n), label] = -1
    likely = shares.argmax(axis=1)
    likely = np.where(likely == lines, -1, likely)
    probability = np.where(homes.tied, 0.5, 1 - right)
    return probability, likely


def _shares(odds: Floats, stranger: Floats, label: Ints, prior: Floats, wrong: float) -> Floats:
    """Return the probability of each line, and last of one that is not at hand."""
    logs = np.column_stack([odds + np.log(prior), stranger + np.log(wrong * PRIOR_STRANGER)])
    logs[np.arange(len(label)), label] = np.log(1 - wrong)
    logs -= logs.max(axis=1, keepdims=True)
    shares: Floats = np.exp(logs)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def _compared(evidence: Evidence) -> Bools:
    """Tell which samples were compared with their own line where that can be judged."""
    compared: Bools = np.isfinite(evidence.own) & np.isfinite(evidence.level.noise)
    return compared


def _conclude(
    evidence: Evidence,
    reference: Evidence | None,
    label: Ints,
    likely: Ints,
    probability: Floats,
    trusted: Bools,
    alike: Bools,
    homes: Homes,
) -> Judgement:
    own, others = evidence.own, evidence.others
    if reference is not None:  # the reference's figures where it has the line
        has = np.isfinite(reference.own)
        own = np.where(has, reference.own, own)
        others = np.where(has[:, None] | ~np.isfinite(own)[:, None], reference.others, others)
    by_line = others.copy()
    by_line[np.arange(len(label)), label] = own
    others = by_line.copy()
    others[np.arange(len(label)), label] = -np.inf
    others[~np.isfinite(others)] = -np.inf
    best = others.max(axis=1)
    return Judgement(
        probability,
        likely,
        own,
        np.where(np.isfinite(best), best, np.nan),
        by_line,
        _compared(evidence) | (_compared(reference) if reference is not None else False),
        trusted,
        alike,
        homes,
    )
