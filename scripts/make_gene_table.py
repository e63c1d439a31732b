"""Make the table of genes that ships with radiosens, and the card beside it.

Usage::

    python scripts/make_gene_table.py SHARED_DATA src/radiosens/genes

SHARED_DATA holds ``gpl570_probes.csv`` and ``genes/`` (HGNC, GENCODE, ``gpl96_probes.csv.gz``).
The same files give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd

from radiosens.genes import spelling
from radiosens.genes.dates import is_damaged
from radiosens.genes.table import COLUMNS, NO_GENE, SEVERAL, GeneRow, GeneTable

SOURCES = {
    "genes/hgnc_all_entries.tsv.gz": {
        "facts": "symbols, previous symbols, aliases, Entrez and Ensembl ids, locus types",
        "from": "HGNC (HUGO Gene Nomenclature Committee), all entries",
        "date": "2024-07",
        "licence": "CC0",
    },
    "genes/gencode_2026.csv.gz": {
        "facts": "Ensembl ids that HGNC does not give, by symbol",
        "from": "GENCODE / Ensembl",
        "date": "2026",
        "licence": "open; EMBL-EBI terms of use",
    },
    "genes/gpl96_probes.csv.gz": {
        "facts": "Entrez ids of the probe sets of HG-U133A",
        "from": "GEO platform GPL96, table of 2009",
        "date": "2009",
        "licence": "GEO places no restrictions on use",
    },
    "gpl570_probes.csv": {
        "facts": "symbols of the probe sets of HG-U133 Plus 2.0",
        "from": "GEO platform GPL570",
        "date": "not stated; symbols of about 2016",
        "licence": "GEO places no restrictions on use",
    },
}

#: Approved entries that are no genes.
NO_GENES = {"fragile site", "virus integration site", "region", "RNA, cluster"}

#: Named beside a host gene, these are not what a 3' array measures.
PASSING = {"RNA, micro", "RNA, small nucleolar", "readthrough"}


def read(path: Path, **options: object) -> pd.DataFrame:
    """Read a table as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, **options)


def gene_rows(folder: Path) -> list[GeneRow]:
    """Return HGNC's approved genes with all names but those of probe sets."""
    hgnc = read(folder / "genes/hgnc_all_entries.tsv.gz", sep="\t")
    hgnc = hgnc[(hgnc["status"] == "Approved") & ~hgnc["locus_type"].isin(NO_GENES)]
    names = ["id", "symbol", "version", "length", "biotype"]
    gencode = read(folder / "genes/gencode_2026.csv.gz", header=None, names=names)
    rows = [
        GeneRow(
            symbol=r.symbol,
            passing=r.locus_type in PASSING,
            entrez=r.entrez_id,
            ensembl=r.ensembl_gene_id,
            previous=tuple(filter(None, r.prev_symbols.split(", "))),
            alias=tuple(filter(None, r.alias_symbols.split(", "))),
        )
        for r in hgnc.itertuples()
    ]
    table = GeneTable.of(rows)
    other: dict[str, list[str]] = defaultdict(list)
    for r in gencode.itertuples():
        # An approved or one gene's previous symbol names the gene; an alias is no proof.
        level, symbols = table.names.get(r.symbol.upper(), (9, ()))
        if r.id not in table.ensembl and level <= 1 and len(symbols) == 1:
            other[symbols[0]].append(r.id)
    return [r._replace(other_ensembl=tuple(other[r.symbol])) for r in rows]


def probe_genes(folder: Path, table: GeneTable) -> tuple[dict[str, str], Counter[str]]:
    """Name the gene of each probe set: by the newer symbols, else by the older Entrez ids.

    Where the two tables name different genes, the probe set counts as one of several.
    """
    newer = read(folder / "gpl570_probes.csv")
    older = read(folder / "genes/gpl96_probes.csv.gz")
    entrez = dict(zip(older["probe_id"], older["entrez_id"], strict=True))
    symbols = dict(zip(newer["probe_id"], newer["symbol_GPL570"], strict=True))
    tally: Counter[str] = Counter()
    genes: dict[str, str] = {}
    for probe in dict.fromkeys([*symbols, *entrez]):
        new = spelling.read(symbols.get(probe, ""), table)
        ids = [table.entrez[i] for i in entrez.get(probe, "").split(" /// ") if i in table.entrez]
        one = ids[0] if len(set(ids)) == 1 else None
        if is_damaged(symbols.get(probe, "")):
            tally[f"dates {new.status}"] += 1
        if new.gene and one and new.gene != one:  # two tables, two genes: neither is taken
            tally["named otherwise in 2009"] += 1
            genes[probe] = SEVERAL
            continue
        settled = new.gene or (one if new.status == "unknown" or one in new.among else None)
        if settled and not new.gene:
            tally["named by the Entrez id of 2009"] += 1
        genes[probe] = settled or (SEVERAL if new.status == "ambiguous" else NO_GENE)
    tally["of one gene"] = sum(g not in {SEVERAL, NO_GENE} for g in genes.values())
    tally["of several genes"] = sum(g == SEVERAL for g in genes.values())
    tally["of no known gene"] = sum(g == NO_GENE for g in genes.values())
    return genes, tally


def main() -> None:
    """Write the table and its card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the shared data")
    parser.add_argument("out", type=Path, help="folder of the package radiosens.genes")
    arguments = parser.parse_args()
    rows = gene_rows(arguments.data)
    genes, tally = probe_genes(arguments.data, GeneTable.of(rows))
    probes: dict[str, list[str]] = defaultdict(list)
    for probe, symbol in genes.items():
        probes[symbol].append(probe)
    rows += [GeneRow(SEVERAL), GeneRow(NO_GENE)]
    rows = [r._replace(probes=tuple(probes[r.symbol])) for r in rows]
    text = "\n".join(["\t".join(COLUMNS), *(r.line() for r in rows)]) + "\n"
    packed = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    (arguments.out / "genes.tsv.gz").write_bytes(packed)
    card = {
        "table": "genes.tsv.gz",
        "made_by": "scripts/make_gene_table.py",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "counts": {
            "genes": len(rows) - 2,
            "entrez_ids": sum(bool(r.entrez) for r in rows),
            "ensembl_ids": sum(bool(r.ensembl) + len(r.other_ensembl) for r in rows),
            "previous_symbols": sum(len(r.previous) for r in rows),
            "aliases": sum(len(r.alias) for r in rows),
            "probe_sets": len(genes),
            **{f"probe_sets, {k}": v for k, v in sorted(tally.items())},
        },
        "sources": {
            name: {
                **facts,
                "sha256": hashlib.sha256((arguments.data / name).read_bytes()).hexdigest(),
            }
            for name, facts in SOURCES.items()
        },
        "not_in_it": "HG-U95Av2, U219, Gene ST and Exon arrays: no table of their probe sets"
        " was at hand; retired Ensembl and Entrez ids: no history was at hand",
    }
    (arguments.out / "genes.json").write_text(json.dumps(card, indent=2) + "\n")


if __name__ == "__main__":
    main()
