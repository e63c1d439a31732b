"""Numbers of an evaluation as cells of the page's tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["interval", "p_of", "row_of", "table"]

Row = dict[str, Any]


def row_of(rows: Sequence[Row], **wanted: Any) -> Row:
    """Return the row that has these values, or an empty one.

    Examples
    --------
    >>> row_of([{"a": 1, "b": 2}, {"a": 3, "b": 4}], a=3)
    {'a': 3, 'b': 4}
    """
    return next((r for r in rows if wanted.items() <= r.items()), {})


def interval(row: Row, name: str, *, signed: bool = False) -> str:
    """Return a value with its interval; a dash where it has none.

    Examples
    --------
    >>> interval({"r2": 0.4, "r2_low": 0.1, "r2_high": 0.6}, "r2")
    '0.40 (0.10 to 0.60)'
    >>> interval({"r2": -0.04, "r2_low": None, "r2_high": None}, "r2")
    '-0.04'
    >>> interval({"r2": -0.001, "r2_low": -0.004, "r2_high": 0.1}, "r2", signed=True)
    '0.00 (0.00 to 0.10)'
    >>> interval({}, "r2")
    '-'
    """
    value, low, high = (row.get(f"{name}{side}") for side in ("", "_low", "_high"))
    if value is None:
        return "-"
    text = _plain(f"{value:+.2f}" if signed else f"{value:.2f}")
    return text if low is None else f"{text} ({_plain(f'{low:.2f}')} to {_plain(f'{high:.2f}')})"


def _plain(text: str) -> str:
    """Zero has no sign."""
    return "0.00" if text in {"-0.00", "+0.00"} else text


def p_of(row: Row, name: str = "p") -> str:
    """Return a p value; a dash where there is none.

    Examples
    --------
    >>> p_of({"p": 0.0001}), p_of({"p": 0.00098}), p_of({"p": 0.62}), p_of({})
    ('< 0.001', '0.001', '0.62', '-')
    """
    value = row.get(name)
    if value is None:
        return "-"
    if value < 0.0005:
        return "< 0.001"
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, the first column to the left."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
