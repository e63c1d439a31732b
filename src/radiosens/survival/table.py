"""Read any table of a few columns as text: CSV and its kin, and xlsx.

The one place where survival opens files, so that a reader shared by all rooms can take over.
"""

from __future__ import annotations

import csv
import gzip
import io
import logging
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from radiosens.errors import InputError

__all__ = ["TextTable", "read_text_table"]

logger = logging.getLogger(__name__)

_SEPARATORS = ("\t", ";", ",", "|")
_XLSX_MAGIC = b"PK\x03\x04"
_XLS_MAGIC = b"\xd0\xcf\x11\xe0"
#: Tables of colonies are small; a larger file is something else.
_MOST_BYTES = 100_000_000


@dataclass(frozen=True)
class TextTable:
    """A table as text.

    Attributes
    ----------
    rows : list of (int, list of str)
        Each row that is not blank, with its number in the file, counted from 1.
    separator : str
        What stands between fields; empty for a spreadsheet, whose numbers have a decimal point.
    """

    rows: list[tuple[int, list[str]]]
    separator: str


def read_text_table(path: Path) -> TextTable:
    """Read a table as rows of text fields, blanks at their ends removed.

    Encodings: UTF-8 with or without mark, UTF-16 with its mark, else Windows-1252. The
    separator (tab, semicolon, comma, bar, or blanks) is the one that gives most rows the same
    number of fields. Of a spreadsheet, the first sheet that holds anything.

    Raises
    ------
    InputError
        If the file can't be read, or is no table.
    """
    raw = _read_bytes(path)
    if raw.startswith(_XLSX_MAGIC):
        return _read_xlsx(raw, path)
    if raw.startswith(_XLS_MAGIC):
        raise InputError(
            "it is an old Excel file (.xls)", where=path, cure="save it as .xlsx or .csv"
        )
    return _split(_decode(raw, path), path)


def _read_bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(
                "it is too large for a table of colonies", where=path, cure="check the path"
            )
        raw = path.read_bytes()
        if raw.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
                raw = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise InputError("there is no such file", where=path, cure="check the path") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(
            "the compressed file is damaged or cut", where=path, cure="copy it again"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"it cannot be read ({reason})", where=path, cure="name a readable file"
        ) from None
    if not raw.strip():
        raise InputError("the file is empty", where=path, cure="check the file")
    if len(raw) > _MOST_BYTES:
        raise InputError(
            "it is too large for a table of colonies", where=path, cure="check the path"
        )
    return raw


def _decode(raw: bytes, path: Path) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", errors="replace")
    else:
        if b"\x00" in raw[:4096]:
            raise InputError(
                "it is not text", where=path, cure="give a csv, tsv or xlsx file"
            ) from None
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise InputError("it is a web page, not a table", where=path, cure="download the file")
    return text.replace("\x00", "")


def _split(text: str, path: Path) -> TextTable:
    """Split by the separator under which most rows are equally wide."""
    best: tuple[tuple[int, int], str, list[tuple[int, list[str]]]] | None = None
    for separator in _SEPARATORS:
        rows = _parse(text, separator)
        widths = Counter(len(fields) for _, fields in rows if len(fields) > 1)
        if not widths:
            continue
        width, alike = widths.most_common(1)[0]
        if best is None or (alike, width) > best[0]:
            best = (alike, width), separator, rows
    if best is not None:
        return TextTable(best[2], best[1])
    rows = [(i, line.split()) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not rows or max(len(fields) for _, fields in rows) < 2:
        raise InputError(
            "it is not a table: no tab, semicolon, comma or blank separates its fields",
            where=path,
            cure="give a table with a column each for dose, cells and colonies",
        )
    return TextTable(rows, " ")


def _parse(text: str, separator: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows = []
    try:
        for fields in reader:
            stripped = [field.strip() for field in fields]
            if any(stripped) and not stripped[0].startswith("##"):
                rows.append((reader.line_num, stripped))
    except csv.Error:  # such as a field beyond the module's limit: then no table by this reading
        return []
    return rows


def _read_xlsx(raw: bytes, path: Path) -> TextTable:
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise InputError(
            "reading xlsx needs openpyxl",
            where=path,
            cure="pip install 'radiosens[excel]', or save the sheet as csv",
        ) from None
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        sheets = {sheet.title: _cells(sheet) for sheet in book.worksheets}
        book.close()
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, SyntaxError, TypeError):
        raise InputError(
            "it is not a readable xlsx file", where=path, cure="save it again as .xlsx or .csv"
        ) from None
    filled = [title for title, rows in sheets.items() if rows]
    if not filled:
        raise InputError("its sheets are empty", where=path, cure="check the file")
    if len(filled) > 1:
        logger.warning(
            "%s: read the sheet %r; left out %s", path.name, filled[0], ", ".join(filled[1:])
        )
    return TextTable(sheets[filled[0]], "")


def _cells(sheet: object) -> list[tuple[int, list[str]]]:
    rows = []
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):  # type: ignore[attr-defined]
        fields = [_cell_text(value) for value in row]
        if any(fields):
            rows.append((number, fields))
    return rows


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value).strip()
