"""Check a panel: a verdict a sample, and what a careful analyst would tell besides."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import anndata as ad
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.errors import InputError
from radiosens.quality.features import own_similarity_matrix
from radiosens.quality.further import Finding, further_findings
from radiosens.quality.identity import Judgement, judge
from radiosens.quality.patterns import Block, find_blocks, find_swaps
from radiosens.quality.reference import compare
from radiosens.quality.sex import weigh_sex

__all__ = ["VERDICTS", "QualityCheck", "check"]

#: In rising order of alarm, except that nothing is known of the last.
VERDICTS = ("ok", "suspect", "mislabelled", "undecidable")

#: From this probability of a wrong label on, a sample is called suspect.
SUSPECT = 0.5
#: And from this on, mislabelled.
MISLABELLED = 0.95
_NAMED = 6  # samples in the headline

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class QualityCheck:
    """What `check` found.

    Attributes
    ----------
    samples : DataFrame
        ``sample, line, verdict, probability, looks_like, own_similarity,
        best_other_similarity``, in panel order. ``probability`` is that the label is wrong;
        ``looks_like`` is empty where nothing is known or it looks like no line at hand;
        similarities are correlations.
    swaps : list of tuple
        Pairs of samples that bear each other's labels.
    blocks : list of Block
        Runs of displaced labels.
    findings : list of Finding
        Further checks.
    similarity : array of shape (samples, samples)
        Correlation of every two samples.
    by_line : DataFrame
        Similarity of every sample (rows) to every line (columns), NaN where it is not known.
    reference : str
        The reference's name and how its features were matched; empty where there was none.
    simulated : bool
        Whether values are simulated.
    """

    samples: pd.DataFrame
    swaps: list[tuple[str, str]]
    blocks: list[Block]
    findings: list[Finding]
    similarity: Matrix = field(repr=False)
    by_line: pd.DataFrame = field(repr=False)
    reference: str = ""
    simulated: bool = False

    def with_verdict(self, verdict: str) -> list[str]:
        """Return the samples of a verdict, in panel order."""
        return list(self.samples.loc[self.samples["verdict"] == verdict, "sample"])

    def headline(self) -> str:
        """Return the one line that says it all."""
        counts = self.samples["verdict"].value_counts()
        found = ", ".join(f"{counts[v]} {v}" for v in VERDICTS if v in counts)
        bad = self.samples[self.samples["verdict"].isin(VERDICTS[1:3])]
        named = [
            f"{sample} ({line} → {like or 'no line at hand'})"
            for sample, line, like in bad[["sample", "line", "looks_like"]].to_numpy(dtype=str)
        ]
        shown = ", ".join(named[:_NAMED])
        more = f", and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        return f"labels: {found}" + (f": {shown}{more}" if named else "")


def check(panel: ad.AnnData, reference: ad.AnnData | None = None) -> QualityCheck:
    """Judge of every sample whether it is of the line that its label says.

    Within the panel a sample is compared with its replicates and with all other lines; with a
    reference also with the reference's samples, whose labels are trusted. No SF2 is used.

    Parameters
    ----------
    panel : AnnData
        From `load_panel`.
    reference : AnnData, optional
        Another panel, of the same platform or another. Features are matched by name and,
        where names differ, by behaviour over the lines that both hold.

    Returns
    -------
    QualityCheck

    Raises
    ------
    InputError
        If panel and reference have no line in common.

    Examples
    --------
    >>> import radiosens
    >>> panel = radiosens.simulate_panel(swaps=1)
    >>> found = radiosens.check(panel).with_verdict("mislabelled")
    >>> found == list(panel.obs_names[panel.obs["line"] != panel.obs["true_line"]])
    True
    """
    labels = panel.obs["line"].to_numpy(dtype=str)
    theirs = np.array([], dtype=str)
    if reference is not None:
        theirs = reference.obs["line"].to_numpy(dtype=str)
        if not set(labels) & set(theirs):
            raise InputError(
                "the reference holds none of the panel's lines",
                cure="give a reference with the same lines, or none",
            )
    lines, codes = np.unique(np.concatenate([labels, theirs]), return_inverse=True)
    label, reference_label = codes[: len(labels)], codes[len(labels) :]
    sources = panel.obs["source"].to_numpy(dtype=str)
    source = np.unique(sources, return_inverse=True)[1]
    values = np.asarray(panel.X, dtype=np.float32)
    similarity = own_similarity_matrix(values, sources)
    evidence, how = None, ""
    if reference is not None:
        evidence, how = compare(panel, reference, label, reference_label, lines)
    donors = _donors(panel, reference, lines)
    judgement = judge(similarity, label, source, donors, evidence)
    judgement = replace(judgement, probability=weigh_sex(judgement.probability, panel))
    verdict = _verdicts(judgement, label, donors, similarity)
    flagged = np.isin(verdict, VERDICTS[1:3])
    like_donor = np.where(judgement.likely >= 0, donors[judgement.likely], -1)
    names = panel.obs_names
    return QualityCheck(
        _table(panel, verdict, judgement, label, lines),
        [(names[i], names[j]) for i, j in find_swaps(label, judgement.likely, flagged)],
        find_blocks(donors[label], like_donor, flagged, source, verdict == VERDICTS[3]),
        further_findings(panel, similarity, ~flagged),
        similarity,
        pd.DataFrame(judgement.by_line.astype(np.float32), index=names, columns=lines),
        how,
        bool(panel.uns["simulated"]),
    )


def _donors(
    panel: ad.AnnData, reference: ad.AnnData | None, lines: NDArray[np.str_]
) -> NDArray[np.intp]:
    """Return the donor of each line, as a number; the panel's word comes before the reference's."""
    of: dict[str, str] = {}
    for part in (reference, panel):
        if part is not None:
            of |= dict(
                zip(part.obs["line"].astype(str), part.obs["donor"].astype(str), strict=True)
            )
    return np.unique([of[line] for line in lines], return_inverse=True)[1]


def _verdicts(
    judgement: Judgement, label: NDArray[np.intp], donors: NDArray[np.intp], similarity: Matrix
) -> NDArray[np.str_]:
    p = judgement.probability
    verdict = np.where(p >= MISLABELLED, VERDICTS[2], np.where(p >= SUSPECT, VERDICTS[1], "ok"))
    in_doubt = (p >= SUSPECT) & ~(judgement.trusted & judgement.alike)
    verdict[judgement.homes.tied | in_doubt] = VERDICTS[1]
    verdict[~judgement.decidable & (p < SUSPECT)] = VERDICTS[3]
    trusted = p < SUSPECT
    for i in np.flatnonzero((p >= SUSPECT) & (judgement.likely >= 0)):
        other = int(judgement.likely[i])
        one_donor = donors[other] == donors[label[i]]
        if one_donor and not _told_apart(int(i), other, label, trusted, similarity):
            verdict[i] = VERDICTS[3]
    return verdict.astype(str)


def _told_apart(
    i: int,
    other: int,
    label: NDArray[np.intp],
    trusted: NDArray[np.bool_],
    similarity: Matrix,
) -> bool:
    """Tell whether two lines of one donor differ by more than replicates do.

    It takes two replicates of either, besides the sample in question, of which any two of a
    line are more alike than any two of different lines.
    """
    mates = np.flatnonzero((label == label[i]) & trusted & (np.arange(len(label)) != i))
    theirs = np.flatnonzero((label == other) & trusted)
    if min(len(mates), len(theirs)) < 2:
        return False
    within = min(
        similarity[np.ix_(rows, rows)][np.triu_indices(len(rows), 1)].min()
        for rows in (mates, theirs)
    )
    return bool(within > similarity[np.ix_(mates, theirs)].max())


def _table(
    panel: ad.AnnData,
    verdict: NDArray[np.str_],
    judgement: Judgement,
    label: NDArray[np.intp],
    lines: NDArray[np.str_],
) -> pd.DataFrame:
    likely = np.where(judgement.likely >= 0, lines[judgement.likely], "")
    looks_like = np.where(verdict == "ok", lines[label], likely)
    looks_like[(verdict == VERDICTS[3]) & (judgement.probability < SUSPECT)] = ""
    return pd.DataFrame(
        {
            "sample": panel.obs_names.to_numpy(dtype=str),
            "line": lines[label],
            "verdict": verdict,
            "probability": judgement.probability,
            "looks_like": looks_like,
            "own_similarity": judgement.own,
            "best_other_similarity": judgement.best_other,
        }
    )
