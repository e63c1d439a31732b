"""Read Broad's GCT 1.2 and 1.3.

The format: a line ``#1.2`` or ``#1.3``; the numbers of rows and columns, in 1.3 also of
describing columns and rows; a header; in 1.3 the describing rows; then a row for each feature.
See https://clue.io/connectopedia/gct_format.
"""

from __future__ import annotations

import re

import numpy as np

from radiosens.errors import TruncatedError
from radiosens.sources.block import Block
from radiosens.sources.body import read_body
from radiosens.sources.layout import Layout
from radiosens.sources.numbers import POINT
from radiosens.sources.source import Source
from radiosens.sources.splitter import Splitter
from radiosens.sources.text import Lines

__all__ = ["is_gct", "read_gct"]

_TABS = Splitter(b"\t")
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


def is_gct(lines: Lines, source: Source) -> bool:
    """Tell from its first line or its name whether a file is GCT."""
    name = source.name.lower()
    return lines[0].strip() in {b"#1.2", b"#1.3"} or ".gct" in name[-9:]


def read_gct(lines: Lines, source: Source) -> Block:
    """Read a GCT file, and hold it to the sizes it promises.

    Raises
    ------
    InputError, TruncatedError
        If it is no GCT, or has more or less than it promises.
    """
    version = lines[0].strip().decode()
    sizes = _TABS.split(lines[1]) if len(lines) > 2 else []
    sizes = [s for s in sizes if s]
    expected = {"#1.2": 2, "#1.3": 4}.get(version)
    if expected is None or len(sizes) != expected or not all(map(_NUMBER.fullmatch, sizes)):
        raise source.refusal(
            "it is not GCT 1.2 or 1.3: the first line must say so and the second hold its sizes",
            cure="save it as GCT 1.2, or as csv",
        )
    rows, columns, beside, above = (*map(int, sizes), 0, 0)[:4]
    if version == "#1.2":
        beside = 1
    width = 1 + beside + columns
    body = [i for i in range(3 + above, len(lines)) if lines[i].strip()]
    if len(body) != rows:
        raise source.refusal(
            f"its second line promises {rows:,} features and {len(body):,} follow",
            cure="the file was cut or edited: download it again",
            kind=TruncatedError,
        )
    header = [_row(lines, i, width) for i in range(2, 3 + above)]
    given = len(header[0])
    if given != width:
        raise source.refusal(
            f"its second line promises {columns} samples and the header names {given - 1 - beside}",
            cure="mend the second line",
        )
    for i in [*range(3, 3 + above), *body]:
        if (n := len(_row(lines, i, width))) != width:
            raise source.refusal(
                f"it has {n} fields where the header has {width}",
                line=lines.number(i),
                cure="the line was cut or has a stray separator: download it again",
            )
    if rows == 0 or columns == 0:
        raise source.refusal("the table holds no values", cure="check the file")
    layout = Layout(header, np.array(body), width, tuple(range(1 + beside)), POINT)
    return read_body(lines, _TABS, layout, source)


def _row(lines: Lines, i: int, width: int) -> list[str]:
    """Return a line's fields; tabs that end it part nothing."""
    fields = _TABS.split(lines[i])
    while len(fields) > width and not fields[-1]:
        fields.pop()
    return fields
