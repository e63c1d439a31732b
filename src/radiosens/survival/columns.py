"""Which column of a table of colonies says what, by the names that laboratories give them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from radiosens.errors import InputError

__all__ = ["Column", "dose_of_header", "recognise", "roles"]

# Names without blanks, signs and case; the first of a role counts before the later ones.
_NAMES: dict[str, tuple[str, ...]] = {
    "curve": ("curve", "curves", "curvename"),
    "line": (
        *("line", "cellline", "cline", "celllinename", "linename", "celltype", "cell", "cellname"),
        *("lines", "celllines", "zelllinie", "sample", "samplename", "strain", "name"),
    ),
    "treatment": (
        *("treatment", "drug", "condition", "arm", "agent", "compound", "modifier", "group"),
        *("pretreatment", "sensitiser", "sensitizer", "genotype", "sirna", "shrna"),
    ),
    "experiment": (
        *("experiment", "exp", "expt", "experimentid", "expid", "experimentno", "expno"),
        *("experimentnumber", "biologicalreplicate", "bioreplicate", "biorep", "biolrep"),
        *("assay", "repeat", "run", "batch", "date", "day", "passage", "trial", "versuch"),
    ),
    "dish": (
        *("dish", "flask", "well", "plate", "dishno", "flaskno", "plateno", "wellno"),
        *("technicalreplicate", "techrep", "replicate", "rep", "replicates"),
    ),
    "dose": (
        *("dose", "doses", "radiationdose", "absorbeddose", "irdose", "raddose", "totaldose"),
        *("irradiation", "radiation", "ir", "d", "gy", "gray", "dosis"),
    ),
    "cells": (
        *("ncells", "cells", "cellsseeded", "seededcells", "seeded", "numberofcells", "noofcells"),
        *("cellnumber", "ncellsseeded", "numberofcellsseeded", "noofcellsseeded", "nseeded"),
        *("cellsplated", "platedcells", "plated", "numberofcellsplated", "cellno", "cellcount"),
        *("seeding", "seedednumber", "cellsperdish", "cellsperwell", "cellsperflask", "zellen"),
        *("seedingdensity", "inoculum", "seed", "cellsinoculated"),
    ),
    "colonies": (
        *("ncolonies", "colonies", "coloniescounted", "countedcolonies", "numberofcolonies"),
        *("noofcolonies", "colonycount", "colonycounts", "colonynumber", "colony", "counted"),
        *("colonyno", "count", "counts", "ncol", "kolonien", "coloniesformed", "cfu", "survivors"),
    ),
    "pe": (
        *("pe", "platingefficiency", "plateff", "platingeff", "platingefficiencies", "ce"),
        *("cloningefficiency", "s0"),
    ),
    "survival": (
        *("sf", "survivingfraction", "survivalfraction", "survival", "fractionsurviving"),
        *("meansf", "sfmean", "surviving", "survivingfractions", "s", "meansurvivingfraction"),
    ),
    "sd": ("sd", "stdev", "stddev", "standarddeviation", "sfsd", "sdsf", "std"),
    "se": ("se", "sem", "standarderror", "stderr", "sfse", "sesf", "sfsem", "semsf"),
    "n": ("n", "nexperiments", "nexp", "numberofexperiments", "nreplicates", "nrep"),
}

_ROLE = {name: role for role, names in _NAMES.items() for name in names}
_RANK = {name: rank for names in _NAMES.values() for rank, name in enumerate(names)}
_UNIT = re.compile(r"[\[(]\s*(cgy|mgy|gy|gray|%|percent|per cent)\s*[\])]|%\s*$", re.IGNORECASE)
_UNIT_AT_END = re.compile(r"(?<=[a-z])[ ._]+(cgy|mgy|gy)$", re.IGNORECASE)
_DOSE_HEADER = re.compile(
    r"^(?:x|dose|d|sf)?[ ._]*([0-9]+(?:[.,][0-9]+)?)[ ._]*(cgy|mgy|gy|gray)?$", re.IGNORECASE
)

#: Gy in one of each unit.
GRAYS = {"gy": 1.0, "gray": 1.0, "cgy": 0.01, "mgy": 0.001}


@dataclass(frozen=True)
class Column:
    """A column that was recognised.

    Attributes
    ----------
    index : int
        Its place in the table, from 0.
    header : str
        Its name as it stands in the file.
    unit : str
        ``"gy"``, ``"cgy"``, ``"mgy"``, ``"%"`` or nothing.
    """

    index: int
    header: str
    unit: str


def recognise(header: str) -> tuple[str, str, int] | None:
    """Return a header's role, unit and rank among the names of the role, or None.

    Examples
    --------
    >>> recognise("Dose [Gy]"), recognise("# cells"), recognise("Plating efficiency (%)")
    (('dose', 'gy', 0), ('cells', '', 1), ('pe', '%', 1))
    """
    found = _UNIT.search(header) or _UNIT_AT_END.search(header)
    unit = ""
    if found:
        unit = (found.group(1) or "%").lower() if found.lastindex else "%"
        unit = "%" if unit.startswith("per") else "gy" if unit == "gray" else unit
        header = header[: found.start()] + " " + header[found.end() :]
    key = "".join(c for c in header.lower() if c.isalnum())
    if key in {"cgy", "mgy"}:
        return "dose", key, _RANK["gy"]
    if key in {"dosegy", "dosecgy", "dosemgy"}:
        return "dose", key[4:], 0
    role = _ROLE.get(key)
    return None if role is None else (role, unit, _RANK[key])


def dose_of_header(header: str, *, bare: bool) -> float | None:
    """Return the dose in Gy that a header of a wide table names, or None.

    Parameters
    ----------
    header : str
        Such as ``"2 Gy"``, ``"2Gy"``, R's ``"X2.Gy"``, or with `bare` also ``"2"``.
    bare : bool
        Whether a number without a unit is a dose.

    Examples
    --------
    >>> dose_of_header("0.5 Gy", bare=False), dose_of_header("200cGy", bare=False)
    (0.5, 2.0)
    >>> dose_of_header("2", bare=False) is None, dose_of_header("2", bare=True)
    (True, 2.0)
    """
    match = _DOSE_HEADER.match(header.strip())
    if match is None or (match.group(2) is None and not bare):
        return None
    unit = (match.group(2) or "gy").lower()
    return float(match.group(1).replace(",", ".")) * GRAYS[unit]


def roles(header: list[str], where: object) -> dict[str, Column]:
    """Tell which column has which role.

    Raises
    ------
    InputError
        If two columns are as good for one role, and taking either would be a guess.
    """
    found: dict[str, list[tuple[int, Column]]] = {}
    for index, name in enumerate(header):
        told = recognise(name)
        if told is not None:
            role, unit, rank = told
            found.setdefault(role, []).append((rank, Column(index, name, unit)))
    for role, candidates in found.items():
        candidates.sort(key=lambda c: c[0])
        if len(candidates) > 1 and role in {"dose", "cells", "colonies", "survival", "pe"}:
            names = " and ".join(repr(c.header) for _, c in candidates[:2])
            raise InputError(
                f"the columns {names} both look like {_MEANING[role]}",
                where=where,
                cure="rename or remove the one that is not",
            )
    return {role: candidates[0][1] for role, candidates in found.items()}


_MEANING = {
    "dose": "the dose",
    "cells": "the cells seeded",
    "colonies": "the colonies counted",
    "survival": "the surviving fraction",
    "pe": "the plating efficiency",
}
