"""How a table of colonies is laid out: where it begins, a row a dish or a column a dose."""

from __future__ import annotations

from typing import Literal, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiosens.errors import InputError
from radiosens.survival.columns import GRAYS, Column, dose_of_header, recognise, roles
from radiosens.survival.naming import Notes, name_rows
from radiosens.survival.numbers import is_number, numbers_of
from radiosens.survival.table import TextTable

__all__ = ["Kind", "lay_out"]

Kind = Literal["colonies", "survival"]

_SEARCHED_FOR_HEADER = 30


def lay_out(table: TextTable, source: str, stem: str, notes: Notes) -> tuple[Kind, pd.DataFrame]:
    """Bring a table into a row a dish, or a row a surviving fraction.

    Parameters
    ----------
    table : TextTable
        As it stands in the file.
    source, stem : str
        The file, for messages, and what to call a curve that has no name.
    notes : Notes
        Gets what was understood.

    Returns
    -------
    kind : {"colonies", "survival"}
        What a row is.
    rows : pandas.DataFrame
        See `radiosens.survival.counts.SurvivalTable`; nothing is checked yet.

    Raises
    ------
    InputError
        If the layout is not understood, or a number is none.
    """
    header, body, columns = _find_header(table, source, notes)
    where = [f"{source}, row {number}" for number, _ in body]
    cells = [[row[i] if i < len(row) else "" for _, row in body] for i in range(len(header))]
    wide = _wide_columns(header, columns)
    columns = _with_line(header, columns, set(wide), cells, source, notes)
    if "dose" in columns and ("colonies" in columns or "survival" in columns):
        kind, rows = _long(columns, cells, where, notes)
        wide = {}
    elif len(wide) >= 2 and "dose" not in columns:
        kind, rows = _wide(columns, wide, cells, where, notes)
    else:
        _refuse_unknown_layout(header, columns, source)
    _tell_left_out(header, columns, wide, notes)
    name_rows(rows, columns, cells, stem, notes)
    return kind, rows


def _find_header(
    table: TextTable, source: str, notes: Notes
) -> tuple[list[str], list[tuple[int, list[str]]], dict[str, Column]]:
    """Find the first row that names a dose and what was measured; titles may stand above."""
    best, most = 0, 1
    for i, (_, fields) in enumerate(table.rows[:_SEARCHED_FOR_HEADER]):
        named = sum(map(_says_what_it_is, fields))
        if named > most:
            best, most = i, named
    number, header = table.rows[best]
    if best:
        notes.tell(f"the table begins in row {number}; left out what stands above")
    body = [(n, r) for n, r in table.rows[best + 1 :] if r != header]
    if not body:
        raise InputError("the table has no rows", where=source, cure="check the file")
    width = len(header)
    if body and all(len(r) == width + 1 for _, r in body):  # R leaves out the name of row names
        body = [(n, r[1:]) for n, r in body]
    for n, r in body:
        if any(r[width:]):
            raise InputError(
                f"it has {len(r)} fields where the header has {width}",
                where=f"{source}, row {n}",
                cure="mend the row; a name with the separator in it needs quotes",
            )
    if all(dose_of_header(h, bare=True) is not None and h[-1:].isdigit() for h in header if h):
        raise InputError(
            "the first row holds numbers where columns should be named",
            where=source,
            cure="name the columns: line, experiment, dose, cells, colonies",
        )
    return header, body, roles(header, source)


def _says_what_it_is(header: str) -> bool:
    """Whether a field can only be a column's name; single letters stand in data too."""
    return dose_of_header(header, bare=False) is not None or (
        len(header) > 1 and recognise(header) is not None
    )


def _with_line(
    header: list[str],
    columns: dict[str, Column],
    wide: set[int],
    cells: list[list[str]],
    source: str,
    notes: Notes,
) -> dict[str, Column]:
    """Take the one column of names as the lines where no column says that it holds them."""
    if "line" in columns or "curve" in columns:
        return columns
    used = wide | {c.index for c in columns.values()}
    names = [
        i
        for i in range(len(header))
        if i not in used and all(v and not is_number(v) for v in cells[i])
    ]
    several = [i for i in names if len(set(cells[i])) > 1]
    chosen = several or names
    if len(several) > 1:
        raise InputError(
            f"no column names the line, and {header[several[0]]!r} and {header[several[1]]!r}"
            " both could",
            where=source,
            cure="call the one that does 'line'",
        )
    if len(chosen) != 1:
        return columns
    column = Column(chosen[0], header[chosen[0]], "")
    notes.tell(f"lines are named by {column.header or 'the column without a name'!r}")
    return columns | {"line": column}


def _wide_columns(header: list[str], columns: dict[str, Column]) -> dict[int, float]:
    taken = {c.index for c in columns.values()}
    for bare in (False, True):
        doses = {
            i: dose
            for i, name in enumerate(header)
            if i not in taken and (dose := dose_of_header(name, bare=bare)) is not None
        }
        given = list(doses.values())
        # Numbers without a unit are doses only where they rise, as in a row of data they don't.
        if len(given) >= 2 and (not bare or given == sorted(set(given))):
            return doses
    return {}


def _refuse_unknown_layout(header: list[str], columns: dict[str, Column], source: str) -> NoReturn:
    names = ", ".join(repr(h) for h in header if h)
    if "dose" not in columns:
        what, cure = "no column gives the dose", "name it 'dose' (in Gy)"
    elif "cells" in columns or "pe" in columns:
        what, cure = "no column gives the colonies counted", "name it 'colonies'"
    else:
        what = "no column gives colonies or a surviving fraction"
        cure = "name columns 'cells' and 'colonies', or 'sf'"
    raise InputError(f"{what}, among {names}", where=source, cure=cure)


def _long(
    columns: dict[str, Column], cells: list[list[str]], where: list[str], notes: Notes
) -> tuple[Kind, pd.DataFrame]:
    rows = pd.DataFrame({"where": where})
    rows["dose"] = _numbers(columns, cells, "dose", where, notes)
    if "colonies" in columns and "cells" in columns:
        rows["cells"] = _numbers(columns, cells, "cells", where, notes)
        rows["colonies"] = _numbers(columns, cells, "colonies", where, notes)
        rows["pe"] = _numbers(columns, cells, "pe", where, notes)
        if "survival" in columns:
            notes.tell(
                f"left out the column {columns['survival'].header!r}: survival is fitted to the"
                " colonies"
            )
        return "colonies", rows
    if "survival" not in columns:
        raise InputError(
            "colonies without the cells seeded",
            where=where[0].rpartition(",")[0],
            cure="add a column 'cells': how many were seeded in the dish",
        )
    rows["survival"] = _numbers(columns, cells, "survival", where, notes)
    rows["n"] = _numbers(columns, cells, "n", where, notes)
    rows["sd"] = _numbers(columns, cells, "sd", where, notes)
    if "se" in columns and "sd" not in columns:  # a standard error is the SD of a mean of one
        rows["sd"], rows["n"] = _numbers(columns, cells, "se", where, notes), 1.0
    return "survival", rows


def _wide(
    columns: dict[str, Column],
    wide: dict[int, float],
    cells: list[list[str]],
    where: list[str],
    notes: Notes,
) -> tuple[Kind, pd.DataFrame]:
    parts = []
    counted = "cells" in columns
    for index, dose in wide.items():
        value = numbers_of(
            cells[index],
            what="count of colonies" if counted else "surviving fraction",
            where=[f"{w}, {dose:g} Gy" for w in where],
            whole=counted,
        )
        parts.append(pd.DataFrame({"where": where, "dose": dose, "value": value}))
    rows = pd.concat(parts, ignore_index=True)
    given = " ".join(f"{d:g}" for d in wide.values())
    if counted:
        rows["cells"] = np.tile(_numbers(columns, cells, "cells", where, notes), len(wide))
        rows["pe"] = np.tile(_numbers(columns, cells, "pe", where, notes), len(wide))
        notes.tell(f"a column a dose, with colonies ({given} Gy)")
        return "colonies", rows.rename(columns={"value": "colonies"})
    notes.tell(f"a column a dose, with surviving fractions ({given} Gy)")
    return "survival", rows.rename(columns={"value": "survival"}).assign(sd=np.nan, n=np.nan)


def _numbers(
    columns: dict[str, Column],
    cells: list[list[str]],
    role: str,
    where: list[str],
    notes: Notes,
) -> npt.NDArray[np.float64]:
    """Read the column of a role in the unit that its header tells; NaN where there is none."""
    if role not in columns:
        return np.full(len(where), np.nan)
    column = columns[role]
    numbers = np.array(
        numbers_of(
            cells[column.index], what=role, where=where, whole=role in {"cells", "colonies", "n"}
        )
    )
    if role == "dose" and column.unit in GRAYS and column.unit != "gy":
        notes.tell(f"doses were in {column.unit}, as {column.header!r} says")
        return numbers * GRAYS[column.unit]
    if column.unit == "%":
        notes.tell(f"{column.header!r} was in per cent")
        return numbers / 100
    return numbers


def _tell_left_out(
    header: list[str], columns: dict[str, Column], wide: dict[int, float], notes: Notes
) -> None:
    used = {c.index for c in columns.values()} | set(wide)
    left = [h for i, h in enumerate(header) if i not in used and h]
    if left:
        notes.tell(f"left out the columns {', '.join(left)}")
