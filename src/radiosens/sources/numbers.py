"""Fields to numbers: decimal marks, thousands, missing values; fast for millions of them."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.sources.missing import MISSING

__all__ = [
    "POINT",
    "AmbiguousError",
    "Marks",
    "NotANumberError",
    "find_marks",
    "parse_field",
    "parse_fields",
]

_POINT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?", re.ASCII)
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
# A number grouped in threes: 1,234.5 or 1,234,567; with the marks changed, 1.234,5.
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", re.ASCII)
_GROUPED_COMMA = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?", re.ASCII)
# Grouped as in French, Polish or Swiss spreadsheets: 1 234,5 and 1'234.5.
_APART = r"[ '\u2019\u00a0\u2009\u202f]"
_GROUPED_APART = re.compile(rf"[+-]?[1-9]\d{{0,2}}({_APART}\d{{3}})+([.,]\d*)?", re.ASCII)
_PATTERNS = (_POINT, _COMMA, _GROUPED, _GROUPED_COMMA, _GROUPED_APART, _INFINITE)
_ANY = re.compile(
    "|".join(p.pattern for p in _PATTERNS),
    re.ASCII | re.IGNORECASE,
)
# Either one thousand two hundred thirty-four, or one and a bit.
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)


class AmbiguousError(Exception):
    """Numbers that can be read in two ways; the argument is one of them."""


class NotANumberError(Exception):
    """A field that is neither a number nor missing; the arguments are its place and itself."""

    def __init__(self, position: int, text: str) -> None:
        self.position = position
        self.text = text
        super().__init__(position, text)


@dataclass(frozen=True)
class Marks:
    """How a table writes numbers.

    Attributes
    ----------
    decimal, thousands : str
        ``"."`` or ``","``; thousands may be empty.
    """

    decimal: str = "."
    thousands: str = ""

    def pattern(self) -> re.Pattern[str]:
        """Return what a number without grouping looks like."""
        return _POINT if self.decimal == "." else _COMMA


POINT = Marks()


def looks_like_number(text: str) -> bool:
    """Tell whether a field reads as a number with either decimal mark, grouped or not.

    Examples
    --------
    >>> [looks_like_number(t) for t in ("6.5", "6,5", "1,234.5", "1.234,5", "chr1", "1_000")]
    [True, True, True, True, False, False]
    """
    return _ANY.fullmatch(text) is not None


def _together(text: str) -> str:
    """Take the blanks or apostrophes out of a number that they group in threes."""
    return re.sub(_APART, "", text) if _GROUPED_APART.fullmatch(text) else text


def find_marks(fields: Iterable[str]) -> Marks:
    """Tell from a table's numbers how they are written.

    Parameters
    ----------
    fields : iterable of str
        Fields that hold numbers, as many as there are; others do no harm.

    Raises
    ------
    AmbiguousError
        If every comma could part thousands or decimals, or some can only be one and some the
        other.

    Examples
    --------
    >>> find_marks(["6,66", "8,702"]), find_marks(["1,234.5", "2"])
    (Marks(decimal=',', thousands=''), Marks(decimal='.', thousands=','))
    >>> find_marks(["1,234", "8,702"])
    Traceback (most recent call last):
    radiosens.sources.numbers.AmbiguousError: 1,234
    """
    seen: dict[str, str] = {}
    for field in fields:
        if "," in field or ("." in field and "point" not in seen):
            kind = next((k for k, p in _KINDS if p.fullmatch(_together(field))), None)
            if kind is not None:
                seen.setdefault(kind, field)
    comma = seen.get("comma") or seen.get("european")
    if comma is not None:
        if "grouped" in seen or "point" in seen:
            raise AmbiguousError(comma)
        return Marks(",", "." if "european" in seen or "either point" in seen else "")
    if "grouped" in seen:
        return Marks(".", ",")
    if "either" in seen:
        # Decimals with a point elsewhere leave only thousands for the comma.
        if "point" in seen:
            return Marks(".", ",")
        raise AmbiguousError(seen["either"])
    return POINT


# The first that fits counts.
_KINDS = (
    ("either", _EITHER),
    ("either point", re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)),
    ("point", _POINT),
    ("comma", _COMMA),
    ("grouped", _GROUPED),
    ("european", _GROUPED_COMMA),
)


def parse_field(text: str, marks: Marks) -> float:
    """Return one field's number, NaN if it says missing.

    Raises
    ------
    ValueError
        If it is neither.
    """
    text = text.strip().strip('"').strip()
    if text in MISSING:
        return math.nan
    if _INFINITE.fullmatch(text):
        return float(text)
    text = _together(text)
    if marks.thousands and marks.thousands in text:
        grouped = _GROUPED if marks.thousands == "," else _GROUPED_COMMA
        if not grouped.fullmatch(text):
            raise ValueError(text)
        text = text.replace(marks.thousands, "")
    if not marks.pattern().fullmatch(text):
        raise ValueError(text)
    return float(text.replace(",", "."))


def parse_fields(flat: bytes, count: int, marks: Marks) -> NDArray[np.float64]:
    r"""Return the numbers of fields that stand one a line.

    pandas' parser reads them as one long column, so that time is linear in rows and columns
    alike; only where it finds something else than plain numbers are fields looked at singly.

    Parameters
    ----------
    flat : bytes
        UTF-8, each field followed by a line feed.
    count : int
        Number of fields.
    marks : Marks
        How numbers are written.

    Raises
    ------
    NotANumberError
        For the first field that is neither a number nor missing.

    Examples
    --------
    >>> parse_fields(b"1.5\nNA\n", 2, POINT).tolist()
    [1.5, nan]
    """
    import pandas as pd

    # pandas takes a column of True and False for numbers; and a quotation mark may go on.
    if not marks.thousands and b"rue" not in flat and b"RUE" not in flat and b'"' not in flat:
        try:
            column = pd.read_csv(
                io.BytesIO(flat),
                sep="\x01",
                header=None,
                names=["value"],
                dtype={"value": np.float64},
                decimal=marks.decimal,
                na_values=list(MISSING),
                keep_default_na=False,
                skip_blank_lines=False,
                quoting=3,
            )["value"].to_numpy()
        except (ValueError, pd.errors.ParserError, OverflowError):
            pass
        else:
            if len(column) == count:
                return column
    numbers = np.empty(count)
    for i, text in enumerate(flat.decode().split("\n")[:count]):
        try:
            numbers[i] = parse_field(text, marks)
        except ValueError:
            raise NotANumberError(i, text.strip()) from None
    return numbers
