"""Numbers as people type them: decimal commas, thousands, units behind them."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Sequence

from radiosens.errors import InputError
from radiosens.survival.columns import GRAYS

__all__ = ["MISSING", "is_number", "numbers_of"]

logger = logging.getLogger(__name__)

#: How tables write that there is no value.
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "#n/a", "-", ".", "nd", "n.d."})

_PLAIN = re.compile(r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$", re.IGNORECASE)
_COMMA = re.compile(r"^[+-]?([0-9]+,[0-9]*|,[0-9]+)(e[+-]?[0-9]+)?$", re.IGNORECASE)
_GROUPED_BY_COMMA = re.compile(r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$")
_GROUPED_BY_POINT = re.compile(r"^[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?$")
_GROUPED_BY_BLANK = re.compile(r"^[+-]?[0-9]{1,3}([ '\u2019\u00a0\u202f][0-9]{3})+([.,][0-9]+)?$")
_DOSE = re.compile(r"^(.*?)\s*(cgy|mgy|gy|gray)$", re.IGNORECASE)


def numbers_of(
    values: Sequence[str], *, what: str, where: Sequence[object], whole: bool = False
) -> list[float]:
    """Read a column of numbers, NaN where a value is missing.

    Parameters
    ----------
    values : sequence of str
        The column.
    what : str
        What it holds, for messages; ``"dose"`` may have units behind its numbers.
    where : sequence
        The place of each value, for messages.
    whole : bool
        Whether the numbers count things, so that ``1,200`` is twelve hundred and not 1.2.

    Returns
    -------
    list of float
        Doses with a unit are in Gy, other numbers as they stand.

    Raises
    ------
    InputError
        Naming the first value that is no number.

    Examples
    --------
    >>> numbers_of(["0", "0,5", "200 cGy"], what="dose", where=[1, 2, 3])
    [0.0, 0.5, 2.0]
    >>> numbers_of(["1,200", "900"], what="cells", where=[1, 2], whole=True)
    [1200.0, 900.0]
    """
    texts, factors = list(values), [1.0] * len(values)
    if what == "dose":
        for i, text in enumerate(texts):
            if match := _DOSE.match(text):
                texts[i], factors[i] = match.group(1), GRAYS[match.group(2).lower()]
    comma_is_decimal = _comma_is_decimal(texts, whole=whole)
    points_group = whole and _points_group(texts)
    numbers = []
    for text, factor, place in zip(texts, factors, where, strict=True):
        if text.strip().lower() in MISSING:
            numbers.append(math.nan)
            continue
        number = _number(text.strip(), comma_is_decimal, points_group)
        if number is None:
            raise InputError(
                f"the {what} {text!r} is not a number", where=place, cure="mend it or leave it out"
            )
        numbers.append(number * factor)
    return numbers


def is_number(text: str) -> bool:
    """Tell whether a field is a number by itself, in any of the ways that are read.

    Examples
    --------
    >>> is_number("1,5"), is_number("HeLa")
    (True, False)
    """
    return any(_number(text.strip(), comma, True) is not None for comma in (True, False))


def _comma_is_decimal(texts: Sequence[str], *, whole: bool) -> bool:
    """Decide for the whole column; counts of whole things with groups of three have thousands."""
    with_comma = [t for t in texts if "," in t]
    if whole and all(_GROUPED_BY_COMMA.match(t) for t in with_comma):
        return False
    return not any("." in t and "," in t and t.rfind(".") > t.rfind(",") for t in with_comma)


def _points_group(texts: Sequence[str]) -> bool:
    """Whether 1.200 is twelve hundred: every number with a point has groups, one has two marks.

    A spreadsheet of three decimals looks the same, so a single point proves nothing.
    """
    pointed = [t for t in texts if "." in t]
    return (
        bool(pointed)
        and all(_GROUPED_BY_POINT.match(t) for t in pointed)
        and any(t.count(".") > 1 or "," in t for t in texts)
    )


def _number(text: str, comma_is_decimal: bool, points_group: bool) -> float | None:
    if _GROUPED_BY_BLANK.match(text):
        text = re.sub(r"[ '\u2019\u00a0\u202f]", "", text)
    if points_group and _GROUPED_BY_POINT.match(text):
        text = text.replace(".", "")
    if not comma_is_decimal and _GROUPED_BY_COMMA.match(text):
        text = text.replace(",", "")
    if comma_is_decimal and _COMMA.match(text):
        text = text.replace(",", ".")
    if not _PLAIN.match(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None
