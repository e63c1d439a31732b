"""The 59 cell lines of the paper, as a table of facts.

Facts live in ``lines.csv`` beside this file: line, tissue, donor and its sex, SF2 with its
source, another published SF2 where it differs, spellings that plain normalisation cannot
bring together, and DepMap's number.

Sources: lines, tissues and SF2 are Table 1 of Kim and Chung. ``sf2_other`` gives the
value of Eschrich et al. 2009 (Int J Radiat Oncol Biol Phys 75:489) where it differs.
Donors: MDA-MB-435, M14 and MDA-N come from one person, as do SNB-19 and U251, and
NCI/ADR-RES and OVCAR-8 (Lorenzi et al. 2009, Mol Cancer Ther 8:713). Sex: DepMap's
sample_info, after Cellosaurus; empty where it has none, for A498, on which sources differ, and for
SF-268, from a woman by the record, whose cells express RPS4Y1 and DDX3Y (CellMiner, HG-U133A).
DepMap's numbers (ACH-…): 31 from the table of CCLE lines of TGSA, 12 as DepMap's model list has
them; empty where none was at hand.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pandas as pd

__all__ = ["EXCLUDED", "TISSUES", "known_lines"]

#: Known lines that are left out, and why.
EXCLUDED = {"MDA-N": "it was not available from the NCI-60 and has no SF2, as in the paper"}

#: Tissues in the order of the paper's Table 1.
TISSUES = (
    "Leukemia",
    "NSCLC",
    "Colon",
    "CNS",
    "Melanoma",
    "Ovarian",
    "Renal",
    "Prostate",
    "Breast",
)


@cache
def known_lines() -> pd.DataFrame:
    """Return the table of lines.

    Returns
    -------
    pandas.DataFrame
        59 rows indexed by ``line``, in the order of the paper's Table 1, with the columns
        ``tissue, donor, sex, sf2, sf2_source, sf2_other, sf2_other_source, aliases, depmap``.
        SF2 is the surviving fraction at 2 Gy, dimensionless.

    Examples
    --------
    >>> lines = known_lines()
    >>> len(lines), lines["donor"].nunique(), float(lines.loc["HL-60", "sf2"])
    (59, 56, 0.315)
    """
    with (files(__package__) / "lines.csv").open(encoding="utf-8") as handle:
        table = pd.read_csv(handle, index_col="line")
    text = table.columns.difference(["sf2", "sf2_other"])
    table[text] = table[text].fillna("")
    return table
