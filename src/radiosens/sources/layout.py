"""Which lines of a text table are its header, its body and neither; which columns hold numbers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.errors import InputError
from radiosens.sources.fields import Splitter, sampled
from radiosens.sources.labels import is_annotation
from radiosens.sources.missing import is_missing
from radiosens.sources.numbers import (
    POINT,
    AmbiguousError,
    Marks,
    find_marks,
    looks_like_number,
)
from radiosens.sources.source import Source
from radiosens.sources.text import Lines

__all__ = ["Layout", "find_layout"]

_FOOTER = re.compile(
    rb'[#!*"]|\s*(total|sum|note|source|legend|generated|created|rows?|end|abbreviat)',
    re.IGNORECASE,
)
#: More lines of names and descriptions than this stand above no table.
_MOST_HEADER = 60
#: Fields that are looked at to tell columns of text from columns of numbers.
_MOST_FIELDS = 200_000


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
    InputError, TruncatedError
        If lines don't have the same number of fields, there is no line of names or no value,
        or numbers can be read in two ways.
    """
    counts = np.array([splitter.count(line) for line in lines])
    blank = splitter.separator + b' "'
    filled = np.array([bool(line.strip(blank)) for line in lines])
    empty_rows = int((~filled & (counts > 1)).sum())
    if empty_rows:
        source.note(f"left out {empty_rows} blank rows")
    width = _usual(counts[filled])
    filled[_comments(lines, filled, counts, width, splitter)] = False
    rows, spare = _region(lines, counts, filled, width, splitter, source)
    width -= spare
    text, marks = _columns(lines, splitter, rows, width, source)
    n = _header_rows(lines, splitter, rows, width, text, source)
    header = [_fit(splitter.split(lines[i]), width, lines.number(i), source) for i in rows[:n]]
    if counts[rows[0]] == width - 1:
        source.note("its header lacks the corner, as R leaves it out")
    body = rows[n:]
    if len(body) == 0:
        raise source.refusal("the table holds no values", cure="check the file")
    _refuse_ragged(lines, splitter, counts, body, width, source)
    named = {i for i in range(width) if is_annotation(header[0][i])}
    return Layout(header, body, width, tuple(sorted({0, *text, *named})), marks)


def _usual(counts: NDArray[np.int64]) -> int:
    """Return the number of fields that most lines have; of two, the one of later lines."""
    if len(counts) == 0:
        return 0
    tally = Counter(counts.tolist())
    most = max(tally.values())
    return next(int(c) for c in counts[::-1] if tally[int(c)] == most)


def _comments(
    lines: Lines,
    filled: NDArray[np.bool_],
    counts: NDArray[np.int64],
    width: int,
    splitter: Splitter,
) -> list[int]:
    """Return the lines at the top that are comments: the last such may be the header itself."""
    leading = []
    for i in np.flatnonzero(filled):
        if lines[int(i)][:1] != b"#":
            if leading and counts[leading[-1]] in {width, width - 1}:
                below = splitter.split(lines[int(i)])[1:]
                if sum(map(looks_like_number, below)) >= 0.5 * len(below):
                    leading.pop()
            break
        leading.append(int(i))
    return leading


def _region(
    lines: Lines,
    counts: NDArray[np.int64],
    filled: NDArray[np.bool_],
    width: int,
    splitter: Splitter,
    source: Source,
) -> tuple[NDArray[np.int64], int]:
    """Return the lines of header and body, without titles above and footers below.

    Also how many separators at the ends of lines part nothing: the header has fewer fields,
    and the last ones of all other lines are empty. Where they hold values it is the corner
    that the header lacks.
    """
    full = np.flatnonzero(filled & (counts == width))
    if len(full) == 0 or width < 2:
        raise source.refusal("the table holds no values", cure="check the file")
    first, last = int(full[0]), int(full[-1])
    above = [i for i in range(first) if filled[i]]
    spare = min(_trailing(lines[int(i)], splitter) for i in full)
    if above:
        lacking = width - int(counts[above[-1]])
        if 0 < lacking <= spare:
            source.note(f"lines end with {lacking} separator that parts nothing; left out")
            first = above.pop()
            spare = lacking
        elif spare and lacking == spare + 1:
            first = above.pop()  # lacks the corner, and what ends the other lines
        elif abs(lacking) == 1 and counts[above[-1]] > 1:
            first, spare = above.pop(), 0
        elif above[-1] == first - 1 and counts[above[-1]] > width / 2 and lacking > 0:
            raise _ragged(lines, counts, first, int(counts[above[-1]]), source)
        else:
            spare = 0
    else:
        spare = 0
    titles = [i for i in above if not lines[i].lstrip(b' "').startswith((b"%", b"!"))]
    if titles:
        said = lines[titles[0]].decode().strip()
        source.note(f"left out {len(titles)} lines above the table, such as {said[:60]!r}")
    rows = np.flatnonzero(filled)
    tail = rows[rows > last]
    for i in tail:
        # A download that is cut leaves a short last line as well, but no blank one before it.
        apart = not filled[i - 1] or bool(_FOOTER.match(lines[int(i)]))
        if counts[i] > 1 or not (apart or int(i) - 1 in tail):
            raise _ragged(lines, counts, int(i), width, source)
    if len(tail):
        source.note(f"left out {len(tail)} lines below the table")
    return rows[(rows >= first) & (rows <= last)], spare


def _trailing(line: bytes, splitter: Splitter) -> int:
    """Count the empty fields at a line's end."""
    bare = line.rstrip(b' "' + splitter.separator)
    return line[len(bare) :].count(splitter.separator)


def _columns(
    lines: Lines, splitter: Splitter, rows: NDArray[np.int64], width: int, source: Source
) -> tuple[set[int], Marks]:
    """Tell columns of text from columns of numbers, by fields from all over the table."""
    start = min(len(rows) - 1, max(1, min(len(rows) // 4, _MOST_HEADER)))
    looked_at = max(6, min(200, _MOST_FIELDS // width))
    probe = [
        splitter.split(lines[int(rows[start + i])]) for i in sampled(len(rows) - start, looked_at)
    ]
    probe = [p for p in probe if len(p) in {width, width + 1}] or [[""] * width]
    columns = list(zip(*(p[:width] for p in probe), strict=True))
    text = {i for i, fields in enumerate(columns) if _is_text(fields)}
    numbers = [f for i, c in enumerate(columns) if i and i not in text for f in c]
    if not any(looks_like_number(f) for f in numbers):
        raise source.refusal("the table holds no values", cure="check the file")
    try:
        marks = find_marks(numbers)
    except AmbiguousError:
        every = (
            f
            for i in rows
            for j, f in enumerate(splitter.split(lines[int(i)]))
            if j and j not in text
        )
        try:
            marks = find_marks(every)
        except AmbiguousError as error:
            number = str(error)
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
    return text, marks


def _is_text(fields: tuple[str, ...]) -> bool:
    given = [f for f in fields if not is_missing(f)]
    return bool(given) and sum(map(looks_like_number, given)) < 0.5 * len(given)


def _is_names(fields: list[str], text: set[int], marks: Marks = POINT) -> bool:
    """Tell whether a row says something of columns rather than holding their values."""
    given = [f for i, f in enumerate(fields) if i and i not in text and not is_missing(f)]
    return bool(given) and sum(map(looks_like_number, given)) < 0.5 * len(given)


def _header_rows(
    lines: Lines,
    splitter: Splitter,
    rows: NDArray[np.int64],
    width: int,
    text: set[int],
    source: Source,
) -> int:
    """Count the rows of names above the values: one, more, or a refusal where there is none."""
    looked_at = max(6, min(_MOST_HEADER, _MOST_FIELDS // width))
    top = [splitter.split(lines[int(i)]) for i in rows[:looked_at]]
    shift = 1 if len(top[0]) == width - 1 else 0
    first = [""] * shift + top[0]
    named = [_is_names(first, text), *(_is_names(t, text) for t in top[1:])]
    last, seen = 0, 0
    for i, is_names in enumerate(named):
        seen += is_names
        if is_names and 2 * seen >= i + 1:
            last = i
    if named[0] or last:
        if last:
            source.note(f"{last + 1} lines name or describe its columns")
        return last + 1
    numbers = [f for i, f in enumerate(first) if i and i not in text and f]
    whole = all(re.fullmatch(r"\d+", f, re.ASCII) for f in numbers)
    unnamed = not numbers or not whole or len(set(numbers)) < len(numbers)
    if unnamed or first[0] in {"N_unmapped", "N_multimapping"}:
        raise source.refusal(
            "it has no line of names above its values",
            line=lines.number(int(rows[0])),
            cure="add a first line that names each column",
        )
    return 1


def _fit(fields: list[str], width: int, line: int, source: Source) -> list[str]:
    """Bring a line of names to the table's width."""
    if len(fields) == width - 1:
        return ["", *fields]  # R leaves the corner out
    if len(fields) > width and not any(fields[width:]):
        return fields[:width]
    if len(fields) != width:
        raise source.refusal(
            f"its header has {len(fields)} fields where the lines below have {width}",
            line=line,
            cure="mend the header: it needs one name for each column",
        )
    return fields


def _refuse_ragged(
    lines: Lines,
    splitter: Splitter,
    counts: NDArray[np.int64],
    body: NDArray[np.int64],
    width: int,
    source: Source,
) -> None:
    for i in body[counts[body] != width]:
        if counts[i] < width or any(splitter.split(lines[int(i)])[width:]):
            raise _ragged(lines, counts, int(i), width, source)


def _ragged(
    lines: Lines, counts: NDArray[np.int64], i: int, width: int, source: Source
) -> InputError:
    return source.refusal(
        f"it has {counts[i]} fields where the header has {width}",
        line=lines.number(i),
        cure="the line was cut or has a stray separator: mend it or download it again",
    )
