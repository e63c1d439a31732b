"""What every reader of text needs: opening, decoding, numbers, and refusals by line."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from radiosens.errors import InputError, TruncatedError

#: How tables write a missing value; the empty field is one as well.
MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "#N/A")


def read_text(path: Path) -> str:
    """Read a text file, compressed or not, whole and decoded.

    Encodings: UTF-8, else Windows-1252, which old GEO submissions use. Whether a file is
    compressed is told from its first bytes, not from its name.

    Raises
    ------
    InputError, TruncatedError
        If there is no such file, it is no text, it is an HTML page, or its compressed
        stream is cut or damaged.
    """
    return _decode(read_bytes(path), path).replace("\r\n", "\n").replace("\r", "\n")


def read_bytes(path: Path, size: int = -1) -> bytes:
    """Read a file, or its first `size` bytes, and undo gzip; refuse what cannot be read."""
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            raw = gzip.GzipFile(fileobj=file).read(size) if zipped else file.read(size)
    except FileNotFoundError:
        raise InputError("there is no such file", where=path, cure="check the path") from None
    except IsADirectoryError:
        raise InputError("it is a folder", where=path, cure="name a file in it") from None
    except EOFError:
        raise TruncatedError(
            "the compressed file ends too early", where=path, cure="download it again"
        ) from None
    except (gzip.BadGzipFile, zlib.error):
        raise InputError(
            "the compressed file is damaged", where=path, cure="download it again"
        ) from None
    except OSError as error:
        raise InputError(
            f"it cannot be read ({error.strerror})", where=path, cure="check its permissions"
        ) from None
    if not raw.strip():
        raise InputError("the file is empty", where=path, cure="download it again")
    return raw


def _decode(raw: bytes, path: Path) -> str:
    if b"\x00" in raw[:4096]:
        raise InputError(
            "it is not text",
            where=path,
            cure="radiosens reads series matrix, csv, tsv, gct, parquet and h5ad files",
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise InputError(
            "it is a web page, not data",
            where=path,
            cure="the server sent an error page: download the file again",
        )
    return text


def csv_rows(text: str, separator: str, path: Path) -> Iterator[list[str]]:
    """Split text into rows of fields, refusing what quotes make unreadable."""
    try:
        yield from csv.reader(io.StringIO(text), delimiter=separator)
    except csv.Error as error:
        raise InputError(
            f"it cannot be split into fields ({error})",
            where=path,
            cure="look for a quotation mark that is never closed",
        ) from None


def numeric_table(
    text: str, separator: str, path: Path, *, first_line: int = 1, skip: tuple[int, ...] = ()
) -> pd.DataFrame:
    """Parse a table whose first column is an identifier and whose others are numbers.

    Parameters
    ----------
    text : str
        The table with its header line.
    separator : str
        Tab or comma.
    path : Path
        Where it comes from, for messages.
    first_line : int
        The header's line number in the file.
    skip : tuple of int
        Positions of columns to leave out.

    Returns
    -------
    pandas.DataFrame
        Numbers (float64, missing as NaN), indexed by the first column as text.
    """
    header = next(csv_rows(text, separator, path))
    if not text[text.find("\n") + 1 :].strip() or "\n" not in text:
        return pd.DataFrame()
    if any(line.count(separator) != len(header) - 1 for line in text.rstrip("\n").split("\n")):
        # Short lines would be filled up and long ones cut, unless a quoted name holds a separator.
        _name_the_culprit(text, separator, path, first_line, set())
    use = [i for i in range(len(header)) if i not in skip]
    dtypes: Any = {use[0]: str, **dict.fromkeys(use[1:], "float64")}
    # Numbers are read as numbers at once; only if that fails is the culprit looked for.
    try:
        table: pd.DataFrame = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            header=None,
            skiprows=1,
            usecols=use,
            index_col=0,
            dtype=dtypes,
            na_values=list(MISSING),
            keep_default_na=False,
            skipinitialspace=True,
        )
    except (ValueError, pd.errors.ParserError):
        _name_the_culprit(text, separator, path, first_line, set(use))
        raise InputError(
            "it cannot be read as a table", where=path, cure="save it again as plain csv or tsv"
        ) from None
    table.columns = pd.Index([header[i] for i in use[1:]])
    table.index = table.index.astype(str).rename(None)
    return table


def _name_the_culprit(
    text: str, separator: str, path: Path, first_line: int, use: set[int]
) -> None:
    """Raise an InputError for the first line that is ragged or holds a non-number."""
    rows = csv_rows(text, separator, path)
    header = next(rows)
    for number, row in enumerate(rows, start=first_line + 1):
        if len(row) != len(header):
            raise InputError(
                f"it has {len(row)} fields where the header has {len(header)}",
                where=f"{path}, line {number}",
                cure="the line was cut or has a stray separator: mend it or download it again",
            )
        for i, value in enumerate(row[1:], start=1):
            if i in use and value.strip() not in MISSING and not is_number(value):
                raise InputError(
                    f"{value!r} is not a number",
                    where=f"{path}, line {number}, column {header[i]!r}",
                    cure="expression values are numbers, or empty where missing",
                )


def is_number(value: str) -> bool:
    """Tell whether a field reads as a number."""
    try:
        float(value)
    except ValueError:
        return False
    return "_" not in value  # Python alone reads 1_000


def refuse_duplicates(names: pd.Index, kind: str, path: Path) -> None:
    """Raise an InputError if a name stands twice."""
    twice = names[names.duplicated()].unique()
    if len(twice):
        shown = ", ".join(map(str, twice[:3])) + (", …" if len(twice) > 3 else "")
        raise InputError(
            f"{len(twice)} duplicated {kind} identifier{'s' if len(twice) > 1 else ''}: {shown}",
            where=path,
            cure=f"keep one {'row' if kind != 'sample' else 'column'} of each",
        )
