"""Which lines of a text are a table's: not comments, titles and footers around it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.errors import InputError
from radiosens.sources.fields import Splitter, mostly_numbers
from radiosens.sources.labels import is_annotation
from radiosens.sources.naming import is_index
from radiosens.sources.source import Source
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
    """

    lines: Lines
    splitter: Splitter
    source: Source
    counts: NDArray[np.int64]
    rows: NDArray[np.int64]
    width: int

    def fields(self, i: int) -> list[str]:
        """Split a line."""
        return self.splitter.split(self.lines[int(i)])

    def ragged(self, i: int) -> InputError:
        """Word the refusal of a line with more or fewer fields than the others."""
        return _ragged(self.lines, self.counts, i, self.width, self.source)

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
    counts = np.array([splitter.count(line) for line in lines])
    blank = splitter.separator + b' "'
    filled = np.array([bool(line.strip(blank)) for line in lines])
    empty_rows = int((~filled & (counts > 1)).sum())
    if empty_rows:
        source.note(f"left out {empty_rows} blank rows")
    width = _usual(counts[filled])
    around = _Around(Extent(lines, splitter, source, counts, np.array([]), width), filled)
    filled[around.comments()] = False
    full = np.flatnonzero(filled & (counts == width))
    if len(full) == 0 or width < 2:
        raise source.refusal("the table holds no values", cure="check the file")
    first, spare = around.top(int(full[0]), full)
    around.say_titles(first)
    rows = np.flatnonzero(filled)
    around.footer(rows, int(full[-1]))
    inside = rows[(rows >= first) & (rows <= full[-1])]
    return Extent(lines, splitter, source, counts, inside, width - spare)


def _usual(counts: NDArray[np.int64]) -> int:
    """Return the number of fields that most lines have; of two, the one of later lines."""
    if len(counts) == 0:
        return 0
    tally = Counter(counts.tolist())
    most = max(tally.values())
    return next(int(c) for c in counts[::-1] if tally[int(c)] == most)


def _ragged(
    lines: Lines, counts: NDArray[np.int64], i: int, width: int, source: Source
) -> InputError:
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

    def top(self, first: int, full: NDArray[np.int64]) -> tuple[int, int]:
        """Return the first line of names, and how many fields that end lines part nothing."""
        above = np.flatnonzero(self.filled[:first])
        if len(above) == 0:
            return first, 0
        line, table = int(above[-1]), self.table
        lacking = table.width - int(table.counts[line])
        spare = min(self._trailing(int(i)) for i in full)
        adjacent = line == first - 1
        corner, *below = table.fields(first)
        # One field alone is a title, unless it names the one column of numbers below it.
        named = table.counts[line] > 1 or (adjacent and mostly_numbers(below))
        if not named:
            pair = table.width - spare == 2
            if adjacent and pair and not (is_index(corner) or is_annotation(corner)):
                raise table.ragged(line)
            return first, 0
        if 0 < lacking <= spare and self._trailing(line) < spare:
            table.source.note("lines end with a separator that parts nothing; it is left out")
            return line, lacking
        if spare and lacking == spare + 1:
            return line, spare  # it lacks the corner, and what ends the other lines
        if abs(lacking) == 1:
            return line, 0
        if adjacent and lacking > 0 and table.counts[line] > table.width / 2:
            raise _ragged(table.lines, table.counts, first, table.counts[line], table.source)
        return first, 0

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
            if self.table.counts[i] > 1 or not (apart or i - 1 in below):
                raise self.table.ragged(i)
        if len(below):
            self.table.source.note(f"left out {len(below)} lines below the table")
