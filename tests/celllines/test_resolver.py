from __future__ import annotations

import csv
import gzip

import pytest

from radiosens.celllines import EXCLUDED, TISSUES, known_lines, resolve_line, resolver
from radiosens.errors import UnknownLineError


def test_table_is_the_papers(shared):
    with shared("paper_table1.csv").open() as file:
        paper = {r["cell_line"]: (r["panel"], float(r["sf2"])) for r in csv.DictReader(file)}
    lines = known_lines()
    assert {n: (r["tissue"], r["sf2"]) for n, r in lines.iterrows()} == paper
    assert list(lines.index) == list(paper)


def test_lines_donors_and_tissues():
    lines = known_lines()
    assert len(lines) == 59
    assert lines["donor"].nunique() == 56
    assert tuple(lines["tissue"].unique()) == TISSUES
    for pair in (("M14", "MDA-MB-435"), ("SNB-19", "U251"), ("OVCAR-8", "NCI/ADR-RES")):
        assert lines.loc[list(pair), "donor"].nunique() == 1


def test_other_published_values_have_a_source():
    other = known_lines()["sf2_other"].dropna()
    assert other.to_dict() == {"MDA-MB-231": 0.82, "SK-MEL-2": 0.74}  # Eschrich 2009
    assert (known_lines().loc[other.index, "sf2_other_source"] != "").all()


@pytest.mark.parametrize(
    ("spelling", "line"),
    [
        ("LC:NCI_H226", "NCI-H226"),
        ("LC.NCI_H226", "NCI-H226"),
        ("NCI/ADR-RES", "NCI/ADR-RES"),
        ("OV:NCI_ADR_RES", "NCI/ADR-RES"),
        ("HL-60(TB)", "HL-60"),
        ("PR:DU_145(DTP)", "DU-145"),
        ("786-0", "786-O"),
        ("RE:786_0", "786-O"),
        ("7860", "786-O"),
        ("A549/ATCC", "A549"),
        ("MDA-MB-231/ATCC", "MDA-MB-231"),
        ("LE:CCRF_CEM 113384hp133a11", "CCRF-CEM"),
        ("IGROV1", "IGR-OV1"),
        ("HS 578T", "HS 578T"),
        ("BR:HS578T 113390hp133a11", "HS 578T"),
        ("LE:RPMI_8226", "RPMI-8226"),
        ("NIHOVCAR3", "OVCAR-3"),
        ("MDA-N", "MDA-N"),
    ],
)
def test_resolver(spelling, line):
    assert resolve_line(spelling) == line


def test_every_spelling_in_the_shared_files(shared):
    def header(name, separator, row=0):
        path = shared(name)
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as file:
            for _ in range(row):
                file.readline()
            return next(csv.reader([file.readline()], delimiter=separator))

    names = header("nci60_u133a_gcrma.csv.gz", ",")[3:]
    names += header("nci60_u133a_5147genes.csv.gz", ",")[1:]
    names += header("nci60_u133plus2_5147genes.csv.gz", ",")[1:]
    names += header("nci60_u95av2.gct", "\t", row=2)[2:52]
    with gzip.open(shared("GSE32474_standin_series_matrix.txt.gz"), "rt") as file:
        titles = next(line for line in file if line.startswith("!Sample_title"))
    names += [t.strip('"\n') for t in titles.split("\t")[1:]]
    found = {resolve_line(n) for n in names}
    assert found == {*known_lines().index, *EXCLUDED}


def test_unknown_line_names_its_neighbours():
    with pytest.raises(UnknownLineError, match=r"unknown cell line 'MCF8'.*MCF7"):
        resolve_line("MCF8")


@pytest.mark.parametrize("text", ["", "patient 12", "U2OS", "T1", "HeLa", "SRC kinase"])
def test_no_false_friends(text):
    assert resolver().find(text) is None


def test_no_two_lines_share_a_spelling():
    lines = known_lines()
    spelled = [s for n, r in lines.iterrows() for s in (n, *r["aliases"].split(";")) if s.strip()]
    assert {resolve_line(s) for s in spelled} == set(lines.index)
