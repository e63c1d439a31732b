"""Tables that give several figures of one sample side by side: value, call, p-value; TPM, count.

Affymetrix MAS 5, Illumina GenomeStudio, RSEM, Salmon, Cufflinks, StringTie and featureCounts
write such files. One figure is taken, and said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

from radiosens.sources.block import Block
from radiosens.sources.labels import plain
from radiosens.sources.source import Source, some

__all__ = ["one_quantity"]

#: Figures that measure expression, the one to be taken first in front: TPM can be compared
#: between samples, counts only after division by library size.
_VALUES = """
    tpm abundance fpkm rpkm cpm avgsignal signal signalintensity intensity rma value expression
    normalized expectedcount estcounts numreads counts count readcount readcounts rawcount rawcounts
    reads unstranded firststrand secondstrand
""".split()  # noqa: SIM905
#: Figures that say how sure a value is.
_SIDE = frozenset(
    """
    detection detectionpval detectionpvalue detectioncall detectionp pvalue pval p call abscall
    calls flag flags nbeads avgnbeads beadstderr arraystderr beadstdev avgbeadstdev stderr se sd
    fpkmconflo fpkmconfhi conflo confhi status fpkmstatus coverage posteriormean isopct statpairs
    posteriorstandarddeviationofcount statpairsused length efflength effectivelength
    """.split()  # noqa: SIM905
)
#: Figures after which a column may be called without saying anything of the sample.
_PLAIN = frozenset(
    "tpm abundance fpkm rpkm cpm counts count readcount rawcounts".split()  # noqa: SIM905
)
_KNOWN = frozenset(_VALUES) | _SIDE
#: Tables of figures show it in their first columns.
_FIRST = 40


def one_quantity(block: Block, known: frozenset[str], source: Source) -> Block:
    """Keep one figure of each sample where a table gives several; name columns by sample.

    Parameters
    ----------
    block : Block
        A table whose columns may be figures of samples; others come back as they are.
    known : frozenset of str
        Names of the sample sheet: a column that it names is a sample.
    source : Source
        For messages; its name stands for the sample where columns name none.
    """
    names = block.columns[0] if block.columns else []
    if not names or known.intersection(names):
        return block
    if all(_part(n) is None for n in names[:_FIRST]):
        return block
    parts = [_part(n) for n in names]
    stems_told = {p[0] for p in parts if p is not None}
    whole = [
        p or ((n, "value") if n in stems_told else None) for n, p in zip(names, parts, strict=True)
    ]
    if not all(whole):
        return block
    return _take(block, [p for p in whole if p is not None], source)


def _take(block: Block, whole: list[tuple[str, str]], source: Source) -> Block:
    kinds = {what for _, what in whole}
    if len(kinds) == 1 and any(s for s, _ in whole) and not kinds <= _PLAIN:
        return block
    by_sample: dict[str, dict[str, int]] = defaultdict(dict)
    for i, (stem, what) in enumerate(whole):
        by_sample[stem].setdefault(what, i)
    figures = {what for stems in by_sample.values() for what in stems}
    shared = [w for w in _VALUES if all(w in stems for stems in by_sample.values())]
    if not shared:
        return block
    taken = shared[0]
    if sum(len(stems) for stems in by_sample.values()) < len(whole):
        return block  # a figure stands twice for a sample: its name says more than we know
    places = [stems[taken] for stems in by_sample.values()]
    stems = list(by_sample)
    if stems == [""]:
        stems = [source.sample]
    others = sorted(figures - {taken})
    text = f"of several figures of a sample, {taken} is taken and {some(others)} left out"
    if any(o in _VALUES for o in others):
        source.warn(text)
    elif others:
        source.note(text)
    columns = [[row[i] for i in places] for row in block.columns]
    columns[0] = stems
    return replace(block, values=block.values[:, places], columns=columns)


def _part(name: str) -> tuple[str, str] | None:
    """Part a column's name into sample and figure, None if it names no figure."""
    if plain(name) in _KNOWN:
        return "", plain(name)
    pieces = re.split(r"([ ._:|-]+)", name)
    for start in range(2, len(pieces), 2):
        if plain("".join(pieces[start:])) in _KNOWN:
            return "".join(pieces[: start - 1]), plain("".join(pieces[start:]))
    for stop in range(len(pieces) - 2, 0, -2):
        if plain("".join(pieces[:stop])) in _KNOWN:
            return "".join(pieces[stop + 1 :]), plain("".join(pieces[:stop]))
    return None
