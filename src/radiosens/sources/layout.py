"""Which lines of a table are its header and its body; which columns hold numbers, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.sources.extent import Extent, find_extent
from radiosens.sources.fields import sampled
from radiosens.sources.labels import is_annotation
from radiosens.sources.missing import is_missing
from radiosens.sources.naming import is_index, is_row_numbers
from radiosens.sources.numbers import (
    POINT,
    AmbiguousError,
    Marks,
    find_marks,
    looks_like_number,
)
from radiosens.sources.source import Source
from radiosens.sources.splitter import Splitter
from radiosens.sources.text import Lines

__all__ = ["Layout", "find_layout"]

#: More lines of names and descriptions than this stand above no table.
_MOST_HEADER = 60
#: Fields that are looked at to tell columns of text from columns of numbers.
_MOST_FIELDS = 200_000
#: Fields of one line that are enough to tell what it holds.
_MANY_FIELDS = 5_000
#: So many whole numbers in the first line are Entrez ids; fewer may be a line of counts.
_MANY = 50
_SOME_WHOLE = 0.02
#: Logarithms with three decimals, as a spreadsheet writes them with commas, and how many of
#: them are no chance.
_THREE_DECIMALS, _MANY_NUMBERS = re.compile(r"([1-9]|[12]\d|30),\d{3}", re.ASCII), 200
_PLAIN_NUMBERS = re.compile(r"(?:-?\d+(?:\.\d+)?(?:\n|$))+", re.ASCII)
_WHOLE_NUMBER = re.compile(r"\d+(\.0)?", re.ASCII)
#: STAR's ReadsPerGene.out.tab has no line of names: reads on either strand, then by strand.
_STAR = ["", "unstranded", "first strand", "second strand"]


@dataclass(frozen=True)
class Layout:
    """Where in a text table things are.

    Attributes
    ----------
    header : list of list of str
        Rows of names and descriptions above the values, each of `width` fields.
    body : array of int
        Positions of the lines that hold values.
    width : int
        Number of columns, those of text included.
    text : tuple of int
        Columns that name or describe a row; the others hold numbers.
    marks : Marks
        How numbers are written.
    """

    header: list[list[str]]
    body: NDArray[np.int64]
    width: int
    text: tuple[int, ...]
    marks: Marks


def find_layout(lines: Lines, splitter: Splitter, source: Source) -> Layout:
    """Tell a table's layout from all of its lines.

    Raises
    ------
    InputError
        If lines don't have the same number of fields, there is no line of names or no value,
        or numbers can be read in two ways.
    """
    table = find_extent(lines, splitter, source)
    text, fields = _text_columns(table)
    marks = _marks(table, text, fields)
    n = _header_rows(table, text)
    if n:
        header = [_fit(table, int(i)) for i in table.rows[:n]]
        if table.bare:
            source.note("its header lacks the corner, as R leaves it out")
    elif table.width == len(_STAR):
        header = [_STAR]
    else:
        name = source.sample
        source.warn(f"it has no line of names; its one column of values is called {name!r}")
        header = [["" if i == 0 or i in text else name for i in range(table.width)]]
    body = table.rows[n:]
    if len(body) == 0:
        raise source.refusal("the table holds no values", cure="check the file")
    table.refuse_ragged(body)
    named = {i for i in range(table.width) if is_annotation(header[0][i])}
    named |= _row_numbers(table, header[0], body)
    return Layout(header, body, table.width, tuple(sorted({0, *text, *named})), marks)


def _row_numbers(table: Extent, names: list[str], body: NDArray[np.int64]) -> set[int]:
    """Return columns that count rows, as pandas writes them anew at each saving.

    What pandas itself calls ``Unnamed: 0`` was an index without a name: whole numbers there are
    row numbers or ids.
    """
    top = [table.fields(i) for i in body[:5]]
    found = set()
    for i, name in enumerate(names):
        begin = top[0][i]
        # Most columns are seen at once to count nothing.
        if i and (begin in {"0", "1"} or name.startswith("Unnamed: ")) and is_index(name):
            fields = [f[i] for f in top]
            ids = name.startswith("Unnamed: ") and all(map(_WHOLE_NUMBER.fullmatch, fields))
            if ids or (len(top) > 2 and is_row_numbers(fields)):
                found.add(i)
    if len(top) > 2 and is_index(names[0]) and is_row_numbers([f[0] for f in top]):
        # Rows that are numbered have their names beside: these may be numbers too.
        first, *others = zip(*(f[1 : table.width] for f in top), strict=True)
        given = [f for o in others for f in o if looks_like_number(f)]
        whole = all(map(_WHOLE_NUMBER.fullmatch, first)) and len(set(first)) == len(first)
        if whole and given and not all(map(_WHOLE_NUMBER.fullmatch, given)):
            found.add(1)
    return found


def _text_columns(table: Extent) -> tuple[set[int], list[str]]:
    """Tell columns of text from columns of numbers; also return fields of the latter."""
    rows, width = table.rows, table.width
    start = min(len(rows) - 1, max(1, min(len(rows) // 4, _MOST_HEADER)))
    looked_at = max(6, min(200, _MOST_FIELDS // width))
    probe = [table.fields(rows[start + i]) for i in sampled(len(rows) - start, looked_at)]
    probe = [p for p in probe if len(p) >= width] or [[""] * width]
    rows_of_numbers = ["\n".join(p[1:width]) for p in probe]
    if all(map(_PLAIN_NUMBERS.fullmatch, rows_of_numbers)):  # as most tables are, wide ones too
        names = [p[0] for p in probe]
        return {0} if _is_text(names) else set(), "\n".join(rows_of_numbers).split("\n")
    columns = list(zip(*(p[:width] for p in probe), strict=True))
    text = {i for i, fields in enumerate(columns) if _is_text(fields)}
    numbers = [f for i, c in enumerate(columns) if i and i not in text for f in c]
    if not any(map(looks_like_number, numbers)):
        odd = [f for column in columns[1:] for f in column if not is_missing(f)]
        such = f": {odd[0]!r} is no number" if odd else ""
        raise table.source.refusal(f"the table holds no values{such}", cure="check the file")
    return text, numbers


def _marks(table: Extent, text: set[int], numbers: list[str]) -> Marks:
    """Tell how numbers are written, by all of the table where some of it can't tell."""
    source = table.source
    try:
        marks = find_marks(numbers)
    except AmbiguousError:
        skipped = text | {0}
        every = (f for i in table.rows for j, f in enumerate(table.fields(i)) if j not in skipped)
        try:
            marks = find_marks(every)
        except AmbiguousError as error:
            number = str(error)
            whole = sum(bool(re.fullmatch(r"[1-9]\d{0,2}", f, re.ASCII)) for f in numbers)
            if table.splitter.separator == b"," and whole > _SOME_WHOLE * len(numbers):
                # Who parts fields by commas writes decimals with points; and of numbers with
                # three decimals, one in a thousand is written without.
                source.warn(f"numbers such as {number!r} are read with commas for thousands")
                return Marks(".", ",")
            given = [f for f in numbers if not is_missing(f)]
            if len(given) >= _MANY_NUMBERS and all(map(_THREE_DECIMALS.fullmatch, given)):
                # As thousands, all would lie between 1,000 and 31,000 and be written whole.
                source.warn(f"numbers such as {number!r} are read with decimal commas")
                return Marks(",")
            raise source.refusal(
                f"{number!r} can be {number.replace(',', '')} or {number.replace(',', '.')}:"
                " commas part thousands or decimals",
                cure="save it with decimal points and no commas in numbers",
            ) from None
    if marks != POINT:
        source.note(
            f"numbers have a decimal {'comma' if marks.decimal == ',' else 'point'}"
            + (f" and thousands parted by {marks.thousands!r}" if marks.thousands else "")
        )
    return marks


def _is_text(fields: tuple[str, ...] | list[str]) -> bool:
    given = [f for f in fields if not is_missing(f)]
    return bool(given) and sum(map(looks_like_number, given)) < 0.5 * len(given)


def _header_rows(table: Extent, text: set[int]) -> int:
    """Count the rows of names above the values: one or more, or none of a single column."""
    rows, width = table.rows, table.width
    looked_at = max(6, min(_MOST_HEADER, _MOST_FIELDS // width))
    top = [table.fields(i) for i in rows[:looked_at]]
    first = table.names(int(rows[0])) or top[0]
    # A row that says something of columns has texts where they have numbers.
    places = [i for i in range(1, width) if i not in text]
    places = [places[k] for k in sampled(len(places), _MANY_FIELDS)]
    named = [
        _is_text([fields[i] for i in places if i < len(fields)]) for fields in (first, *top[1:])
    ]
    # Nor has one values that only says what the columns of text are.
    for i, fields in enumerate(top[1:], start=1):
        told = [f for k, f in enumerate(fields) if f and k not in places]
        silent = len(fields) == width and not any(fields[k] for k in places)
        named[i] |= named[i - 1] and silent and bool(told) and all(map(is_annotation, told))
    last, seen = 0, 0
    for i, is_named in enumerate(named):
        seen += is_named
        if is_named and 2 * seen >= i + 1:
            last = i
    if named[0] or last:
        if last:
            table.source.note(f"{last + 1} lines name or describe its columns")
        return last + 1
    numbers = [f for i, f in enumerate(first) if i and i not in text and f]
    whole = all(re.fullmatch(r"\d+", f, re.ASCII) for f in numbers)
    corner = is_index(first[0]) or is_annotation(first[0]) or first[0].lower() == "id"
    corner |= len(numbers) > _MANY
    if whole and corner and numbers and len(set(numbers)) == len(numbers):
        return 1  # Entrez ids, or samples that were numbered
    if first[0] == "N_unmapped" and width == len(_STAR):
        return 0
    alone = int(rows[0]) == 0  # what stands above could be a header that is not understood
    if alone and numbers and width - len(text | {0}) == 1 and len(first) == width:
        return 0  # HTSeq writes one sample a file, without a header
    raise table.source.refusal(
        "it has no line of names above its values",
        line=table.lines.number(int(rows[0])),
        cure="add a first line that names each column",
    )


def _fit(table: Extent, i: int) -> list[str]:
    """Bring a line of names to the table's width."""
    names = table.names(i)
    if names is None:
        raise table.source.refusal(
            f"its header has {table.counts[i]} fields where the lines below have {table.width}",
            line=table.lines.number(i),
            cure="mend the header: it needs one name for each column",
        )
    return names
