"""A file with a few columns, as rows of text: CSV and its kin, packed or not, and xlsx."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from radiosens.sources.decompress import is_workbook
from radiosens.sources.source import Source
from radiosens.sources.splitter import Splitter
from radiosens.sources.text import Lines, read_lines
from radiosens.sources.xlsx import Rows, read_rows
from radiosens.survival.columns import dose_of_header, recognise

__all__ = ["TextTable", "read_text_table"]

_SEPARATORS = (b"\t", b";", b",", b"|")


@dataclass(frozen=True)
class TextTable:
    """A table as text.

    Attributes
    ----------
    rows : list of (int, list of str)
        Each row that is not blank, with its number in the file, counted from 1.
    """

    rows: list[tuple[int, list[str]]]


def read_text_table(source: Source) -> TextTable:
    """Read a table as rows of text fields, blanks at their ends removed.

    The separator (tab, semicolon, comma, bar, or blanks) is the one that gives most rows the
    same number of fields. Of a workbook, the one sheet with a column of doses or colonies.

    Raises
    ------
    InputError
        If the file can't be read, or is no table.
    """
    if is_workbook(source):
        return TextTable(
            _parse(Lines.of(read_rows(source, None, _counts)), Splitter(b"\t"), source)
        )
    lines = read_lines(source)
    found = [_parse(lines, Splitter(separator), source) for separator in _SEPARATORS]
    best = max(found, key=_evenness)
    if _evenness(best) == (0, 0):
        best = [(lines.number(i), line.decode().split()) for i, line in enumerate(lines)]
        best = [(number, fields) for number, fields in best if fields]
    if max((len(fields) for _, fields in best), default=0) < 2:
        raise source.refusal(
            "it is not a table: no tab, semicolon, comma or blank separates its fields",
            cure="give a table with a column each for dose, cells and colonies",
        )
    return TextTable(best)


def _counts(rows: Rows) -> bool:
    """Tell a sheet of colonies by a header that names two of its columns."""
    return any(
        sum(recognise(f) is not None or dose_of_header(f, bare=False) is not None for f in row) >= 2
        for row in rows
    )


def _parse(lines: Lines, splitter: Splitter, source: Source) -> list[tuple[int, list[str]]]:
    joined = splitter.join_quoted(lines, source)
    split = ((joined.number(i), splitter.split(line)) for i, line in enumerate(joined))
    return [(n, fields) for n, fields in split if any(fields) and not fields[0].startswith("##")]


def _evenness(rows: list[tuple[int, list[str]]]) -> tuple[int, int]:
    """Return how many rows are equally wide, and how wide these are."""
    widths = Counter(len(fields) for _, fields in rows if len(fields) > 1)
    if not widths:
        return 0, 0
    width, alike = widths.most_common(1)[0]
    return alike, width
