"""Check a panel: a verdict a sample, and what a careful analyst would tell besides."""

from __future__ import annotations

from dataclasses import dataclass, field

import anndata as ad
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.errors import InputError
from radiosens.quality.evidence import Evidence, evidence_of, level_against
from radiosens.quality.features import matched_similarity, own_similarity_matrix
from radiosens.quality.further import Finding, further_findings
from radiosens.quality.identity import Judgement, judge
from radiosens.quality.patterns import Block, find_blocks, find_swaps

__all__ = ["VERDICTS", "QualityCheck", "check"]

#: In rising order of alarm, except that nothing is known of the last.
VERDICTS = ("ok", "suspect", "mislabelled", "undecidable")

#: From this probability of a wrong label on, a sample is called suspect.
SUSPECT = 0.5
#: And from this on, mislabelled.
MISLABELLED = 0.95
#: With fewer features matched, a reference says nothing.
MIN_FEATURES = 50
_ROUNDS = 4

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
    if reference is None:
        judgement, how = judge(similarity, label, source, len(lines)), ""
    else:
        judgement, how = _judge_against(
            panel, reference, label, reference_label, lines, similarity, source
        )
    verdict = _verdicts(judgement, label, _donors(panel, reference, lines), similarity)
    flagged = np.isin(verdict, VERDICTS[1:3])
    names = panel.obs_names
    return QualityCheck(
        _table(panel, verdict, judgement, label, lines),
        [(names[i], names[j]) for i, j in find_swaps(label, judgement.likely, flagged)],
        find_blocks(label, judgement.likely, flagged, source, verdict == VERDICTS[3]),
        further_findings(panel, similarity, ~flagged),
        similarity,
        pd.DataFrame(judgement.by_line.astype(np.float32), index=names, columns=lines),
        how,
        bool(panel.uns["simulated"]),
    )


def _judge_against(
    panel: ad.AnnData,
    reference: ad.AnnData,
    label: NDArray[np.intp],
    reference_label: NDArray[np.intp],
    lines: NDArray[np.str_],
    similarity: Matrix,
    source: NDArray[np.intp],
) -> tuple[Judgement, str]:
    """Judge a panel by a reference; return also how the two were matched.

    Labels teach which features belong together and what replicates look like. They are taken
    as corrected by the round before, and features shared by name, which need none, go first.
    """
    believed, with_names_only = label, True
    judgement: Judgement | None = None
    for _ in range(_ROUNDS):
        evidence, *matched = _against(
            panel, reference, label, believed, reference_label, lines, not with_names_only
        )
        if evidence is not None:
            by_name, by_behaviour = matched
            judgement = judge(similarity, label, source, len(lines), evidence)
            wrong = judgement.probability >= SUSPECT
            now = np.where(wrong, judgement.likely, label)
            if not with_names_only and np.array_equal(now, believed):
                break
            believed = now
        with_names_only = False
    if judgement is None:
        raise InputError(
            f"panel and reference have only {sum(matched)} features in common",
            cure="give a reference on the same platform, or one with more of the panel's lines",
        )
    names = ", ".join(dict.fromkeys(reference.obs["source"].astype(str)))
    how = f"{names} ({by_name:,} features matched by name"
    return judgement, how + (f", {by_behaviour:,} by behaviour)" if by_behaviour else ")")


def _against(
    panel: ad.AnnData,
    reference: ad.AnnData,
    label: NDArray[np.intp],
    believed: NDArray[np.intp],
    reference_label: NDArray[np.intp],
    lines: NDArray[np.str_],
    by_behaviour: bool,
) -> tuple[Evidence | None, int, int]:
    """Compare with the reference, or return None where too few features match."""
    similarity, *matched = matched_similarity(
        np.asarray(panel.X, dtype=np.float32),
        panel.var_names.to_numpy(dtype=str),
        np.where(believed >= 0, lines[believed], ""),
        np.asarray(reference.X, dtype=np.float32),
        reference.var_names.to_numpy(dtype=str),
        lines[reference_label],
        by_behaviour,
    )
    if sum(matched) < MIN_FEATURES:
        return None, matched[0], matched[1]
    level = level_against(similarity, label, reference_label)
    source = np.zeros(len(reference_label), dtype=np.intp)
    evidence = evidence_of(similarity, label, reference_label, source, len(lines), level)
    return evidence, matched[0], matched[1]


def _donors(
    panel: ad.AnnData, reference: ad.AnnData | None, lines: NDArray[np.str_]
) -> NDArray[np.str_]:
    """Return the donor of each line; the panel's word comes before the reference's."""
    of: dict[str, str] = {}
    for part in (reference, panel):
        if part is not None:
            of |= dict(
                zip(part.obs["line"].astype(str), part.obs["donor"].astype(str), strict=True)
            )
    return np.array([of[line] for line in lines])


def _verdicts(
    judgement: Judgement, label: NDArray[np.intp], donors: NDArray[np.str_], similarity: Matrix
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
