"""Which lines of a text are a table's: not comments, titles and footers around it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from radiosens.celllines import resolver
from radiosens.errors import InputError
from radiosens.sources.fields import mostly_numbers
from radiosens.sources.labels import is_annotation
from radiosens.sources.naming import is_index
from radiosens.sources.numbers import looks_like_number
from radiosens.sources.source import Source
from radiosens.sources.splitter import Splitter
from radiosens.sources.text import Lines

__all__ = ["Extent", "find_extent"]

_FOOTER = re.compile(
    rb'[#!*"]|\s*(total|sum|note|source|legend|generated|created|rows?|end|abbreviat)',
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Extent:
    """The lines of a table, header and body, among all lines of a text.

    Attributes
    ----------
    lines : Lines
        All lines of the text.
    splitter : Splitter
        What parts their fields.
    source : Source
        For messages.
    counts : array of int
        Each line's number of fields.
    rows : array of int
        Positions of the table's lines.
    width : int
        Number of fields that count: those that end most lines and part nothing do not.
    bare : bool
        Whether the first line of names lacks the corner, as R leaves it out.
    """

    lines: Lines
    splitter: Splitter
    source: Source
    counts: NDArray[np.int64]
    rows: NDArray[np.int64]
    width: int
    bare: bool = False

    def fields(self, i: int) -> list[str]:
        """Split a line."""
        return self.splitter.split(self.lines[int(i)])

    def names(self, i: int) -> list[str] | None:
        """Bring a line of names to the table's width, None if it has another."""
        fields = self.fields(i)
        if self.bare and i == self.rows[0]:
            fields = ["", *fields]
        while len(fields) > self.width and not fields[-1]:
            fields.pop()
        if len(fields) == self.width - 1:
            fields = ["", *fields]
        return fields if len(fields) == self.width else None

    def ragged(self, i: int) -> InputError:
        """Word the refusal of a line with more or fewer fields than the others."""
        return _ragged(self.lines, self.counts, i, self.width, self.source, self.splitter.separator)

    def refuse_ragged(self, rows: NDArray[np.int64]) -> None:
        """Refuse lines with more or fewer fields; empty ones at their end don't count."""
        for i in rows[self.counts[rows] != self.width]:
            if self.counts[i] < self.width or any(self.fields(i)[self.width :]):
                raise self.ragged(int(i))


def find_extent(lines: Lines, splitter: Splitter, source: Source) -> Extent:
    """Find a table among the lines of a text, by the number of fields that most of them have.

    Where the header has fewer fields than the lines below, and the last ones of all these are
    empty, they end with separators that part nothing. Where they hold values it is the corner
    that the header lacks, as R writes it.

    Raises
    ------
    InputError
        If there is no table, or a line of it was cut.
    """
    counts = splitter.counts(lines)
    blank = splitter.separator + b' "'
    filled = np.array([bool(line.strip(blank)) for line in lines])
    empty_rows = int((~filled & (counts > 1)).sum())
    if empty_rows:
        source.note(f"left out {empty_rows} blank rows")
    width = _usual(counts[filled])
    around = _Around(Extent(lines, splitter, source, counts, np.array([]), width), filled)
    filled[around.comments()] = False
    around.blank_titles()
    full = np.flatnonzero(filled & (counts == width))
    if len(full) == 0 or width < 2:
        raise source.refusal("the table holds no values", cure="check the file")
    first, spare, bare = around.top(int(full[0]), full)
    around.say_titles(first)
    rows = np.flatnonzero(filled)
    # Of lines that end with separators some may do without.
    last = int(np.flatnonzero(filled & (counts >= width - spare) & (counts <= width))[-1])
    around.footer(rows, last)
    inside = rows[(rows >= first) & (rows <= last)]
    return Extent(lines, splitter, source, counts, inside, width - spare, bare)


def _usual(counts: NDArray[np.int64]) -> int:
    """Return the number of fields that most lines have; of two, the one of later lines."""
    if len(counts) == 0:
        return 0
    tally = Counter(counts.tolist())
    most = max(tally.values())
    return next(int(c) for c in counts[::-1] if tally[int(c)] == most)


def _ragged(
    lines: Lines,
    counts: NDArray[np.int64],
    i: int,
    width: int,
    source: Source,
    separator: bytes,
) -> InputError:
    if separator == b"," and counts[i] > 1.2 * width:
        return source.refusal(
            f"it has {counts[i]} fields where the header has {width}: commas part fields, and"
            " decimals too",
            line=lines.number(i),
            cure="save it with decimal points, or with semicolons or tabs between fields",
        )
    return source.refusal(
        f"it has {counts[i]} fields where the header has {width}",
        line=lines.number(i),
        cure="the line was cut or has a stray separator: mend it or download it again",
    )


@dataclass(frozen=True)
class _Around:
    """What stands above and below a table."""

    table: Extent
    filled: NDArray[np.bool_]

    def comments(self) -> list[int]:
        """Return the comments at the top; the last line of them may be the header itself."""
        leading: list[int] = []
        for i in map(int, np.flatnonzero(self.filled)):
            if self.table.lines[i][:1] != b"#":
                wide = leading and abs(self.table.counts[leading[-1]] - self.table.width + 0.5) < 1
                if wide and mostly_numbers(self.table.fields(i)[1:]):
                    leading.pop()
                break
            leading.append(i)
        return leading

    def blank_titles(self) -> None:
        """Take out titles that a spreadsheet filled up to the table's width with empty fields.

        A line of names follows them; of a table of one column a single word is the name.
        """
        titles: list[int] = []
        for i in map(int, np.flatnonzero(self.filled)):
            fields = self.table.fields(i)
            given = sum(map(bool, fields))
            if given != 1 or not fields[0] or len(fields) < 3:
                if titles and given > 2 and not mostly_numbers(fields[1:]):
                    self.filled[titles] = False
                    said = self.table.fields(titles[0])[0][:60]
                    self.table.source.note(
                        f"left out {len(titles)} lines above the table, such as {said!r}"
                    )
                return
            titles.append(i)

    def top(self, first: int, full: NDArray[np.int64]) -> tuple[int, int, bool]:
        """Find the first line of names.

        Returns
        -------
        (int, int, bool)
            The line; how many fields that end lines part nothing; whether it lacks the corner.
        """
        above = np.flatnonzero(self.filled[:first])
        if len(above) == 0:
            return first, 0, False
        line, table = int(above[-1]), self.table
        lacking = table.width - int(table.counts[line])
        adjacent = line == first - 1
        corner, *below = table.fields(first)
        # One field alone is a title, unless it names the one column of numbers below it.
        if table.counts[line] == 1 and not (adjacent and mostly_numbers(below)):
            pair = table.width - min(self._trailing(int(i)) for i in full) == 2
            if adjacent and pair and not (is_index(corner) or is_annotation(corner)):
                raise table.ragged(line)
            return first, 0, False
        if lacking > 0 and (spare := self._spare(line, full)) is not None:
            return line, *spare
        if abs(lacking) == 1:
            return line, 0, lacking == 1
        if adjacent and lacking > 0 and table.counts[line] >= table.width / 2:
            raise replace(table, width=int(table.counts[line])).ragged(first)
        return first, 0, False

    def _spare(self, line: int, full: NDArray[np.int64]) -> tuple[int, bool] | None:
        """Hold a line of names against lines that are longer and end with empty fields.

        Returns
        -------
        (int, bool) or None
            How many of these fields part nothing, and whether the line lacks the corner; None
            if neither explains its length.
        """
        table, names = self.table, self.table.fields(line)
        spare = min(self._trailing(int(i)) for i in full)
        given = len(names) - self._trailing(line)
        if spare and given == table.width - spare:
            self._refuse_either(line, full)
            table.source.note("lines end with a separator that parts nothing; it is left out")
            return table.width - len(names), False
        if spare and given == table.width - spare - 1:
            if given < len(names) and (is_index(names[0]) or is_annotation(names[0])):
                raise table.source.refusal(
                    f"a column has no name: the header names {given} of {given + 1}",
                    line=table.lines.number(line),
                    cure="name every column",
                )
            return spare, True
        return None

    def _refuse_either(self, line: int, full: NDArray[np.int64]) -> None:
        """Refuse a short header where names may belong one column further on.

        The lines end with a separator too many, or the header lacks its corner and the last
        column was not measured. The latter is as likely where the corner would be called like
        a cell line, or a column that has a name would be empty.
        """
        names = self.table.fields(line)
        empty = {i for i, name in enumerate(names) if i and name}
        if resolver().find(names[0]) is None:
            for row in full:
                fields = self.table.fields(int(row))
                empty = {i for i in empty if not fields[i]}
                if not empty:
                    return
        raise self.table.source.refusal(
            "the lines below have a field more, an empty one: a separator too many ends them, or"
            f" the corner is missing and {names[0] or names[min(empty)]!r} names values",
            line=self.table.lines.number(line),
            cure="name every column, that of the names too",
        )

    def _trailing(self, i: int) -> int:
        """Count the empty fields at a line's end."""
        line, separator = self.table.lines[i], self.table.splitter.separator
        return line[len(line.rstrip(b' "' + separator)) :].count(separator)

    def say_titles(self, first: int) -> None:
        """Say which lines above the table are left out."""
        lines = [self.table.lines[int(i)] for i in np.flatnonzero(self.filled[:first])]
        titles = [line for line in lines if not line.lstrip(b' "').startswith((b"%", b"!"))]
        if titles:
            said = titles[0].decode().strip()[:60]
            self.table.source.note(
                f"left out {len(titles)} lines above the table, such as {said!r}"
            )

    def footer(self, rows: NDArray[np.int64], last: int) -> None:
        """Leave out what stands below the table, and refuse a last line that was cut.

        A download that is cut leaves a short last line as well, but no blank one before it.
        """
        below = rows[rows > last]
        for i in map(int, below):
            apart = not self.filled[i - 1] or _FOOTER.match(self.table.lines[i])
            words = not any(map(looks_like_number, self.table.fields(i)[1:]))
            if not words or not (apart or i - 1 in below):
                raise self.table.ragged(i)
        if len(below):
            self.table.source.note(f"left out {len(below)} lines below the table")
