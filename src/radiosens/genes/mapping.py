"""Which gene each feature of a file is: the whole column of names decides what they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from radiosens.genes import spelling
from radiosens.genes.dates import is_damaged
from radiosens.genes.spelling import AMBIGUOUS, REPAIRED, UNKNOWN, Reading
from radiosens.genes.table import ALIAS, APPROVED, GeneTable, gene_table

__all__ = ["GeneMapping", "are_row_numbers", "to_genes"]

#: The kinds of identifiers, and what they are called in a sentence.
KINDS = {
    "symbols": "HGNC symbols",
    "ensembl": "Ensembl gene ids",
    "entrez": "Entrez ids",
    "u133": "Affymetrix probe sets of the HG-U133 family",
    "other probes": "probe sets of an array that is not in the table of genes",
    "row numbers": "row numbers, which name nothing",
    "numbers": "numbers that are not Entrez ids",
    "foreign": "names of transcripts, probes or another species, which are not in the table",
    "mouse": "symbols as of mouse or rat (Trp53, not TP53)",
    "unknown": "names that are not in the table of genes",
}

#: Below this share of known ones, probe sets are of another array, numbers no Entrez ids.
_OF_THIS_KIND = 0.5
#: GENCODE names tens of thousands of clones that HGNC does not; symbols are still symbols.
_ARE_SYMBOLS = 0.2
#: With fewer names than this, shares say little.
_ENOUGH = 10


@dataclass(frozen=True, eq=False)
class GeneMapping:
    """What the features of a file are.

    Attributes
    ----------
    kind : str
        What most of the identifiers are: ``symbols``, ``ensembl``, ``entrez``, ``u133``, or
        one that names no genes: ``other probes``, ``row numbers``, ``numbers``, ``foreign``,
        ``mouse``, ``unknown``.
    genes : array of object, shape (features,)
        The approved HGNC symbol, or None.
    rank : array of int8, shape (features,)
        How directly a feature measures its gene, 0 best, -1 without a gene; see `collapse`.
    unknown, ambiguous : tuple of str
        Features without a gene, and those that may mean several genes.
    repaired : tuple of (str, str)
        Names that a spreadsheet spoilt, and the symbol that was meant.
    damaged : tuple of str
        Names that a spreadsheet spoilt and nobody can repair; they are unknown or ambiguous.
    """

    kind: str
    genes: NDArray[np.object_]
    rank: NDArray[np.int8]
    unknown: tuple[str, ...]
    ambiguous: tuple[str, ...]
    repaired: tuple[tuple[str, str], ...]
    damaged: tuple[str, ...] = field(default=())

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which features have a gene: shape (features,)."""
        return self.rank >= 0

    @property
    def n_known(self) -> int:
        """How many features have a gene."""
        return int(self.known.sum())

    @property
    def n_genes(self) -> int:
        """How many genes are named."""
        return len(set(self.genes[self.known]))

    @property
    def share(self) -> float:
        """Share of features that have a gene, 0 to 1."""
        return self.n_known / len(self.genes) if len(self.genes) else 0.0

    def sentence(self) -> str:
        """Say in one sentence what the names are and how many are known.

        Examples
        --------
        >>> print(to_genes(["TP53", "SEPT2", "1-Mar", "2-Sep", "nonsense"]).sentence())
        HGNC symbols: 3 of 5 are known and name 2 genes; 1 unknown (nonsense); 1 ambiguous
        (1-Mar); 1 spoilt by a spreadsheet and repaired (2-Sep is SEPTIN2)
        """
        told = [
            f"{KINDS[self.kind]}: {self.n_known:,} of {len(self.genes):,} are known"
            f" and name {self.n_genes:,} genes"
        ]
        for label, names in (("unknown", self.unknown), ("ambiguous", self.ambiguous)):
            if names:
                told.append(f"{len(names):,} {label} ({_examples(names)})")
        if self.repaired:
            pairs = [f"{name} is {gene}" for name, gene in self.repaired]
            told.append(f"{len(pairs):,} spoilt by a spreadsheet and repaired ({_examples(pairs)})")
        return "; ".join(told)


def _examples(names: Sequence[str], n: int = 3) -> str:
    return ", ".join(names[:n]) + (", …" if len(names) > n else "")


def to_genes(features: Sequence[str]) -> GeneMapping:
    """Find the HGNC gene of each feature.

    Understood are HGNC symbols with previous symbols and aliases, Ensembl gene ids with or
    without version, Entrez ids, Affymetrix probe sets of the HG-U133 family (A, B, A 2.0, Plus
    2.0, HT), the spellings ``AR (367)``, ``AR|367``, ``ENSG00000169083.18_AR``, ``A /// B``,
    R's make.names, and symbols that a spreadsheet made a date of. An approved symbol beats a
    previous one, and this an alias; what may mean several genes has none.

    Parameters
    ----------
    features : sequence of str
        All names of a file: numbers are Entrez ids only if the whole column looks so.

    Returns
    -------
    GeneMapping
        One gene or None for each feature, and what was left out.

    Examples
    --------
    >>> list(to_genes(["AR (367)", "ENSG00000177606.8", "207957_s_at", "UBL1"]).genes)
    ['AR', 'JUN', 'PRKCB', 'SUMO1']
    >>> to_genes(["0", "1", "2", "3"]).kind
    'row numbers'
    """
    names = [str(f).strip() for f in features]
    table = gene_table()
    # Nearly all features of a file are exact names; only the others are taken apart.
    shapes = ["name" if n.upper() in table.names else spelling.shape(n) for n in names]
    kind = _kind(names, shapes, table)
    entrez = _numbers_are_entrez(names, shapes, table)
    readings = [
        _read(name, form, kind, table, entrez) for name, form in zip(names, shapes, strict=True)
    ]
    if kind == "symbols":
        kind = _kind_of_symbols(names, shapes, readings)
        # A few names of these look like symbols by chance: g1, g2, … are aliases of some genes.
        strongest = {"symbols": ALIAS, "unknown": APPROVED, "mouse": -1}[kind]
        weak = Reading(None, UNKNOWN)
        if kind != "symbols":
            readings = [r if r.rank <= strongest and r.gene else weak for r in readings]
    genes = np.empty(len(names), dtype=object)
    genes[:] = [r.gene for r in readings]
    status = [r.status for r in readings]
    lost = [n for n, r in zip(names, readings, strict=True) if r.gene is None]
    return GeneMapping(
        kind=kind,
        genes=genes,
        rank=np.array([-1 if r.gene is None else r.rank for r in readings], dtype=np.int8),
        unknown=tuple(n for n, s in zip(names, status, strict=True) if s == UNKNOWN),
        ambiguous=tuple(n for n, s in zip(names, status, strict=True) if s == AMBIGUOUS),
        repaired=tuple(
            (n, str(r.gene)) for n, r in zip(names, readings, strict=True) if r.status == REPAIRED
        ),
        damaged=tuple(n for n in lost if is_damaged(n)),
    )


def _kind(names: list[str], shapes: list[str], table: GeneTable) -> str:
    """Decide what most of the names are."""
    if not names:
        return "unknown"
    if _are_numbered(names):
        return "row numbers"
    shape = Counter(shapes).most_common(1)[0][0]
    own = [n for n, s in zip(names, shapes, strict=True) if s == shape]
    if shape == "number":
        if are_row_numbers([n.removeprefix("X") for n in own]):
            return "row numbers"
        known = sum(spelling.read(n, table, "number").gene is not None for n in own)
        return "entrez" if known >= _OF_THIS_KIND * len(own) else "numbers"
    if shape == "probe":
        known = sum(n in table.probes or n.removeprefix("X") in table.probes for n in own)
        return "u133" if known >= _OF_THIS_KIND * len(own) else "other probes"
    return {"ensembl": "ensembl", "foreign": "foreign"}.get(shape, "symbols")


def are_row_numbers(names: Sequence[str]) -> bool:
    """Tell whether names only count the rows: 0, 1, 2, … or most of such a count.

    Entrez ids can't be told from row numbers one by one (7157 is TP53), only by their spread:
    those of a file lie anywhere between 1 and some 100 million.

    Examples
    --------
    >>> are_row_numbers(["1", "2", "3"]), are_row_numbers(["367", "3725", "6772"])
    (True, False)
    """
    if len(names) < 2 or not all(_is_integer(n) for n in names):
        return False
    numbers = sorted({int(n.partition(".")[0]) for n in names})
    first, last = numbers[0], numbers[-1]
    if first in {0, 1} and last - first == len(numbers) - 1:
        return True
    return len(numbers) >= 20 and len(numbers) > (last - first + 1) / 2


_NUMBERED = re.compile(r"(V|X|Var|Column|Col|Row|Feature|Unnamed: ?)[ _.]?(\d+)", re.IGNORECASE)


def _are_numbered(names: list[str]) -> bool:
    """Tell names that a program made of places: R's V1, V2, …, a spreadsheet's Column1."""
    found = [_NUMBERED.fullmatch(n) for n in (names[0], names[-1])]
    if len(names) < 2 or not all(found):
        return False
    matches = [m for m in map(_NUMBERED.fullmatch, names) if m is not None]
    if len(matches) < len(names) or len({m[1] for m in matches}) > 1:
        return False
    return are_row_numbers([m[2] for m in matches])


def _is_integer(name: str) -> bool:
    whole, _, rest = name.partition(".")
    return whole.isascii() and whole.isdigit() and not rest.strip("0")


def _numbers_are_entrez(names: list[str], shapes: list[str], table: GeneTable) -> bool:
    """Tell whether the numbers in ``AR (367)`` are Entrez ids: most agree with their symbols."""
    agree = differ = 0
    for name, form in zip(names, shapes, strict=True):
        pair = spelling.name_and_entrez(name) if form == "name" else None
        level, genes = table.names.get(pair[0].upper(), (ALIAS, ())) if pair else (ALIAS, ())
        by_number = table.entrez.get(pair[1]) if pair else None
        if level == APPROVED and by_number is not None:
            agree += genes == (by_number,)
            differ += genes != (by_number,)
    return agree >= differ


def _read(name: str, form: str, kind: str, table: GeneTable, entrez: bool) -> Reading:
    if form == "number" and kind != "entrez":
        return Reading(None, UNKNOWN)
    if form == "probe" and kind == "other probes":
        return Reading(None, UNKNOWN)
    return spelling.read(name, table, form, entrez=entrez)


def _kind_of_symbols(names: list[str], shapes: list[str], readings: list[Reading]) -> str:
    """Tell symbols of human genes from those of mouse and from names of nothing."""
    found = [
        (n, r)
        for n, s, r in zip(names, shapes, readings, strict=True)
        if s == "name" and r.status != UNKNOWN
    ]
    if len(found) < _ARE_SYMBOLS * shapes.count("name"):
        return "unknown"
    # g1, g2, … are aliases of some genes; in a column of symbols most are official ones.
    official = sum(r.gene is not None and r.rank < ALIAS for _, r in found)
    if len(found) >= _ENOUGH and official < len(found) / 2:
        return "unknown"
    letters = [n for n, _ in found if sum(c.isalpha() for c in n) > 1]
    title = sum(n[0].isupper() and n[1:] == n[1:].lower() for n in letters)
    return "mouse" if len(letters) > 1 and title > len(letters) / 2 else "symbols"
