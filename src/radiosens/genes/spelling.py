"""Read one spelling of a gene: what kind of name it is, and which gene it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from radiosens.genes import dates
from radiosens.genes.table import NO_GENE, SEVERAL, GeneTable

__all__ = ["Reading", "name_and_entrez", "plain", "read", "shape"]

KNOWN, UNKNOWN, AMBIGUOUS, REPAIRED = "known", "unknown", "ambiguous", "repaired"

_ENSEMBL = re.compile(r"ENSG\d{11}")
_PROBE = re.compile(r"X?(\d+(_[a-z]+)*_at|AFFX[-.].+)")
_NUMBER = re.compile(r"X?\d+(\.0+)?")
_FOREIGN = re.compile(
    r"ENS[A-Z]*[GTPE]\d{11}(\.\d+)?|(NM|NR|XM|XR|NP)_\d+(\.\d+)?|ILMN_\d+|A_\d+_P\d+|TC\d+\.hg\.\d+"
)
_WITH_ENTREZ = re.compile(r"(?P<name>.*?)\s*(?:\((?P<a>\d+)\)|[|_:](?P<b>\d+)|\([^()]*\))")
#: A word that can be nothing but a name: no marks, no number of a gene behind it.
_WORD = re.compile(r"(?!LOC\d+$)[^\W_]+(_[^\W\d_]\w*)*", re.IGNORECASE)
#: How ``AR (367)`` and ``AR|367`` end.
_TAILS = frozenset("0123456789)")
_PARTS = frozenset("/;,|")
_NO_NAME = frozenset(("", "?", "-", "NA"))
_VERSION = re.compile(r"(ENS[A-Z]*[GTPE]\d{11})\.\d+")
_SEVERAL = re.compile(r"\s*///\s*|\s+//\s+|\s*;\s*|\s*,\s*|\s*\|\s*")
_LOC = re.compile(r"LOC(\d+)", re.IGNORECASE)

# Probe sets of AFFX- controls are tiled over one transcript: counted where there is no other.
_CONTROL_RANK = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """What one spelling was read as.

    Attributes
    ----------
    gene : str or None
        The approved symbol.
    status : str
        ``known``, ``unknown``, ``ambiguous`` or ``repaired``.
    rank : int
        How directly it names the gene: 0 is best; see `radiosens.genes.collapse`.
    among : tuple of str
        The genes that could be meant, if ambiguous.
    """

    gene: str | None
    status: str = KNOWN
    rank: int = 0
    among: tuple[str, ...] = ()


_NOTHING = Reading(None, UNKNOWN)


def shape(text: str) -> str:
    """Tell from its form alone what kind of name a text is.

    Returns
    -------
    str
        ``ensembl``, ``probe``, ``number``, ``foreign`` (transcripts, other species, other
        makers' probes) or ``name``.

    Examples
    --------
    >>> [shape(s) for s in ("ENSG00000169083.5", "211110_s_at", "367", "NM_000044", "AR (367)")]
    ['ensembl', 'probe', 'number', 'foreign', 'name']
    """
    if _NUMBER.fullmatch(text):
        return "number"
    if _PROBE.fullmatch(text):
        return "probe"
    if _ENSEMBL.search(text):
        return "ensembl"
    return "foreign" if _FOREIGN.fullmatch(text) else "name"


def plain(text: str) -> str:
    """Take off what does not belong to the name: an Ensembl version, an Entrez id in brackets.

    Examples
    --------
    >>> plain("ENSG00000169083.18"), plain("AR (367)"), plain("AR|367"), plain("NKX2-5")
    ('ENSG00000169083', 'AR', 'AR', 'NKX2-5')
    """
    version = _VERSION.fullmatch(text)
    if version is not None:
        return version[1]
    pair = name_and_entrez(text)
    return text if pair is None or pair[0] in _NO_NAME else pair[0]


def name_and_entrez(text: str) -> tuple[str, str] | None:
    """Part ``AR (367)`` and ``AR|367`` into a name and a number, which may be empty."""
    if text[-1:] not in _TAILS or shape(text) != "name":
        return None
    match = _WITH_ENTREZ.fullmatch(text)
    return None if match is None else (match["name"].strip(), match["a"] or match["b"] or "")


def read(text: str, table: GeneTable, kind: str | None = None, *, entrez: bool = True) -> Reading:
    """Read one spelling.

    Parameters
    ----------
    text : str
        Without blanks around it.
    table : GeneTable
        All genes.
    kind : str, optional
        Its `shape`, if that is known already. A number is read as an Entrez id.
    entrez : bool
        Whether the numbers in ``AR (367)`` are Entrez ids, and so settle which gene is meant.
    """
    kind = kind or shape(text)
    if kind == "number":
        gene = table.entrez.get(text.removeprefix("X").partition(".")[0])
        return _NOTHING if gene is None else Reading(gene)
    if kind == "probe":
        return _probe(text, table)
    if kind == "ensembl":
        return _ensembl(text, table)
    if kind == "foreign":
        return _NOTHING
    pair = name_and_entrez(text)
    if not entrez and pair is not None and pair[0] not in _NO_NAME:
        return _name(pair[0], table)
    return _name(text, table)


def _probe(text: str, table: GeneTable) -> Reading:
    gene = table.probes.get(text)
    if gene is None and text.startswith("X"):  # R's make.names puts X before a digit
        gene = table.probes.get(text[1:])
    if gene is None or gene == NO_GENE:
        return _NOTHING
    if gene == SEVERAL:
        return Reading(None, AMBIGUOUS)
    return Reading(gene, rank=_CONTROL_RANK if "AFFX" in text[:5] else 0)


def _ensembl(text: str, table: GeneTable) -> Reading:
    # The copy of a pseudoautosomal gene on Y has the name of the one on X, and no reads.
    found = set() if "PAR_Y" in text else set(_ENSEMBL.findall(text))
    hits = {table.ensembl[e] for e in found if e in table.ensembl}
    genes = {gene for gene, _ in hits}
    if len(genes) > 1:
        return Reading(None, AMBIGUOUS, among=tuple(sorted(genes)))
    if not genes:
        return _NOTHING
    return Reading(genes.pop(), rank=0 if any(own for _, own in hits) else 1)


def _name(text: str, table: GeneTable) -> Reading:
    hit = table.names.get(text.upper())
    if hit is not None:
        level, genes = hit
        if len(genes) > 1:
            return Reading(None, AMBIGUOUS, among=genes)
        return Reading(genes[0], rank=level)
    if _WORD.fullmatch(text):
        return _NOTHING
    for attempt in (_with_entrez, _loc, _one_of_several, _date, _with_dots):
        reading = attempt(text, table)
        if reading is not None:
            return reading
    return _NOTHING


def _with_entrez(text: str, table: GeneTable) -> Reading | None:
    """Read ``AR (367)`` and ``AR|367``: the number counts, unless name and number disagree."""
    pair = name_and_entrez(text)
    if pair is None:
        return None
    name, number = pair
    by_name = _NOTHING if name in _NO_NAME else _name(name, table)
    gene = table.entrez.get(number) if number else None
    if gene is None:
        return by_name if by_name is not _NOTHING else None
    if by_name.gene in {None, gene} or table.was(gene, name):
        return Reading(gene)
    if table.names.get(name.upper(), (None,))[0] == 0:
        return Reading(None, AMBIGUOUS, among=(str(by_name.gene), gene))
    return Reading(gene)


def _loc(text: str, table: GeneTable) -> Reading | None:
    """Read ``LOC729737``, NCBI's name for a gene without one: the number is its Entrez id."""
    match = _LOC.fullmatch(text)
    gene = table.entrez.get(match[1]) if match else None
    return None if gene is None else Reading(gene, rank=1)


def _one_of_several(text: str, table: GeneTable) -> Reading | None:
    """Read ``A /// B``: one gene, or one beside names that are no genes of their own."""
    if _PARTS.isdisjoint(text):
        return None
    parts = list(dict.fromkeys(p for p in _SEVERAL.split(text) if p))
    if not parts or parts == [text]:
        return None
    readings = [_name(part, table) for part in parts]
    if any(r.status == AMBIGUOUS for r in readings):
        return Reading(None, AMBIGUOUS)
    genes = {r.gene for r in readings if r.gene is not None}
    genes = {g for g in genes if g not in table.passing} or genes
    if len(genes) > 1:
        return Reading(None, AMBIGUOUS, among=tuple(sorted(genes)))
    if not genes:
        return None
    return Reading(genes.pop(), rank=max(r.rank for r in readings))


def _date(text: str, table: GeneTable) -> Reading | None:
    """Read what a spreadsheet made of a symbol, where one gene alone can be meant."""
    names = dates.symbols_behind(text)
    hits = [table.names[n] for n in names if n in table.names]
    if not hits:
        return None
    strongest = min(level for level, _ in hits)
    genes = sorted({g for level, symbols in hits if level == strongest for g in symbols})
    if len(genes) > 1:
        return Reading(None, AMBIGUOUS, among=tuple(genes))
    return Reading(genes[0], REPAIRED, rank=max(strongest, 1))


def _with_dots(text: str, table: GeneTable) -> Reading | None:
    """Read R's make.names, in which ``HLA-A`` is ``HLA.A``."""
    if "." not in text:
        return None
    hit = table.names.get(text.replace(".", "-").upper())
    return None if hit is None or len(hit[1]) > 1 else Reading(hit[1][0], rank=hit[0])
