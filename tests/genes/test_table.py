from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from radiosens.genes.table import APPROVED, GeneRow, GeneTable, gene_table, read_rows

FOLDER = files("radiosens.genes")
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "make_gene_table.py"


def test_the_table_is_small_and_the_one_of_its_card():
    packed = (FOLDER / "genes.tsv.gz").read_bytes()
    card = json.loads((FOLDER / "genes.json").read_text())
    assert len(packed) <= 2_000_000
    assert hashlib.sha256(gzip.decompress(packed)).hexdigest() == card["sha256"]
    assert card["counts"]["genes"] == len(read_rows()) - 2
    assert all(
        {"facts", "from", "date", "licence", "sha256"} <= set(s) for s in card["sources"].values()
    )


def test_the_script_makes_the_same_table_again(shared, tmp_path):
    folder = shared("genes/hgnc_all_entries.tsv.gz").parents[1]
    subprocess.run([sys.executable, str(SCRIPT), str(folder), str(tmp_path)], check=True)
    for name in ("genes.tsv.gz", "genes.json"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()


def test_an_approved_symbol_beats_previous_ones_and_these_aliases():
    table = GeneTable.of(
        [
            GeneRow("A1", previous=("B1", "OLD"), alias=("X",)),
            GeneRow("B1", alias=("OLD", "A1")),
            GeneRow("C1", alias=("X",)),
        ]
    )
    assert table.names["A1"] == (APPROVED, ("A1",))
    assert table.names["B1"] == (APPROVED, ("B1",))
    assert table.names["OLD"][1] == ("A1",)
    assert table.names["X"][1] == ("A1", "C1")


def test_no_approved_symbol_means_another_gene():
    for row in read_rows()[:-2]:
        assert gene_table().names[row.symbol.upper()] == (APPROVED, (row.symbol,))


def test_a_row_survives_writing():
    row = GeneRow("AR", entrez="367", previous=("DHTR", "SBMA"), probes=("211110_s_at",))
    assert GeneRow.parse(row.line()) == row
