"""The table of human genes that ships with the package, and what each name in it stands for.

``genes.tsv.gz`` beside this file is made by ``scripts/make_gene_table.py``; ``genes.json`` says
from what: HGNC (symbols, previous symbols, aliases, Entrez and Ensembl ids), GENCODE (further
Ensembl ids) and the probe-set tables of HG-U133A and HG-U133 Plus 2.0.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from operator import attrgetter
from typing import NamedTuple

__all__ = ["ALIAS", "APPROVED", "PREVIOUS", "GeneRow", "GeneTable", "gene_table", "read_rows"]

#: What a name is to a gene, the strongest first: a weaker claim never counts beside a stronger.
APPROVED, PREVIOUS, ALIAS = 0, 1, 2

#: Columns of the table; the last five hold names separated by ``|``.
COLUMNS = ("symbol", "passing", "entrez", "ensembl", "previous", "alias", "other_ensembl", "probes")

#: In the table's column ``symbol``: probe sets that measure several genes, or none.
SEVERAL, NO_GENE = "/several/", "/none/"


class GeneRow(NamedTuple):
    """One row of the table: a gene and its names.

    Attributes
    ----------
    symbol : str
        HGNC's approved symbol.
    passing : bool
        Whether it is a microRNA, a small nucleolar RNA or a readthrough transcript: named
        beside a host gene, such a gene is passed over.
    entrez : str
        NCBI's number, or empty.
    ensembl : str
        The Ensembl id that HGNC gives, or empty.
    previous, alias, other_ensembl, probes : tuple of str
        Previous symbols, aliases, Ensembl ids that only GENCODE gives, and probe sets.
    """

    symbol: str
    passing: bool = False
    entrez: str = ""
    ensembl: str = ""
    previous: tuple[str, ...] = ()
    alias: tuple[str, ...] = ()
    other_ensembl: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()

    def line(self) -> str:
        """Return the row as a line of the table."""
        many = (self.previous, self.alias, self.other_ensembl, self.probes)
        fields = [self.symbol, "1" if self.passing else "", self.entrez, self.ensembl]
        return "\t".join([*fields, *("|".join(names) for names in many)])

    @classmethod
    def parse(cls, line: str) -> GeneRow:
        """Read a row from a line of the table."""
        symbol, passing, entrez, ensembl, previous, alias, others, probes = line.split("\t")
        return cls(
            symbol,
            bool(passing),
            entrez,
            ensembl,
            tuple(previous.split("|")) if previous else (),
            tuple(alias.split("|")) if alias else (),
            tuple(others.split("|")) if others else (),
            tuple(probes.split("|")) if probes else (),
        )


@dataclass(frozen=True)
class GeneTable:
    """All names of all genes.

    Attributes
    ----------
    names : mapping of str to (int, tuple of str)
        An upper-case name to the strongest claim on it (`APPROVED`, `PREVIOUS`, `ALIAS`) and
        the symbols of the genes that make it: more than one is ambiguous.
    entrez : mapping of str to str
        Entrez number to symbol.
    ensembl : mapping of str to (str, bool)
        Ensembl id without version to symbol, and whether HGNC itself gives that id.
    probes : mapping of str to str
        Probe set to symbol, or to `SEVERAL` or `NO_GENE`.
    passing : frozenset of str
        Symbols of genes that are passed over beside others, see `GeneRow`.
    rows : mapping of str to GeneRow
        Symbol to its row.
    """

    names: Mapping[str, tuple[int, tuple[str, ...]]]
    entrez: Mapping[str, str]
    ensembl: Mapping[str, tuple[str, bool]]
    probes: Mapping[str, str]
    passing: frozenset[str]
    rows: Mapping[str, GeneRow] = field(repr=False)

    @classmethod
    def of(cls, rows: Iterable[GeneRow]) -> GeneTable:
        """Index rows by all their names; an approved symbol beats previous ones, these aliases."""
        rows = list(rows)
        genes = [r for r in rows if r.symbol not in {SEVERAL, NO_GENE}]
        names: dict[str, tuple[int, tuple[str, ...]]] = {}
        for level in (ALIAS, PREVIOUS, APPROVED):  # a stronger claim takes a weaker one's place
            names.update((n, (level, symbols)) for n, symbols in _claims(genes, level).items())
        ensembl = {e: (r.symbol, False) for r in genes for e in r.other_ensembl}
        ensembl.update({r.ensembl: (r.symbol, True) for r in genes if r.ensembl})
        return cls(
            names=names,
            entrez={r.entrez: r.symbol for r in genes if r.entrez},
            ensembl=ensembl,
            probes={p: r.symbol for r in rows for p in r.probes},
            passing=frozenset(r.symbol for r in genes if r.passing),
            rows={r.symbol: r for r in genes},
        )

    def was(self, symbol: str, name: str) -> bool:
        """Tell whether a gene had a name before, or has it beside its symbol; case aside."""
        row = self.rows.get(symbol)
        names = () if row is None else (*row.previous, *row.alias)
        return name.upper() in {n.upper() for n in names}


def _claims(genes: list[GeneRow], level: int) -> dict[str, tuple[str, ...]]:
    """Return names in upper case, and the symbols of the genes that make one claim on them."""
    if level == APPROVED:
        pairs = [(row.symbol.upper(), row.symbol) for row in genes]
    else:
        names = attrgetter("previous" if level == PREVIOUS else "alias")
        pairs = [(name.upper(), row.symbol) for row in genes for name in names(row)]
    claims: dict[str, tuple[str, ...]] = {name: (symbol,) for name, symbol in pairs}
    if len(claims) < len(pairs):
        several: dict[str, dict[str, None]] = {}
        for name, symbol in pairs:
            several.setdefault(name, {})[symbol] = None
        claims.update((n, tuple(s)) for n, s in several.items() if len(s) > 1)
    # "1" is an alias too, but a number in a file is never meant so.
    return {name: symbols for name, symbols in claims.items() if not name.isdigit()}


def read_rows() -> list[GeneRow]:
    """Read the rows of the table that ships with the package."""
    packed = (files(__package__) / "genes.tsv.gz").read_bytes()
    lines = gzip.decompress(packed).decode("utf-8").splitlines()
    return [GeneRow.parse(line) for line in lines[1:]]


@cache
def gene_table() -> GeneTable:
    """Return the table of genes, read on first use.

    Examples
    --------
    >>> gene_table().entrez["367"], gene_table().names["SEPT2"]
    ('AR', (1, ('SEPTIN2',)))
    """
    return GeneTable.of(read_rows())
