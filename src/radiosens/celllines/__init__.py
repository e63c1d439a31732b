"""The 59 cell lines of the paper, and the one name each of their spellings stands for.

Facts live in ``lines.csv`` beside this file: line, tissue, donor and its sex, SF2 with its
source, another published SF2 where it differs, and spellings that plain normalisation cannot
bring together.

Sources: lines, tissues and SF2 are Table 1 of Kim and Chung. ``sf2_other`` gives the
value of Eschrich et al. 2009 (Int J Radiat Oncol Biol Phys 75:489) where it differs.
Donors: MDA-MB-435, M14 and MDA-N come from one person, as do SNB-19 and U251, and
NCI/ADR-RES and OVCAR-8 (Lorenzi et al. 2009, Mol Cancer Ther 8:713). Sex: DepMap's
sample_info, after Cellosaurus; empty where it has none, for A498, on which sources differ, and for
SF-268, from a woman by the record, whose cells express RPS4Y1 and DDX3Y (CellMiner, HG-U133A).
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

from radiosens.errors import UnknownLineError

__all__ = [
    "EXCLUDED",
    "TISSUES",
    "Resolver",
    "is_haematological",
    "known_lines",
    "resolve_line",
]

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

# CellMiner writes the tissue first: "LC:NCI_H226", in R "LC.NCI_H226".
_TISSUE_PREFIX = re.compile(r"^(BR|CNS|CO|LC|LE|ME|OV|PR|RE)[:.]", re.IGNORECASE)
# DTP adds the stock a line came from: "HL-60(TB)", "DU_145(DTP)", "A549/ATCC".
_STOCK_SUFFIX = re.compile(r"(\((TB|DTP)\)|/ATCC)$", re.IGNORECASE)
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")


_HAEMATOLOGICAL = re.compile(
    r"leuka?emi|lymphom|myelom|ha?emato|lymphoid|lymphocyt|blood|bone.?marrow", re.IGNORECASE
)


def is_haematological(tissue: str) -> bool:
    """Tell whether a tissue's name is one of leukaemia, lymphoma or myeloma.

    These are far more sensitive than solid tumours, so figures are also given without them.

    Examples
    --------
    >>> is_haematological("Leukemia"), is_haematological("Renal")
    (True, False)
    """
    return _HAEMATOLOGICAL.search(tissue) is not None


def normalise(name: str) -> str:
    """Bring a spelling down to upper-case letters and digits.

    Examples
    --------
    >>> normalise("LC:NCI_H226"), normalise("HL-60(TB)"), normalise("MDA-MB-231/ATCC")
    ('NCIH226', 'HL60', 'MDAMB231')
    """
    name = _TISSUE_PREFIX.sub("", name.strip())
    name = _STOCK_SUFFIX.sub("", name.strip())
    return _NOT_ALPHANUMERIC.sub("", name).upper()


@cache
def known_lines() -> pd.DataFrame:
    """Return the table of lines.

    Returns
    -------
    pandas.DataFrame
        59 rows indexed by ``line``, in the order of the paper's Table 1, with the columns
        ``tissue, donor, sex, sf2, sf2_source, sf2_other, sf2_other_source, aliases``. SF2 is the
        surviving fraction at 2 Gy, dimensionless.

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


@dataclass(frozen=True)
class Resolver:
    """Maps spellings to lines; built once by `resolver`.

    Attributes
    ----------
    spellings : dict of str to str
        Normalised spelling to the line's name.
    """

    spellings: dict[str, str]

    def find(self, text: str) -> str | None:
        """Return the line that a text names, or None.

        The text is a bare name, or a title that begins with one and goes on after a
        blank, as array titles do ("LE:CCRF_CEM 113384hp133a11"). The longest beginning
        that is a known spelling counts.
        """
        words = text.split()
        for n in range(len(words), 0, -1):
            line = self.spellings.get(normalise(" ".join(words[:n])))
            if line is not None:
                return line
        return None

    def nearest(self, text: str, n: int = 3) -> list[str]:
        """Return up to `n` known lines spelled most like the text."""
        close = difflib.get_close_matches(normalise(text), self.spellings, n=2 * n, cutoff=0.4)
        return list(dict.fromkeys(self.spellings[c] for c in close))[:n]


@cache
def resolver() -> Resolver:
    """Return the resolver over all known lines and the excluded ones."""
    spellings: dict[str, str] = {}
    for line, aliases in known_lines()["aliases"].items():
        for name in (str(line), *str(aliases).split(";")):
            if name.strip():
                spellings[normalise(name)] = str(line)
    spellings.update({normalise(name): name for name in EXCLUDED})
    return Resolver(spellings)


_TO_SHEET = "name the line in a sample sheet (--samples), with its sf2 if it is a new one"


def resolve_line(name: str, *, where: object = None, remedy: str = _TO_SHEET) -> str:
    """Return the one name of the line that a spelling stands for.

    Parameters
    ----------
    name : str
        Any spelling: a CellMiner name, a DTP name, an array title.
    where : object, optional
        The file the name was found in, for the message.
    remedy : str
        What to do if the line is a new one, for the message.

    Raises
    ------
    UnknownLineError
        If no line is spelled so; the message names the nearest known lines.

    Examples
    --------
    >>> [resolve_line(s) for s in ("786-0", "PR:DU_145(DTP)", "LE:CCRF_CEM 113384hp133a11")]
    ['786-O', 'DU-145', 'CCRF-CEM']
    """
    line = resolver().find(name)
    if line is None:
        near = resolver().nearest(name)
        raise UnknownLineError(
            f"unknown cell line {name!r}",
            where=where,
            cure=(
                f"the nearest known names are {', '.join(near)}"
                if near
                else "no known name is near"
            )
            + f"; {remedy}",
        )
    return line
