from __future__ import annotations

import pandas as pd
import pytest

from radiosens.celllines import known_lines, loose_key, resolve_line, resolver
from radiosens.errors import UnknownLineError


@pytest.mark.parametrize(
    ("spelling", "line"),
    [
        ("HL.60.TB.", "HL-60"),
        ("X786.0", "786-O"),
        ("A549.ATCC", "A549"),
        ("MDA.MB.231.ATCC", "MDA-MB-231"),
        ("DU.145.DTP.", "DU-145"),
        ("HL60_HAEMATOPOIETIC_AND_LYMPHOID_TISSUE", "HL-60"),
        ("786O_KIDNEY", "786-O"),
        ("NIHOVCAR3_OVARY", "OVCAR-3"),
        ("SNB19_CENTRAL_NERVOUS_SYSTEM", "SNB-19"),
        ("ht29_large_intestine", "HT29"),
        ("ACH-000019", "MCF7"),
        ("ach_000971", "HCT-116"),
        ("A549_rep1", "A549"),
        ("A549.2", "A549"),
        ("A549, untreated, rep1", "A549"),
        ("MCF7 WT", "MCF7"),
        ("T47D parental", "T-47D"),
        ("NCI/ADR-RES", "NCI/ADR-RES"),
        ("BT549 (rep 2)", "BT-549"),
    ],
)
def test_spellings_of_data_bases_and_of_r(spelling, line):
    assert resolve_line(spelling) == line


def test_depmap_numbers_are_those_of_the_ccle_table(shared):
    table = pd.read_csv(shared("ccle_706genes_zscored.csv.gz"), usecols=["cell", "DepMap_ID"])
    pairs = {r.DepMap_ID: resolver().read(r.cell).line for r in table.itertuples()}
    ours = known_lines()["depmap"]
    ours = ours[ours != ""]
    assert ours.is_unique
    checked = [number for number in ours if pairs.get(number) is not None]
    assert len(checked) == 31
    for line, number in ours.items():
        assert pairs.get(number) in {None, line}


@pytest.mark.parametrize(
    ("text", "parent"),
    [
        ("MCF-7/ADR", "MCF7"),
        ("MCF7 ADR rep1", "MCF7"),
        ("MCF7ADR", "MCF7"),
        ("A549/DDP", "A549"),
        ("A549DDP", "A549"),
        ("A549-CisR", "A549"),
        ("A549R", "A549"),
        ("A549-RR", "A549"),
        ("A549 radioresistant", "A549"),
        ("MCF-7 TamR", "MCF7"),
        ("K562/A02", "K-562"),
        ("HL-60/VCR", "HL-60"),
        ("RPMI8226/DOX40", "RPMI-8226"),
        ("HCT116 p53-/-", "HCT-116"),
        ("HCT-116 TP53 KO", "HCT-116"),
        ("HCT116-TP53KO", "HCT-116"),
        ("U251 shRNA", "U251"),
        ("U251 shTP53 rep2", "U251"),
        ("A549_sgATM", "A549"),
        ("MDA-MB-231-luc", "MDA-MB-231"),
        ("MDAMB231LM2", "MDA-MB-231"),
        ("T-47D GFP", "T-47D"),
        ("SKOV3TR", "SK-OV-3"),
        ("PC-3M", "PC-3"),
        ("HT-29-MTX", "HT29"),
        ("SW620 (oxaliplatin resistant)", "SW-620"),
        ("DU145 xenograft", "DU-145"),
        ("SF-268 clone 3", "SF-268"),
    ],
)
def test_a_derived_line_is_not_its_parent(text, parent):
    read = resolver().read(text, title=True)
    assert (read.line, read.parent) == (None, parent)
    assert resolver().find(text) is None
    with pytest.raises(UnknownLineError, match=r"made from .* does not hold for it"):
        resolve_line(text)


def test_replicates_of_a_derived_line_have_one_name():
    names = {resolver().read(f"MCF7 ADR rep{i}", title=True).name for i in (1, 2, 3)}
    assert names == {"MCF7 ADR"}
    clones = {resolver().read(f"MCF7 clone {i}", title=True).name for i in (1, 2)}
    assert len(clones) == 2


@pytest.mark.parametrize("name", ["MCF-10A", "NCI-H2347", "CAKI-2", "U87MG", "MDA-MB-468", "CEM"])
def test_lines_that_only_resemble_known_ones_have_no_parent(name):
    assert resolver().read(name).parent is None


def test_a_bare_name_with_more_words_is_another_line():
    assert resolver().read("A549 cisplatin 24h").line is None
    assert resolver().read("A549 cisplatin 24h", title=True).line == "A549"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Line-01", "LINE 01", True),
        ("Patient 7", "patient_7", True),
        ("X22Rv1", "22RV1", True),
        ("U2OS_BONE", "U-2 OS", True),
        ("patient 1-2", "patient 12", False),
        ("S1_10", "S11_0", False),
        ("HCT116 p53+/+", "HCT116 p53-/-", False),
        ("线一", "线二", False),
        ("α", "β", False),
        ("Line-1", "Line-01", False),
    ],
)
def test_spellings_of_unknown_names(one, other, same):
    assert (loose_key(one) == loose_key(other)) is same
