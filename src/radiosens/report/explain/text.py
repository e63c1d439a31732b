"""Explanations in sentences: first whether to believe them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from radiosens.explain.contributions import LEAST_DIFFERENCE
from radiosens.explain.model import ModelFigures
from radiosens.explain.pathways import least_findings
from radiosens.explain.sample import TISSUE, SampleContributions
from radiosens.explain.sets import LEAST, MOST, GeneSets
from radiosens.explain.verdict import LEVEL, VERDICTS, Verdict

__all__ = ["model_sentences", "sample_sentences", "verdict_sentences"]

#: Genes named in a sentence.
_NAMED = 8


def verdict_sentences(verdict: Verdict) -> list[str]:
    """Say the verdict, and what it means for whoever reads on."""
    said = [verdict.sentence]
    if verdict.word == VERDICTS[2]:
        said.append("Genes and pathways below are what the model adds up, not findings.")
    elif verdict.word == VERDICTS[1]:
        said.append("Take none of its genes for a finding: other training lines may name others.")
    if verdict.rests_on_lineage:
        said.append(
            "Its genes tell lineages apart; that they decide radiosensitivity is not shown."
        )
    return said


def sample_sentences(found: SampleContributions) -> list[str]:
    """Say of each sample what its prediction rests on."""
    said = [
        f"Contributions to predicted SF2, against {found.baseline}, by {found.raw.method}; they add"
        f" up with a relative error of {found.raw.error.max(initial=0.0):.1g} at most."
    ]
    for i, name in enumerate(found.samples):
        said.append(_one(found, i, name))
    left = found.predictions[found.predictions["sf2"].isna()]
    said += [f"{r['sample']}: not explained, {r['reason']}." for r in left.to_dict("records")]
    return said


def _one(found: SampleContributions, i: int, name: str) -> str:
    predicted, baseline = found.raw.prediction[i], found.raw.baseline[i]
    start = f"{name}: SF2 {predicted:.2f}, of the baseline {baseline:.2f}"
    row = found.by_gene[i]
    if abs(predicted - baseline) < LEAST_DIFFERENCE and np.abs(row).sum() < LEAST_DIFFERENCE:
        return f"{start}; no gene adds anything to speak of."
    parts = []
    genes = np.array(found.genes)
    for word, sign in (("lower it", -1), ("raise it", 1)):
        size = sign * row
        order = [k for k in np.argsort(-size, kind="stable")[:_NAMED] if size[k] > 0]
        if order:
            listed = ", ".join(f"{genes[k]} {row[k]:+.3f}" for k in order)
            parts.append(f"{listed} {word}")
    half = int(found.half[i])
    parts.append(f"half of all contributions come from {half:,} {'gene' if half == 1 else 'genes'}")
    if row[-1] and found.genes[-1] == TISSUE:
        parts.append(f"the tissue that was told adds {row[-1]:+.3f}")
    if found.stability[i] == found.stability[i]:
        parts.append(f"models of other folds agree with r = {found.stability[i]:.2f}")
    return f"{start}; {'; '.join(parts)}."


def model_sentences(
    figures: ModelFigures, pathways: Sequence[tuple[GeneSets, pd.DataFrame]], where: str
) -> list[str]:
    """Say what a model rests on, over the lines of a panel.

    Parameters
    ----------
    figures : ModelFigures
    pathways : sequence of (GeneSets, DataFrame)
        Each file of gene sets and what was found.
    where : str
        Which lines, such as "all lines".
    """
    top = figures.genes.head(_NAMED)
    n = len(figures.skill) - 1
    said = [
        f"On {where} ({len(figures.predictions)}): r = {figures.skill[0]:.2f} on unseen donors"
        f" (p = {figures.p_of('skill'):.2g} of {n} shuffles); {int(figures.above[0]):,} genes above"
        f" what one in a thousand of shuffled SF2 reaches, where {figures.above[1:].mean():.0f} are"
        f" by chance (p = {figures.p_of('above'):.2g})."
        if n
        else f"On {where}: r = {figures.skill[0]:.2f} on unseen donors."
    ]
    if figures.tissue > 0.999:
        said.append("It goes by the tissue alone.")
    elif top["mean_absolute"].max() > 0:
        share = f"; the tissue has {figures.tissue:.0%} of all" if figures.tissue > 0 else ""
        said.append(f"The largest contributions are of {', '.join(top['gene'])}{share}.")
    said += [_of_sets(sets, table, n) for sets, table in pathways]
    if figures.layers:
        layer, signed, absolute = figures.layers[-1]
        said.append(
            f"With all weights shuffled (last: {layer}), contributions keep a rank correlation of"
            f" {signed:.2f} ({absolute:.2f} of their sizes, which expression decides as well)."
        )
    said.append(
        f"Contributions ({figures.method}) add up with a relative error of {figures.error:.1g}."
    )
    return said


def _of_sets(sets: GeneSets, table: pd.DataFrame, shuffles: int) -> str:
    """Say which gene sets of a file were found, and what could not have been."""
    whole = f"Of {len(sets.sets):,} gene sets of {sets.source}, "
    if not len(table):
        return f"{whole}none has {LEAST} to {MOST} measured genes: none was tested."
    tested = "" if len(table) == len(sets.sets) else f"{len(table):,} of {LEAST} to {MOST} measured"
    found = table.loc[table["fdr"] < LEVEL, "set"].tolist()
    listed = f": {', '.join(found[:_NAMED])}" if found else ""
    least = least_findings(len(table), shuffles)
    power = (
        ""
        if least == 1 or found
        else (f" (with {shuffles} shuffles it takes {least} sets at once above all of chance)")
    )
    return (
        f"{whole}{tested}{' genes were tested and ' if tested else ''}{len(found):,} found at a"
        f" false discovery rate of 5 %{listed}{power}."
    )
