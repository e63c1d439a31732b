"""A hundred identifiers, each looked up by hand in HGNC (July 2024), with what makes it one."""

from __future__ import annotations

import pytest

from radiosens.genes import gene_table, spelling

HAND_CHECKED = [
    # approved symbols stay, in any case
    ("TP53", "TP53", "approved"),
    ("tp53", "TP53", "approved, in small letters"),
    ("C6ORF136", "C6orf136", "approved; HGNC writes orf small"),
    ("HLA-A", "HLA-A", "approved, with a hyphen"),
    ("NKX2-5", "NKX2-5", "approved, looks like a range"),
    ("MT-CO1", "MT-CO1", "approved, mitochondrial"),
    ("NBN", "NBN", "approved"),
    ("ATM", "ATM", "approved"),
    ("H2AX", "H2AX", "approved since 2020"),
    ("SEPTIN2", "SEPTIN2", "approved since 2019"),
    ("WWTR1", "WWTR1", "approved; its alias TAZ is another gene's old symbol"),
    ("AR", "AR", "approved, and an alias of other genes"),
    ("PC", "PC", "approved, and an alias of others"),
    ("GBA1", "GBA1", "approved since 2022"),
    # previous symbols
    ("SEPT2", "SEPTIN2", "previous; also an alias of SEPTIN6, which is weaker"),
    ("SEPT9", "SEPTIN9", "previous"),
    ("MARCH1", "MARCHF1", "previous"),
    ("MARC1", "MTARC1", "previous"),
    ("DEC1", "DELEC1", "previous; also an alias of BHLHE40, which is weaker"),
    ("MLL", "KMT2A", "previous"),
    ("MLL2", "KMT2D", "previous of KMT2D; an alias of KMT2B, which is weaker"),
    ("UBL1", "SUMO1", "previous, of the Radiosensitivity Index"),
    ("PRKCB1", "PRKCB", "previous, of the Radiosensitivity Index"),
    ("MRE11A", "MRE11", "previous"),
    ("NBS1", "NBN", "previous"),
    ("FANCD1", "BRCA2", "previous"),
    ("H2AFX", "H2AX", "previous until 2020"),
    ("HIST1H4A", "H4C1", "previous"),
    ("KIAA0101", "PCLAF", "previous"),
    ("FAM175A", "ABRAXAS1", "previous"),
    ("HBXIP", "LAMTOR5", "previous"),
    ("PARK2", "PRKN", "previous"),
    ("IL8", "CXCL8", "previous"),
    ("CTGF", "CCN2", "previous"),
    ("CYR61", "CCN1", "previous"),
    ("NOV", "CCN3", "previous; a month in Excel"),
    ("WISP1", "CCN4", "previous"),
    ("TAZ", "TAFAZZIN", "previous of TAFAZZIN; an alias of WWTR1, which is weaker"),
    ("LOR", "LORICRIN", "previous"),
    ("GARS", "GARS1", "previous"),
    ("EPRS", "EPRS1", "previous"),
    ("PVRL1", "NECTIN1", "previous"),
    ("GPR56", "ADGRG1", "previous"),
    ("TMEM173", "STING1", "previous"),
    ("CECR1", "ADA2", "previous"),
    ("FGFR1OP", "CEP43", "previous"),
    ("C11orf30", "EMSY", "previous"),
    ("MKL1", "MRTFA", "previous"),
    ("MEF2BNB", "BORCS8", "previous"),
    ("CD20", "MS4A1", "previous"),
    # aliases
    ("p53", "TP53", "alias"),
    ("HER2", "ERBB2", "alias"),
    ("PD-L1", "CD274", "alias"),
    ("KU70", "XRCC6", "alias"),
    ("KU80", "XRCC5", "alias"),
    ("OCT4", "POU5F1", "alias"),
    ("TIM3", "HAVCR2", "alias"),
    ("SEP15", "SELENOF", "alias"),
    ("FLJ10849", "SEPTIN11", "alias"),
    # names of several genes are left out
    ("QARS", None, "previous of QARS1 and of EPRS1"),
    ("STRA13", None, "previous of BHLHE40 and of CENPX"),
    ("MLL4", None, "alias of KMT2B and of KMT2D"),
    ("MUM1", None, "previous of IRF4 and of PWWP3A"),
    ("B3GNT1", None, "previous of B3GNT2 and of B4GAT1"),
    ("SEP2", None, "alias of SEPTIN6 and of SEPTIN8"),
    ("p21", None, "alias of CDKN1A and of three others"),
    ("BRCC1", None, "alias of BRCA1 and of ICE2"),
    # what spreadsheets make of symbols
    ("2-Sep", "SEPTIN2", "date of SEPT2; SEP2 is only an alias"),
    ("02-Sep", "SEPTIN2", "date with a zero"),
    ("Sep-02", "SEPTIN2", "date, month first"),
    ("2021-09-02", "SEPTIN2", "date, ISO"),
    ("2021-09-02 00:00:00", "SEPTIN2", "date with a time, as pandas writes it"),
    ("09/02/2021", "SEPTIN2", "American date; no gene is called FEB9"),
    ("02.09.2021", "SEPTIN2", "German date"),
    ("3-Mar", "MARCHF3", "date of MARCH3; there is no MARC3"),
    ("3. Mrz", "MARCHF3", "German month"),
    ("1-Dec", "DELEC1", "date of DEC1"),
    ("4-Oct", "POU5F1", "date of OCT4"),
    ("15-Sep", "SELENOF", "date of SEP15; there is no SEPT15"),
    ("1-Mar", None, "date of MARCH1 or of MARC1"),
    ("2-Mar", None, "date of MARCH2 or of MARC2"),
    ("2021-03-01", None, "the same, ISO"),
    ("1-Oct", None, "date of OCT1, alias of POU2F1 and of SLC22A1"),
    ("12-Mar", None, "there is neither MARCH12 nor MARC12"),
    ("2.31E+13", None, "a RIKEN clone in floating point, and no gene of man"),
    # ids
    ("ENSG00000141510", "TP53", "Ensembl"),
    ("ENSG00000141510.18", "TP53", "Ensembl with version"),
    ("ENSG00000141510_TP53", "TP53", "Ensembl with its symbol"),
    ("ENSG00000182484.15_PAR_Y", None, "the empty copy on Y"),
    ("ENSG00000000000", None, "no Ensembl id, or a retired one"),
    ("367", "AR", "Entrez"),
    ("LOC7157", "TP53", "NCBI's name by Entrez id"),
    # spellings
    ("AR (367)", "AR", "DepMap"),
    ("AR|367", "AR", "TCGA"),
    ("?|367", "AR", "TCGA, symbol not known"),
    ("1-Mar (55016)", "MARCHF1", "a date, and the Entrez id settles it"),
    ("LGTN (1939)", "EIF2D", "Entrez settles a symbol that another gene took over"),
    ("TP53 (367)", None, "symbol and Entrez id name two genes"),
    ("DDR1 /// MIR4640", "DDR1", "a host gene and its microRNA"),
    ("NME1 /// NME1-NME2", "NME1", "a gene and a readthrough of it"),
    ("HLA-A /// HLA-B", None, "two genes"),
    ("HLA.A", "HLA-A", "R's make.names"),
    ("211110_s_at", "AR", "probe set"),
    ("X211110_s_at", "AR", "probe set after R's make.names"),
    ("AFFX-HUMISGF3A/M97935_MA_at", "STAT1", "a control of Affymetrix"),
]


@pytest.mark.parametrize(("name", "gene", "reason"), HAND_CHECKED, ids=[c[0] for c in HAND_CHECKED])
def test_one_name(name, gene, reason):
    assert spelling.read(name, gene_table()).gene == gene, reason


def test_they_are_a_hundred():
    assert len({name for name, _, _ in HAND_CHECKED}) >= 100
