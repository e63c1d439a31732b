"""Read tables of text: any usual separator, decimal mark, header and encoding."""

from __future__ import annotations

from radiosens.sources.block import Block
from radiosens.sources.body import read_body
from radiosens.sources.fields import find_separator
from radiosens.sources.layout import find_layout
from radiosens.sources.source import Source
from radiosens.sources.text import Lines

__all__ = ["read_delimited"]


def read_delimited(lines: Lines, source: Source) -> Block:
    r"""Read a delimited table.

    Parameters
    ----------
    lines : Lines
        The text.
    source : Source
        For messages.

    Returns
    -------
    Block
        Numbers, and the texts beside and above them.

    Raises
    ------
    InputError
        If it is no table, or can be read in two ways.

    Examples
    --------
    >>> lines = Lines.of(b"gene;A549;MCF7\nTP53;6,6;4,0\nALB;2,1;1,9\n")
    >>> read_delimited(lines, Source("t.csv")).values.tolist()
    [[6.599999904632568, 4.0], [2.0999999046325684, 1.899999976158142]]
    """
    lines, splitter = find_separator(lines, source)
    if splitter.word not in {"tabs", "commas"}:
        source.note(f"fields are parted by {splitter.word}")
    lines = splitter.join_quoted(lines, source)
    layout = find_layout(lines, splitter, source)
    return read_body(lines, splitter, layout, source)
