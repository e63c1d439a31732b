"""Check a panel: a verdict a sample, and what a careful analyst would tell besides.

How: samples are compared by `radiosens.preprocessing.similarity`; what a similarity means is
learned from looks (`likelihood`); samples that look alike are clustered, and each line gets a
cluster (`assignment`); then Bayes' rule says how likely each label is wrong (`posterior`). The
verdict follows, and can't be better than the similarity: no sample is ``ok`` that looks less like
its own line than different lines look like each other, or more like another line.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import anndata as ad
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster

from radiosens.quality.likelihood import (
    LineSimilarity,
    SimilarityModel,
    cluster_tree,
    line_similarity,
)
from radiosens.quality.posterior import SUSPECT_FROM, compare_lines
from radiosens.quality.sample_qc import Finding, find_sample_qc, weigh_sex
from radiosens.quality.similarity import panel_similarity, reference_similarity
from radiosens.quality.swaps import Block, find_blocks, find_swaps

__all__ = ["VERDICTS", "QualityCheck", "check"]

#: In rising order of alarm, except that nothing is known of the last.
VERDICTS = ("ok", "suspect", "mislabelled", "undecidable")
OK, SUSPECT, MISLABELLED, UNDECIDABLE = VERDICTS

#: Up to this probability of a wrong label a sample is called ok, if it looks like its line.
OK_UP_TO = 0.05
#: From this on it is called mislabelled, between it and `SUSPECT_FROM` suspect.
MISLABELLED_FROM = 0.95
_NAMED = 6  # samples in the headline

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class QualityCheck:
    """What `check` found.

    Attributes
    ----------
    samples : DataFrame
        ``sample, line, verdict, probability, looks_like, own_similarity,
        best_other_similarity``, in panel order. ``probability`` is that the label is wrong;
        ``looks_like`` is empty where nothing is known or it looks like no line at hand;
        similarities are correlations of profiles on one footing.
    swaps : list of tuple
        Pairs of samples that bear each other's labels.
    blocks : list of Block
        Runs of displaced labels.
    findings : list of Finding
        Further checks.
    similarity : array of shape (samples, samples)
        Similarity of every two samples.
    by_line : DataFrame
        Similarity of every sample (rows) to every line (columns), NaN where it is not known.
    reference : str
        The reference's name and how its features were matched; empty where there was none.
    reference_lines : tuple of str
        The lines that the reference holds.
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
    reference_lines: tuple[str, ...] = ()
    simulated: bool = False

    def with_verdict(self, verdict: str) -> list[str]:
        """Return the samples of a verdict, in panel order."""
        return list(self.samples.loc[self.samples["verdict"] == verdict, "sample"])

    def headline(self) -> str:
        """Return the one line that says it all."""
        counts = self.samples["verdict"].value_counts()
        found = ", ".join(f"{counts[v]} {v}" for v in VERDICTS if v in counts)
        bad = self.samples[self.samples["verdict"].isin([SUSPECT, MISLABELLED])]
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
        From `load_panel`. Values may be missing (NaN).
    reference : AnnData, optional
        Another measurement of the same lines, of the same platform or another. Features are
        matched by name or by gene.

    Returns
    -------
    QualityCheck

    Raises
    ------
    InputError
        If panel and reference have no line, or too few features, in common, or share samples.

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
    against, how = None, ""
    if reference is not None:
        theirs = reference.obs["line"].to_numpy(dtype=str)
        similarity_to, how = reference_similarity(panel, reference)
    lines, codes = np.unique(np.concatenate([labels, theirs]), return_inverse=True)
    label = codes[: len(labels)]
    if reference is not None:
        by_line = line_similarity(similarity_to, codes[len(labels) :], len(lines), itself=False)
        against = LineSimilarity(by_line, label, SimilarityModel.of_reference(by_line, label))
    similarity = panel_similarity(panel)
    tree = cluster_tree(similarity)
    model = SimilarityModel.of_panel(similarity, tree, label)
    cluster = _clusters(tree, model, len(label))
    donor = _donors(panel, reference, lines)
    result, by_line = compare_lines(similarity, cluster, model, against, label, len(lines))
    result["probability"] = weigh_sex(result["probability"].to_numpy(), panel)
    likely = result["likely"].to_numpy()
    verdict = _verdicts(result, label, donor, similarity)
    flagged = np.isin(verdict, [SUSPECT, MISLABELLED])
    names = panel.obs_names
    source = np.unique(panel.obs["source"].to_numpy(dtype=str), return_inverse=True)[1]
    like_donor = np.where(likely >= 0, donor[likely], -1)
    blocks = find_blocks(donor[label], like_donor, flagged, source, verdict == UNDECIDABLE)
    # What looks alone don't tell is told by where a sample stands.
    twins = np.bincount(donor)[donor[label]] > 1
    for block in blocks:
        run = np.arange(block.first, block.last + 1)
        untold = (source[run] == source[block.first]) & (verdict[run] == UNDECIDABLE)
        fitting = [i for i in block.fitting if twins[i]]  # lines of one donor pass for each other
        verdict[[*run[untold], *fitting]] = SUSPECT
    return QualityCheck(
        _table(panel, result, verdict, label, lines),
        [(names[i], names[j]) for i, j in find_swaps(label, likely, flagged)],
        blocks,
        find_sample_qc(panel, similarity, cluster, model, ~flagged | result["split"].to_numpy()),
        similarity,
        pd.DataFrame(by_line.astype(np.float32), index=names, columns=lines),
        how,
        tuple(dict.fromkeys(theirs.tolist())),
        bool(panel.uns["simulated"]),
    )


def _clusters(tree: Floats, model: SimilarityModel, samples: int) -> Ints:
    """Return a number for each sample, the same for samples that look like one line."""
    if samples < 2 or not model.usable:
        return np.arange(samples)
    found = fcluster(tree, 1 - model.threshold, "distance")
    numbers: Ints = np.unique(found, return_inverse=True)[1].astype(np.intp)
    return numbers


def _donors(panel: ad.AnnData, reference: ad.AnnData | None, lines: NDArray[np.str_]) -> Ints:
    """Return the donor of each line, as a number; the panel's word comes before the reference's."""
    of: dict[str, str] = {}
    for part in (reference, panel):
        if part is not None:
            of |= dict(
                zip(part.obs["line"].astype(str), part.obs["donor"].astype(str), strict=True)
            )
    return np.unique([of[line] for line in lines], return_inverse=True)[1]


def _verdicts(
    result: pd.DataFrame, label: Ints, donor: Ints, similarity: Matrix
) -> NDArray[np.str_]:
    p, own, other, expected = (
        result[column].to_numpy() for column in ("probability", "own", "other", "expected")
    )
    compared, sure = (
        result["compared"].to_numpy(),
        result["trusted"] & result["alike"] & result["unlike"],
    )
    verdict = np.full(len(label), OK, dtype="U11")
    nearer, unlike = (own < other) | (p > OK_UP_TO), own < expected
    verdict[nearer | unlike] = UNDECIDABLE  # the line is not told from others here
    verdict[nearer & unlike | result["split"]] = SUSPECT
    verdict[~compared] = UNDECIDABLE
    verdict[p >= SUSPECT_FROM] = SUSPECT
    verdict[(p >= MISLABELLED_FROM) & sure] = MISLABELLED
    verdict[result["ambiguous"]] = SUSPECT
    trusted = p < SUSPECT_FROM
    for i in np.flatnonzero((p >= SUSPECT_FROM) & (result["likely"] >= 0)):
        like = int(result["likely"][i])
        if donor[like] == donor[label[i]] and not _distinguishable(
            int(i), like, label, trusted, similarity
        ):
            verdict[i] = UNDECIDABLE
    return verdict


def _distinguishable(i: int, other: int, label: Ints, trusted: Bools, similarity: Matrix) -> bool:
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
    result: pd.DataFrame,
    verdict: NDArray[np.str_],
    label: Ints,
    lines: NDArray[np.str_],
) -> pd.DataFrame:
    likely = result["likely"].to_numpy()
    looks_like = np.where(likely >= 0, lines[likely], "")
    looks_like[result["probability"] < SUSPECT_FROM] = ""
    return pd.DataFrame(
        {
            "sample": panel.obs_names.to_numpy(dtype=str),
            "line": lines[label],
            "verdict": verdict,
            "probability": result["probability"],
            "looks_like": np.where(verdict == OK, lines[label], looks_like),
            "own_similarity": result["own"],
            "best_other_similarity": result["other"],
        }
    )
