"""Read Excel workbooks (``.xlsx``): one sheet with a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import zip_longest
from typing import TypeAlias

from radiosens.errors import InputError
from radiosens.sources.decompress import refuse_bomb
from radiosens.sources.gate import library
from radiosens.sources.labels import says_sample
from radiosens.sources.missing import is_missing
from radiosens.sources.numbers import looks_like_number
from radiosens.sources.source import Source, some

__all__ = ["describes_samples", "holds_numbers", "read_rows"]

#: A sheet's first rows, as fields.
Rows: TypeAlias = list[list[str]]

_WHAT = "it is not a readable workbook"
_CURE = "save it again as .xlsx, or as csv"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_TAB = "\t"
#: Rows that are looked at to tell what a sheet holds; a sample sheet's columns, and its titles.
_LOOKED_AT, _MOST_COLUMNS, _MOST_TITLES = 200, 12, 20


def read_rows(
    source: Source, sheet: str | None, wanted: Callable[[Rows], bool] | None = None
) -> bytes:
    """Read a sheet as text: fields parted by tabs, numbers with decimal points.

    Parameters
    ----------
    source : Source
        The workbook.
    sheet : str, optional
        The sheet's name; without, the only one that holds a table.
    wanted : callable, optional
        Tells from a sheet's first rows whether it is the one that is looked for; without, one
        with numbers is, and no sample sheet beside it.

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
            cure="pip install 'radiosens[excel]', or save the sheet as csv",
        ) from None
    with library(source.where, _WHAT, _CURE):
        refuse_bomb(source)
        book = openpyxl.load_workbook(source.path, read_only=True, data_only=True)
        try:
            if sheet is not None:
                return _one(book, sheet, source)
            texts = {s.title: t for s in book.worksheets if (t := _text(s)).strip()}
        finally:
            book.close()
    name = _choose(texts, wanted, source)
    if len(texts) > 1:
        source.note(f"of its sheets {name!r} is read")
    return texts[name]


def _choose(texts: dict[str, bytes], wanted: Callable[[Rows], bool] | None, source: Source) -> str:
    """Choose the one sheet that is looked for; where there is no other choice, the only one."""
    rows = {name: _first_rows(text) for name, text in texts.items()}
    found = [name for name in rows if (wanted or holds_numbers)(rows[name])]
    if wanted is None and len(found) > 1:
        found = [n for n in found if not describes_samples(rows[n])] or found
    found = found or (list(rows) if wanted is not None and len(rows) == 1 else [])
    if len(found) > 1:
        raise source.refusal(
            f"{len(found)} sheets hold tables: {some(found)}",
            cure=f"name one (--sheet), such as {found[0]!r}",
        )
    if not found:
        raise source.refusal("none of its sheets holds a table", cure="check the file")
    return found[0]


def _one(book: object, sheet: str, source: Source) -> bytes:
    names = {n.strip().lower(): n for n in book.sheetnames}  # type: ignore[attr-defined]
    if sheet.strip().lower() not in names:
        raise source.refusal(f"there is no sheet {sheet!r}", cure=f"it has {some(names.values())}")
    return _text(book[names[sheet.strip().lower()]])  # type: ignore[index]


def _first_rows(text: bytes) -> Rows:
    lines = text.split(b"\n", _LOOKED_AT)[:_LOOKED_AT]
    return [line.decode().split(_TAB) for line in lines if line]


def holds_numbers(rows: Rows) -> bool:
    """Tell whether a column beside the first is one of numbers; in notes some fields are.

    Examples
    --------
    >>> holds_numbers([["Gene", "A549"], ["TP53", "7.3"], ["AR", "5.1"]])
    True
    >>> holds_numbers([["By", "RMA"], ["Contact", "us"], ["Date", "2020"]])
    False
    """
    columns = zip_longest(*(row[1:] for row in rows[1:]), fillvalue="")
    given = ([f for f in column if not is_missing(f)] for column in columns)
    return any(2 * sum(map(looks_like_number, fields)) > len(fields) for fields in given)


def describes_samples(rows: Rows) -> bool:
    """Tell whether rows are a sample sheet: a few columns, among them samples and their lines.

    Examples
    --------
    >>> describes_samples([["Sample", "Cell line", "SF2"], ["a", "A549", "0.6"]])
    True
    """
    return any(
        len(row) <= _MOST_COLUMNS and sum(says_sample(f) for f in row if f) > 1
        for row in rows[:_MOST_TITLES]
    )


def _text(sheet: object) -> bytes:
    """Write a sheet's cells as lines, empty ones too; a row that ends early is filled up."""
    if not hasattr(sheet, "iter_rows"):
        return b""  # a sheet that is a chart
    rows = [[_cell(c) for c in row] for row in sheet.iter_rows(values_only=True)]
    width = max((i + 1 for row in rows for i, c in enumerate(row) if c), default=0)
    lines = [_TAB.join((row + [""] * width)[:width]) if any(row) else "" for row in rows]
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
