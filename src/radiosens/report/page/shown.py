"""How numbers and names are shown: rounded, and with nothing in them that isn't seen."""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = ["SHOWN", "cut", "number", "plain", "seen", "visible"]

#: Longer names are cut in their middle.
_LONGEST = 120
_NOTHING = "–"


def _significant(value: float) -> str:
    """Show two figures, small values as powers.

    Examples
    --------
    >>> [_significant(v) for v in (0.0, 0.0371, 1.2e-93, 1.0)]
    ['0', '0.037', '1.2e-93', '1']
    """
    return f"{value:.2g}"


#: Kind of a column to how its numbers are shown.
SHOWN: dict[str, Callable[[float], str]] = {
    "whole": lambda v: f"{v:,.0f}",
    "fraction": lambda v: f"{v:.2f}",
    "three": lambda v: f"{v:.3f}",
    "four": lambda v: f"{v:.4f}",
    "one": lambda v: f"{v:.1f}",
    "signed": lambda v: f"{v:+.4f}",
    "p": _significant,
    "percent": lambda v: f"{100 * v:.1f} %",
}


def number(text: str) -> float:
    """Return a cell's number; NaN for anything else.

    Examples
    --------
    >>> number("0.5"), number(""), number("inf"), number("HL-60")
    (0.5, nan, inf, nan)
    """
    try:
        return float(text)
    except ValueError:
        return math.nan


def plain(text: str, kind: str) -> str:
    """Show a cell of a table.

    Parameters
    ----------
    text : str
        As it stands in the file.
    kind : str
        One of `SHOWN`, or ``"text"``.

    Examples
    --------
    >>> plain("0.51799", "fraction"), plain("", "fraction"), plain("inf", "three")
    ('0.52', '–', '∞')
    """
    if kind == "text":
        return text
    value = number(text)
    if math.isnan(value):
        return text or _NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return SHOWN[kind](value)


def seen(text: str) -> str:
    r"""Show what can't be seen, or turns the text around it, as escapes.

    Examples
    --------
    >>> seen("a\x1b[31mb"), seen("\u202egnp.exe")
    ('a\\x1b[31mb', '\\u202egnp.exe')
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\u00a0" else ascii(c)[1:-1] for c in text)


def visible(text: str) -> str:
    """Show a name: as `seen` does, and one that is very long without its middle.

    Examples
    --------
    >>> visible("x" * 5000)[-30:]
    'xxxxxxxxxxx (5,000 characters)'
    """
    if len(text) > _LONGEST:
        text = f"{text[:80]} … {text[-20:]} ({len(text):,} characters)"
    return seen(text)


def cut(text: str, most: int) -> str:
    """Show a name in a figure, where there is room for so many letters.

    Examples
    --------
    >>> cut("HL-60", 20), cut("a very long name", 8)
    ('HL-60', 'a very …')
    """
    text = visible(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"
