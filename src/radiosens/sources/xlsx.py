"""Read Excel workbooks (``.xlsx``): one sheet with a table."""

from __future__ import annotations

import datetime as dt

from radiosens.errors import InputError
from radiosens.sources.decompress import refuse_bomb
from radiosens.sources.gate import library
from radiosens.sources.numbers import looks_like_number
from radiosens.sources.source import Source, some

__all__ = ["read_rows"]

_WHAT = "it is not a readable workbook"
_CURE = "save it again as .xlsx, or as csv"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_TAB = "\t"


def read_rows(source: Source, sheet: str | None) -> bytes:
    """Read a sheet as text: fields parted by tabs, numbers with decimal points.

    Parameters
    ----------
    source : Source
        The workbook.
    sheet : str, optional
        The sheet's name; without, the only one that holds a table.

    Returns
    -------
    bytes
        UTF-8.

    Raises
    ------
    InputError
        If openpyxl isn't installed, the file is damaged, there is no such sheet, or several
        hold tables.
    """
    try:
        import openpyxl
    except ImportError:
        raise InputError(
            "Excel files need openpyxl",
            where=source.where,
            cure="pip install openpyxl, or save the sheet as csv",
        ) from None
    with library(source.where, _WHAT, _CURE):
        refuse_bomb(source)
        book = openpyxl.load_workbook(source.path, read_only=True, data_only=True)
        try:
            if sheet is not None:
                return _one(book, sheet, source)
            tables = {s.title: t for s in book.worksheets if _holds_numbers(t := _text(s))}
        finally:
            book.close()
    if len(tables) > 1:
        raise source.refusal(
            f"{len(tables)} sheets hold tables: {some(tables)}",
            cure=f"name one (--sheet), such as {next(iter(tables))!r}",
        )
    if not tables:
        raise source.refusal("none of its sheets holds a table", cure="check the file")
    name = next(iter(tables))
    if len(book.sheetnames) > 1:
        source.note(f"the sheet {name!r} is read, the only one with a table")
    return tables[name]


def _one(book: object, sheet: str, source: Source) -> bytes:
    names = {n.strip().lower(): n for n in book.sheetnames}  # type: ignore[attr-defined]
    if sheet.strip().lower() not in names:
        raise source.refusal(f"there is no sheet {sheet!r}", cure=f"it has {some(names.values())}")
    return _text(book[names[sheet.strip().lower()]])  # type: ignore[index]


def _holds_numbers(text: bytes) -> bool:
    """Tell whether a sheet has numbers beside a first column; notes and legends have none."""
    body = text.decode().splitlines()[1:]
    return any(looks_like_number(f) for line in body for f in line.split(_TAB)[1:])


def _text(sheet: object) -> bytes:
    """Write a sheet's cells as lines; a row that ends in empty cells is filled up."""
    if not hasattr(sheet, "iter_rows"):
        return b""  # a sheet that is a chart
    rows = [[_cell(c) for c in row] for row in sheet.iter_rows(values_only=True)]
    width = max((i + 1 for row in rows for i, c in enumerate(row) if c), default=0)
    lines = [_TAB.join((row + [""] * width)[:width]) for row in rows if any(row)]
    return "\n".join(lines).encode("utf-8", "replace") + b"\n"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dt.datetime | dt.date):  # what a spreadsheet shows of MARCH1
        return f"{value.day}-{_MONTHS[value.month - 1]}"
    text = " ".join(str(value).split())
    return text.replace('"', "''")
