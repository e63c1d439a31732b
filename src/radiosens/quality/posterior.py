"""How likely each label is wrong, and which line the sample is then.

Bayes' rule: log odds of every line from one comparison or two (`LineSimilarity`), and prior odds
that a label is wrong, learned from the panel. Samples that are probably wrong lose their say about
the line of their label, until nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from radiosens.quality.assignment import assign_lines, split_lines
from radiosens.quality.likelihood import LineSimilarity, SimilarityModel, line_similarity

__all__ = ["MIXTURE", "PRIOR_WRONG", "SUSPECT_FROM", "compare_lines", "posterior"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
Matrix = NDArray[np.float32]

#: Prior probability that a label is wrong. In 70 studies whose records give the sex, 2 % of
#: samples on average contradict it (Toker et al. 2016, F1000Research 5:2103).
PRIOR_WRONG = 0.02
#: Of these, the share that are of a line that is in no panel at hand. Assumed.
PRIOR_UNKNOWN = 0.1
#: The prior is the share of labels that look wrong here, between `PRIOR_WRONG` and this.
MAX_PRIOR = 0.3
#: From this probability on, a sample is called suspect.
SUSPECT_FROM = 0.5
#: A sample that is so much like its own line as like the other may be a mixture of the two: that
#: it looks like the other does not prove its label wrong.
MIXTURE = 0.6
#: A label whose line can't be compared says less: it is wrong with this probability at most,
#: by resemblance to another line alone,
MAX_PRIOR_ALONE = 0.2
#: or this one, if that line's own samples were found to be others and nobody else has their
#: place. Both were set while looking at draws of real panels (``benchmarks/label_check.py``).
PRIOR_HEIR = 0.3
_ROUNDS = 4


def compare_lines(
    similarity: Matrix,
    cluster: Ints,
    model: SimilarityModel,
    against: LineSimilarity | None,
    label: Ints,
    lines: int,
) -> tuple[pd.DataFrame, Floats]:
    """Compare every sample with those that speak for each line, until who speaks is settled.

    Returns
    -------
    result : DataFrame
        A row a sample: ``probability`` that the label is wrong, ``likely`` other line (-1:
        unknown), ``own`` and ``other`` similarity, the least that is ``expected`` of the own
        line; and whether the sample could be ``compared`` with its line, by samples that are
        ``trusted``; whether its label is ``ambiguous``; whether it is as ``alike`` to the
        likely line as replicates are, and ``unlike`` its own; whether that is ``split``.
    by_line : array of shape (samples, lines)
    """
    says = None if against is None else against.recognised()
    consistent, ambiguous, named = assign_lines(cluster, label, lines, says)
    stay = consistent | ambiguous
    pairs = np.zeros((int(cluster.max()) + 1, lines), dtype=np.intp)
    np.add.at(pairs, (cluster[consistent], label[consistent]), 1)
    member = np.where(stay, label, named)  # a sample in another line's cluster speaks for that
    anyone = line_similarity(similarity, label, lines, itself=True)
    rows, wrong, likely = np.arange(len(label)), ~consistent, named
    for _ in range(_ROUNDS):
        by_line = line_similarity(similarity, member, lines, itself=True)
        trusted = np.isfinite(by_line[rows, label])
        # Where nobody is left to speak for the own line, whoever bears its label does.
        within = LineSimilarity(np.where(trusted[:, None], by_line, anyone), label, model)
        parts = [within] if against is None else [against, within]
        judged, exchanged = parts, np.zeros(len(label))
        if against is not None:
            limited, exchanged = _open_lines(against, within, wrong, likely)
            judged = [limited, within]
        probability, likely = posterior(judged, label, exchanged)
        # Lines that share a cluster are not told apart here: none is accused of being the other.
        shared = (pairs[cluster, label] > 1) & (pairs[cluster, likely] > 1) & (likely >= 0)
        probability[shared] = np.minimum(probability[shared], PRIOR_WRONG)
        wrong = probability >= SUSPECT_FROM
        now = np.where(stay, np.where(wrong, -1, label), np.where(wrong, named, -1))
        if np.array_equal(now, member):
            break
        member = now
    likely = np.where(ambiguous, _partner(cluster, label, lines), likely)
    table, shown = _figures(parts, likely)
    table["probability"] = np.where(ambiguous, 0.5, probability)
    table["trusted"] = trusted | (against is not None and np.isfinite(against.own))
    table["ambiguous"] = ambiguous
    table["split"] = split_lines(cluster, label)[label]
    return table, shown


def _figures(parts: Sequence[LineSimilarity], likely: Ints) -> tuple[pd.DataFrame, Floats]:
    """Tell of each sample the figures of the first comparison that has its own line."""
    shown = np.full(len(likely), len(parts) - 1)
    shown[np.isfinite(parts[0].own) | ~np.isfinite(parts[-1].own)] = 0
    own, other = (
        np.choose(shown, figures)
        for figures in ([p.own for p in parts], [p.best_other for p in parts])
    )
    table = pd.DataFrame(
        {
            "likely": likely,
            "own": own,
            "other": other,
            "expected": np.choose(shown, [part.model.standard for part in parts]),
            "compared": np.any([np.isfinite(p.own) & p.model.usable for p in parts], axis=0),
            "alike": np.any([part.replicate_like(likely) for part in parts], axis=0),
            "unlike": ~(own > MIXTURE * other),
        }
    )
    return table, np.choose(shown[:, None], [part.by_line for part in parts])


def _open_lines(
    against: LineSimilarity, within: LineSimilarity, wrong: Bools, likely: Ints
) -> tuple[LineSimilarity, Floats]:
    """Leave a sample whose own line can't be compared with only the lines that lack a sample.

    Labels are exchanged rather than invented. That such a sample looks like a line of the
    reference says little if that line's own samples are there and right, and much if they were
    found to be others.

    Returns
    -------
    LineSimilarity
    exchanged : array of shape (samples,)
        Prior probability that a sample has the place that another has left; 0 for most.
    """
    alone = ~np.isfinite(against.own) & ~np.isfinite(within.own)
    unlike = against.own < against.model.other
    taken = np.unique(against.label[~(wrong | alone | unlike)])
    by_line = against.by_line.copy()
    by_line[np.ix_(alone, taken)] = np.nan
    limited = LineSimilarity(by_line, against.label, against.model)
    lines = by_line.shape[1]
    left = np.bincount(against.label[(wrong | unlike) & ~alone], minlength=lines)
    filled = np.bincount(likely[wrong & ~alone & (likely >= 0)], minlength=lines)
    # Of those whose own line can't be compared, the most similar one has the place, or nobody.
    best = limited.others.argmax(axis=1)
    similarity = np.where(alone, limited.others.max(axis=1), -np.inf)
    most = np.where(alone[:, None], np.nan_to_num(by_line, nan=-np.inf), -np.inf).max(axis=0)
    heir = alone & (left > filled)[best] & (similarity >= most[best])
    share = np.clip(wrong.mean(), PRIOR_WRONG, MAX_PRIOR_ALONE)
    return limited, np.where(heir, PRIOR_HEIR, np.where(alone, share, 0.0))


def _partner(cluster: Ints, label: Ints, lines: int) -> Ints:
    """Return the label, other than its own, that most samples in a sample's cluster bear."""
    votes = np.zeros((int(cluster.max()) + 1, lines), dtype=np.intp)
    np.add.at(votes, (cluster, label), 1)
    others = votes[cluster]
    others[np.arange(len(label)), label] = 0
    return np.where(others.max(axis=1) > 0, others.argmax(axis=1), -1)


def posterior(
    comparisons: Sequence[LineSimilarity], label: Ints, exchanged: Floats | None = None
) -> tuple[Floats, Ints]:
    """Return the probability that each label is wrong, and the likeliest other line.

    Parameters
    ----------
    comparisons : sequence of LineSimilarity
        Independent ones, of the same samples with the same lines.
    label : array of int, shape (samples,)
    exchanged : array of shape (samples,), optional
        Prior probability that a label is wrong where more is known than the panel's share, else 0.

    Returns
    -------
    probability : array of shape (samples,)
    likely : array of int, shape (samples,)
        -1 where a line that is not at hand is the likeliest.

    Examples
    --------
    >>> from radiosens.quality.likelihood import SimilarityModel
    >>> model = SimilarityModel(np.array([0.8, 0.85, 0.9, 0.95]), np.array([0.2, 0.3]))
    >>> by_line = np.array([[0.9, 0.25], [0.9, 0.25]])
    >>> p, likely = posterior([LineSimilarity(by_line, np.arange(2), model)], np.arange(2))
    >>> p.round(3).tolist(), likely.tolist()
    ([0.0, 1.0], [1, 0])
    """
    odds = np.sum([np.column_stack(c.log_odds()) for c in comparisons], axis=0)
    rows, lines = np.arange(len(label)), odds.shape[1] - 1
    odds[rows, label] = -np.inf
    share = np.full(lines + 1, (1 - PRIOR_UNKNOWN) / max(lines - 1, 1))
    share[-1] = PRIOR_UNKNOWN
    likely = (odds + np.log(share)).argmax(axis=1)
    wrong = np.logaddexp.reduce(odds + np.log(share), axis=1)  # log odds but for the prior
    prior = PRIOR_WRONG
    for _ in range(_ROUNDS):
        priors = prior if exchanged is None else np.where(exchanged > 0, exchanged, prior)
        probability: Floats = expit(wrong + logit(priors))
        prior = float(np.clip(probability.mean(), PRIOR_WRONG, MAX_PRIOR))
    return probability, np.where(likely == lines, -1, likely)
