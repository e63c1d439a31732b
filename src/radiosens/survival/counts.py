"""A table of colonies, or of surviving fractions, in one validated form."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from radiosens.errors import InputError
from radiosens.survival.checks import check_counts, check_survival
from radiosens.survival.columns import GRAYS, Column, dose_of_header, recognise, roles
from radiosens.survival.numbers import MISSING, numbers_of
from radiosens.survival.table import TextTable, read_text_table

__all__ = ["SurvivalTable", "read_counts", "table_of"]

logger = logging.getLogger(__name__)

Kind = Literal["colonies", "survival"]

_SEARCHED_FOR_HEADER = 30


@dataclass(frozen=True)
class SurvivalTable:
    """Dishes, or surviving fractions, of one or several curves.

    Attributes
    ----------
    kind : {"colonies", "survival"}
        Whether a row is a dish or a surviving fraction.
    rows : pandas.DataFrame
        ``curve, line, treatment, experiment`` (text), ``dose`` (Gy), ``where`` (the row's
        place, for messages), and of dishes ``cells``, ``colonies`` (counts) and ``pe`` (given
        plating efficiency, a fraction, or NaN); of surviving fractions ``survival`` (fraction),
        ``sd`` (standard deviation) and ``n`` (how many were averaged), NaN where not given.
    notes : tuple of str
        What was understood and what to beware of, in sentences.
    """

    kind: Kind
    rows: pd.DataFrame
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def curves(self) -> list[str]:
        """Names of the curves in the order they come in."""
        return list(dict.fromkeys(self.rows["curve"]))


@dataclass
class _Notes:
    source: str
    told: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)

    def tell(self, sentence: str) -> None:
        self.told.append(f"{self.source}: {sentence}")
        logger.info("%s: %s", self.source, sentence)

    def warn(self, sentence: str) -> None:
        self.warned.append(f"{self.source}: {sentence}")
        logger.warning("%s: %s", self.source, sentence)


def read_counts(paths: str | Path | Sequence[str | Path]) -> SurvivalTable:
    """Read one or several tables of colony counts or surviving fractions.

    Parameters
    ----------
    paths : str, Path, or a sequence of them
        CSV with any separator and decimal mark, or xlsx. Long: a row a dish, with columns for
        line, experiment, dose, cells seeded and colonies, or for line, dose and surviving
        fraction. Wide: a column a dose (``"2 Gy"``), holding colonies where a column gives the
        cells seeded, else surviving fractions. Usual other names of the columns are understood.

    Returns
    -------
    SurvivalTable
        All files together. Experiments of one name in two files are told apart where each
        has unirradiated dishes of its own.

    Raises
    ------
    InputError
        Naming the file, the row and the cure.
    """
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(p) for p in paths]
    if not files:
        raise InputError("no table of colonies was named", cure="name at least one file")
    return _join([_understand(read_text_table(path), str(path), path.stem) for path in files])


def table_of(data: pd.DataFrame | Mapping[str, Any], name: str = "the table") -> SurvivalTable:
    """Validate a table in memory, with the columns that `read_counts` understands.

    Examples
    --------
    >>> table = table_of({"dose": [0, 2], "cells": [100, 200], "colonies": [50, 48]})
    >>> table.kind, table.curves
    ('colonies', ['the table'])
    """
    frame = pd.DataFrame(data)
    header = [str(c) for c in frame.columns]
    body = [
        (i, ["" if pd.isna(v) else _text(v) for v in row])
        for i, row in enumerate(frame.itertuples(index=False, name=None), 1)
    ]
    return _join([_understand(TextTable([(0, header), *body], ""), name, name)])


def _text(value: object) -> str:
    if isinstance(value, float | np.floating):
        return repr(float(value))
    return str(value).strip()


def _understand(table: TextTable, source: str, stem: str) -> SurvivalTable:
    notes = _Notes(Path(source).name)
    header, body, columns = _find_header(table, source, notes)
    where = [f"{source}, row {number}" for number, _ in body]
    cells = [[row[i] if i < len(row) else "" for _, row in body] for i in range(len(header))]
    wide = _wide_columns(header, columns)
    long_form = "dose" in columns and ("colonies" in columns or "survival" in columns)
    if long_form:
        kind, rows = _long(columns, cells, where, notes)
    elif len(wide) >= 2 and "dose" not in columns:
        kind, rows = _wide(columns, wide, cells, where, notes)
    else:
        _refuse_unknown_layout(header, columns, source)
    _tell_left_out(header, columns, wide if not long_form else {}, notes)
    _name_rows(rows, columns, cells, stem, notes)
    if kind == "colonies":
        rows = check_counts(rows, source, notes.warn)
    else:
        rows = check_survival(rows, source, notes.warn)
    return SurvivalTable(kind, rows, tuple(notes.told), tuple(notes.warned))


def _find_header(
    table: TextTable, source: str, notes: _Notes
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
    return header, body, roles(header, source)


def _says_what_it_is(header: str) -> bool:
    """Whether a field can only be a column's name; single letters stand in data too."""
    return dose_of_header(header, bare=False) is not None or (
        len(header) > 1 and recognise(header) is not None
    )


def _wide_columns(header: list[str], columns: dict[str, Column]) -> dict[int, float]:
    taken = {c.index for c in columns.values()}
    for bare in (False, True):
        doses = {
            i: dose
            for i, name in enumerate(header)
            if i not in taken and (dose := dose_of_header(name, bare=bare)) is not None
        }
        if len(doses) >= 2:
            return doses
    return {}


def _refuse_unknown_layout(header: list[str], columns: dict[str, Column], source: str) -> None:
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
    columns: dict[str, Column], cells: list[list[str]], where: list[str], notes: _Notes
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
    notes: _Notes,
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
    notes: _Notes,
) -> np.ndarray[Any, np.dtype[np.float64]]:
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
    header: list[str], columns: dict[str, Column], wide: dict[int, float], notes: _Notes
) -> None:
    used = {c.index for c in columns.values()} | set(wide)
    left = [h for i, h in enumerate(header) if i not in used and h]
    if left:
        notes.tell(f"left out the columns {', '.join(left)}")


def _name_rows(
    rows: pd.DataFrame,
    columns: dict[str, Column],
    cells: list[list[str]],
    stem: str,
    notes: _Notes,
) -> None:
    """Add line, treatment, experiment and the name of the curve."""
    times = len(rows) // len(cells[0])
    named = {}
    for role in ("line", "treatment", "experiment", "curve"):
        if role in columns:
            named[role] = _filled(cells[columns[role].index], columns[role].header, notes)
    if "line" not in named and "curve" not in named:
        notes.tell(f"no column names the line: the curve is called {stem!r}")
    lines = named.get("line") or named.get("curve") or [stem] * len(cells[0])
    treatments = named.get("treatment") or [""] * len(lines)
    experiments = named.get("experiment") or ["1"] * len(lines)
    several = len(set(treatments)) > 1
    curves = named.get("curve") or [
        f"{line}, {treatment}" if several and treatment else line
        for line, treatment in zip(lines, treatments, strict=True)
    ]
    if "experiment" not in named and "colonies" in rows:
        notes.warn(
            "no column names the experiment: all dishes of a curve are taken as one experiment"
            + (
                f" and {columns['dish'].header!r} as its dishes; if these are experiments, call"
                " the column 'experiment'"
                if "dish" in columns
                else ""
            )
        )
    for role, values in (
        ("curve", curves),
        ("line", lines),
        ("treatment", treatments),
        ("experiment", experiments),
    ):
        rows[role] = np.tile(np.array(values, dtype=object), times)
    dish = cells[columns["dish"].index] if "dish" in columns else [""] * len(lines)
    rows["dish"] = np.tile(np.array(dish, dtype=object), times)


def _filled(values: list[str], header: str, notes: _Notes) -> list[str]:
    """Repeat a name over the empty cells below it, as merged cells of a spreadsheet are read."""
    filled, last, empty = [], "", 0
    for value in values:
        missing = value.strip().lower() in MISSING and value.strip() not in {"-", "."}
        empty += missing and bool(last)
        last = last if missing else value.strip()
        filled.append(last)
    if empty and any(filled):
        notes.tell(f"{header!r} is empty in {empty} rows: taken from the row above")
    return filled


def _join(tables: list[SurvivalTable]) -> SurvivalTable:
    kinds = {table.kind for table in tables}
    if len(kinds) > 1:
        raise InputError(
            "some of the files hold colonies and some surviving fractions",
            cure="run them apart, each with an --out of its own",
        )
    if len(tables) > 1:
        for number, table in enumerate(tables, 1):
            table.rows["file"] = number
    rows = pd.concat([table.rows for table in tables], ignore_index=True)
    notes = [note for table in tables for note in table.notes]
    warnings = [warning for table in tables for warning in table.warnings]
    if "file" in rows:
        rows, shared = _tell_experiments_apart(rows)
        if shared:
            note = (
                "experiments of one name stand in several files, each with unirradiated dishes of"
                f" its own, and are taken as different ones: {', '.join(shared[:3])}"
            )
            notes.append(note)
            logger.info("%s", note)
    return SurvivalTable(kinds.pop(), rows, tuple(notes), tuple(warnings))


def _tell_experiments_apart(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Name an experiment by its file too where two files have one of that name."""
    shared = []
    for (curve, experiment), group in rows.groupby(["curve", "experiment"], sort=False):
        files = group["file"].unique()
        own_control = group.loc[group["dose"] == 0, "file"].nunique() == len(files)
        if len(files) > 1 and own_control:
            shared.append(f"{experiment} of {curve}")
            rows.loc[group.index, "experiment"] = [
                f"{experiment} ({file})" for file in group["file"]
            ]
    return rows.drop(columns="file"), shared
