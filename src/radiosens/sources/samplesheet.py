"""Read a sample sheet: which line each sample is of, and what else the user knows of it."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from radiosens.errors import SampleSheetError
from radiosens.sources._text import MISSING, csv_rows, is_number, read_text

_REQUIRED = ("sample", "line")
_OPTIONAL = ("tissue", "donor", "replicate", "sf2", "sex")


def read_sample_sheet(path: Path) -> pd.DataFrame:
    """Read a sample sheet from CSV or TSV.

    Parameters
    ----------
    path : Path
        A table with the columns ``sample, line`` and optionally ``tissue, donor, replicate,
        sf2, sex`` (of the donor), in any order and case; other columns are left alone.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``sample``; text columns with None where empty, ``sf2`` as float with NaN
        where empty.

    Raises
    ------
    SampleSheetError
        Naming the line and the column: a missing column or value, a sample named twice, an
        SF2 that is not a positive number.
    """
    text = read_text(path)
    first = text.partition("\n")[0]
    rows = list(csv_rows(text, "\t" if "\t" in first else ",", path))
    header = [h.strip().lower() for h in rows[0]]
    for name in _REQUIRED:
        if name not in header:
            raise SampleSheetError(
                f"the sample sheet has no column {name!r} but {', '.join(rows[0])}",
                where=path,
                cure="its first line must name the columns sample,line and optionally "
                + ",".join(_OPTIONAL),
            )
    wanted = [c for c in (*_REQUIRED, *_OPTIONAL) if c in header]
    records: dict[str, dict[str, object]] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(v.strip() for v in row):
            continue
        where = f"{path}, line {number}"
        if len(row) != len(header):
            raise SampleSheetError(
                f"it has {len(row)} fields where the header has {len(header)}",
                where=where,
                cure="mend the line; a name with a comma needs quotes",
            )
        values = {c: row[header.index(c)].strip() for c in wanted}
        for name in _REQUIRED:
            if values[name] in MISSING:
                raise SampleSheetError(f"the {name} is empty", where=where, cure="fill it in")
        sample = values.pop("sample")
        if sample in records:
            raise SampleSheetError(
                f"the sample {sample!r} is named twice", where=where, cure="keep one row of it"
            )
        record: dict[str, object] = {k: None if v in MISSING else v for k, v in values.items()}
        if "sf2" in values:
            record["sf2"] = _sf2(values["sf2"], where)
        records[sample] = record
    if not records:
        raise SampleSheetError("the sample sheet has no rows", where=path, cure="list the samples")
    sheet = pd.DataFrame.from_dict(records, orient="index")
    sheet.index.name = "sample"
    return sheet


def _sf2(value: str, where: str) -> float:
    if value in MISSING:
        return math.nan
    sf2 = float(value) if is_number(value) else math.nan
    if not (math.isfinite(sf2) and sf2 > 0):
        raise SampleSheetError(
            f"the SF2 {value!r} is not a positive number",
            where=f"{where}, column 'sf2'",
            cure="give the surviving fraction at 2 Gy as a fraction, such as 0.45",
        )
    return sf2
