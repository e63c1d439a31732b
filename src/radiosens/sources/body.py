"""The values of a text table, read in pieces into one array."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from radiosens.sources.block import Block
from radiosens.sources.labels import says_sample
from radiosens.sources.layout import Layout
from radiosens.sources.numbers import NotANumberError, parse_fields
from radiosens.sources.source import Source
from radiosens.sources.splitter import Splitter
from radiosens.sources.text import Lines

__all__ = ["read_body"]

#: Fields parsed at once: large enough to be fast, small enough to cost some megabytes.
_AT_ONCE = 400_000


def read_body(lines: Lines, splitter: Splitter, layout: Layout, source: Source) -> Block:
    """Read the values and texts of a table whose layout is known.

    Raises
    ------
    InputError
        If a field is no number, naming line and column.
    """
    numeric = [i for i in range(layout.width) if i not in set(layout.text)]
    values = np.empty((len(layout.body), len(numeric)), dtype=np.float32)
    texts: list[list[str]] = []
    at_once = max(1, _AT_ONCE // max(1, len(numeric)))
    for start in range(0, len(layout.body), at_once):
        rows = layout.body[start : start + at_once]
        told, flat = _fields(lines, splitter, layout, rows, numeric, source)
        texts += told
        try:
            numbers = parse_fields(flat, len(rows) * len(numeric), layout.marks)
        except NotANumberError as error:
            row, column = divmod(error.position, len(numeric))
            raise source.refusal(
                f"{error.text!r} is not a number",
                line=lines.number(int(rows[row])),
                column=layout.header[0][numeric[column]],
                cure="expression values are numbers, or empty where missing",
            ) from None
        _store(values[start : start + len(rows)], numbers)
    return Block(
        values=values,
        columns=[[h[i] for i in numeric] for h in layout.header],
        columns_said=[h[0] for h in layout.header],
        texts=[list(t) for t in zip(*texts, strict=True)],
        texts_said=[_said(layout.header, i, layout.text) for i in layout.text],
    )


def _store(target: NDArray[np.float32], numbers: NDArray[np.float64]) -> None:
    with np.errstate(over="ignore"):  # an infinite value is refused where all is looked at
        target[...] = numbers.reshape(target.shape)


def _said(header: list[list[str]], place: int, text: tuple[int, ...]) -> str:
    """Return what a column of text is called.

    The last of several rows says so where it says nothing else. Otherwise the first that does; but
    in further rows the first field says what the row is, and in the first one as well where it
    is a word for samples: pandas writes levels of columns so.
    """
    names, last = [h[place] for h in header], header[-1]
    if len(header) > 1 and not any(f for i, f in enumerate(last) if i not in text):
        return names[-1]
    if place:
        return next((n for n in names if n), "")
    return "" if len(header) > 1 and says_sample(names[0]) else names[0]


def _fields(
    lines: Lines,
    splitter: Splitter,
    layout: Layout,
    rows: NDArray[np.int64],
    numeric: list[int],
    source: Source,
) -> tuple[list[list[str]], bytes]:
    """Return the texts of some rows, and their numbers as fields one a line."""
    leading = len(layout.text)
    simple = layout.text == tuple(range(leading))
    if simple and leading == 1 and (found := _after_names(lines, splitter, rows, len(numeric))):
        return found
    texts, flat = [], []
    for i in rows:
        line = lines[int(i)]
        split = splitter.first(line, leading) if simple else None
        if split is not None and split[1].count(splitter.separator) == len(numeric) - 1:
            told, rest = split
            texts.append(told)
            flat.append(rest.replace(splitter.separator, b"\n"))
        else:
            fields = splitter.split(line)
            if len(fields) < layout.width:
                raise source.refusal(
                    f"it has {len(fields)} fields where the header has {layout.width}",
                    line=lines.number(int(i)),
                    cure="a quotation mark holds fields together: remove it",
                )
            texts.append([fields[j] for j in layout.text])
            flat.append("\n".join([fields[j] for j in numeric]).encode())
    flat.append(b"")
    return texts, b"\n".join(flat)


def _after_names(
    lines: Lines, splitter: Splitter, rows: NDArray[np.int64], numbers: int
) -> tuple[list[list[str]], bytes] | None:
    """Split rows of a name and numbers all at once; None where that needs a closer look."""
    if rows[-1] - rows[0] != len(rows) - 1:
        return None
    chunk = lines.raw[lines.starts[rows[0]] : lines.starts[rows[-1] + 1]]
    parts = [line.partition(splitter.separator) for line in chunk.split(b"\n")]
    del parts[-1]  # what follows the last line feed
    flat = b"\n".join([rest for *_, rest in parts]).replace(splitter.separator, b"\n") + b"\n"
    if b'"' in flat or flat.count(b"\n") != len(rows) * numbers:
        return None
    names = [name.strip() for name, *_ in parts]
    if b'"' in chunk:
        bare = [n[1:-1] if n[:1] == b'"' == n[-1:] else n for n in names]
        if any(b'"' in n for n in bare):
            return None
        names = [n.strip() for n in bare]
    return [[n.decode().strip()] for n in names], flat
