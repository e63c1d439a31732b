"""Which gene sets a model rests on, against models of shuffled SF2.

Shuffling genes among sets takes genes of a set for independent, which they never are: they go
together, and sets are found where there is nothing (Goeman and Bühlmann 2007, Bioinformatics
23:980; Efron and Tibshirani 2007, Ann Appl Stat 1:107). So what a set's score is by chance is
learned from models of the same samples whose SF2 has been shuffled between donors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import false_discovery_control, rankdata

from radiosens.explain.sets import LEAST, MOST, GeneSets

__all__ = [
    "PATHWAY_COLUMNS",
    "chance_p",
    "least_findings",
    "pathways",
    "pathways_of_sample",
    "set_scores",
    "significant_by_chance",
]

PATHWAY_COLUMNS = ("set", "genes", "score", "p", "fdr", "overlap", "overlap_p", "leading")

Vector = NDArray[np.float64]

#: Genes named as those that a set's score comes from.
_LEADING = 10


def set_scores(z: Vector, members: Any) -> Vector:
    """Score sets by the ranks of their genes, and standardise over all rows.

    Ranks become normal scores; a set's is their sum divided by the root of its size, as in a
    test of rank sums (van der Waerden 1952). Each set is then centred and scaled by its own
    mean and spread over the models: sets of genes that go together vary more by chance.

    Parameters
    ----------
    z : array of shape (models, genes)
        How much more a gene counts than by chance; the first row is of the real model, the
        others of shuffled SF2.
    members : sparse array of shape (sets, genes)

    Returns
    -------
    array of shape (models, sets)
    """
    n = z.shape[1]
    normal = ndtri((np.apply_along_axis(rankdata, 1, z) - 0.5) / n)
    sizes = np.asarray(members.sum(axis=1)).ravel()
    raw = (members @ normal.T).T / np.sqrt(sizes * (1 - sizes / n))
    spread = raw.std(axis=0)
    scores: Vector = (raw - raw.mean(axis=0)) / np.maximum(spread, 1e-9)
    return scores


def chance_p(scores: Vector, row: int = 0) -> Vector:
    """Return how often other rows have a score as high, over all columns together.

    Pooling gives p-values below one over the number of shuffles (Tusher et al. 2001, PNAS
    98:5116); columns have been standardised by their own chance.

    Examples
    --------
    >>> chance_p(np.array([[3.0, 0.0], [1.0, -1.0], [0.0, 1.0]])).tolist()
    [0.2, 0.8]
    """
    others = np.sort(np.delete(scores, row, axis=0), axis=None)
    at_least = len(others) - np.searchsorted(others, scores[row], side="left")
    p: Vector = (1 + at_least) / (1 + len(others))
    return p


def pathways(
    z: Vector, genes: Sequence[str], sets: GeneSets, *, least: int = LEAST, most: int = MOST
) -> pd.DataFrame:
    """Test gene sets by rank and by over-representation among the genes that count most.

    Parameters
    ----------
    z : array of shape (models, genes)
        As for `set_scores`.
    genes : sequence of str
    sets : GeneSets
    least, most : int
        Sizes of sets, see `GeneSets.members`.

    Returns
    -------
    DataFrame
        `PATHWAY_COLUMNS`, the lowest p first: the set, its measured genes, score, p and false
        discovery rate (Benjamini and Yekutieli 2001, Ann Stat 29:1165, which holds for sets
        that overlap), how many of the top 2 % of genes are in it, how often shuffled SF2 gives
        as many, and the genes that count most in it.
    """
    names, members = sets.members(genes, least=least, most=most)
    if not names:
        return pd.DataFrame(columns=list(PATHWAY_COLUMNS))
    scores = set_scores(z, members)
    p = chance_p(scores)
    top = max(10, round(0.02 * len(genes)))
    chosen = np.zeros_like(z)
    np.put_along_axis(chosen, np.argsort(-z, axis=1, kind="stable")[:, :top], 1.0, axis=1)
    overlap = (members @ chosen.T).T
    as_many = (overlap[1:] >= overlap[0]).sum(axis=0)
    leading = []
    for i in range(len(names)):
        own = members.indices[members.indptr[i] : members.indptr[i + 1]]
        best = own[np.argsort(-z[0, own], kind="stable")][:_LEADING]
        leading.append(" ".join(genes[k] for k in best))
    table = pd.DataFrame(
        {
            "set": names,
            "genes": np.asarray(members.sum(axis=1)).ravel().astype(int),
            "score": scores[0],
            "p": p,
            "fdr": false_discovery_control(p, method="by"),
            "overlap": overlap[0].astype(int),
            "overlap_p": (1 + as_many) / len(z),
            "leading": leading,
        }
    )
    order = np.lexsort((-table["score"], table["p"]))
    return table.iloc[order].reset_index(drop=True)


def least_findings(sets: int, shuffles: int, fdr: float = 0.05) -> int:
    """Return how many sets have to stand above all of chance before any is found.

    A p-value is not below one over shuffles times sets, and the rate multiplies it by the sum of
    1 + 1/2 + … over sets.

    Examples
    --------
    >>> least_findings(50, 100), least_findings(1300, 100), least_findings(1300, 20)
    (1, 2, 8)
    """
    lowest = 1 / (1 + shuffles * sets)
    harmonic = float((1 / np.arange(1, sets + 1)).sum())
    return max(1, int(np.ceil(sets * harmonic * lowest / fdr)))


def pathways_of_sample(
    contributions: Vector,
    genes: Sequence[str],
    sets: GeneSets,
    *,
    least: int = LEAST,
    most: int = MOST,
    shown: int = 20,
) -> pd.DataFrame:
    """Add up what the genes of each set add to one prediction.

    A sum is no finding: models of shuffled SF2 say what chance gives a model, not a sample. So
    that large sets don't come first for being large, sets are ordered by their sum over the root
    of their size.

    Parameters
    ----------
    contributions : array of shape (genes,)
    genes : sequence of str
    sets : GeneSets
    least, most : int
        Sizes of sets, see `GeneSets.members`.
    shown : int
        How many are returned.

    Returns
    -------
    DataFrame
        ``set, genes, contribution, leading``: the set, its measured genes, their sum, and
        those that add most to it.

    Examples
    --------
    >>> sets = GeneSets({"repair": ("TP53", "ATM"), "rest": ("JUN", "FOS")})
    >>> values, genes = np.array([0.25, 0.5, 0.0, -0.25]), ["TP53", "ATM", "JUN", "FOS"]
    >>> found = pathways_of_sample(values, genes, sets, least=2)
    >>> found[["set", "contribution", "leading"]].to_numpy().tolist()
    [['repair', 0.75, 'ATM TP53'], ['rest', -0.25, 'FOS JUN']]
    """
    names, members = sets.members(genes, least=least, most=most)
    columns = ["set", "genes", "contribution", "leading"]
    if not names:
        return pd.DataFrame(columns=columns)
    sums = members @ contributions
    sizes = np.asarray(members.sum(axis=1)).ravel()
    rows = []
    for i in np.argsort(-np.abs(sums) / np.sqrt(sizes), kind="stable")[:shown]:
        own = members.indices[members.indptr[i] : members.indptr[i + 1]]
        ways = np.sign(sums[i]) * contributions[own]
        best = own[np.argsort(-ways, kind="stable")][:_LEADING]
        rows.append([names[i], int(sizes[i]), float(sums[i]), " ".join(genes[k] for k in best)])
    return pd.DataFrame(rows, columns=columns)


def significant_by_chance(
    z: Vector, genes: Sequence[str], sets: GeneSets, *, fdr: float = 0.05, **sizes: int
) -> float:
    """Return the share of models of shuffled SF2 that have any significant set; 0.05 at most.

    Each is tested against the others as the real one is.
    """
    names, members = sets.members(genes, **sizes)
    if not names or len(z) < 3:
        return 0.0
    scores = set_scores(z[1:], members)
    found = [
        (false_discovery_control(chance_p(scores, row), method="by") < fdr).any()
        for row in range(len(scores))
    ]
    return float(np.mean(found))
