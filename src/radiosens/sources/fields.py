"""Lines to fields: which separator, and what quotation marks hold together."""

from __future__ import annotations

import csv
import re
from collections import Counter

import numpy as np

from radiosens.sources.missing import is_missing
from radiosens.sources.numbers import looks_like_number
from radiosens.sources.source import FORMATS, Source
from radiosens.sources.splitter import Splitter
from radiosens.sources.text import Lines

__all__ = ["find_separator", "mostly_numbers", "parted_by_tabs", "sampled"]

#: Where two separators explain a table equally well, the one that names hold less often.
SEPARATORS = (b"\t", b";", b"|", b",")
#: Titles above a table have no more lines.
_MOST_LINES = 20
_SAMPLED = 120
#: By how much one reading must be better than another, as a share of fields or lines.
_BETTER = 0.05
#: Blanks stand in names and around fields as well, so that they must be plainly better.
_HALF = 0.5
_MUCH_BETTER = 0.25


def mostly_numbers(fields: list[str]) -> bool:
    """Tell whether half or more of some fields are numbers."""
    return bool(fields) and sum(map(looks_like_number, fields)) >= 0.5 * len(fields)


def sampled(count: int, most: int = _SAMPLED) -> list[int]:
    """Choose places all over a table: the first ones, and others at even distances.

    Examples
    --------
    >>> sampled(3), len(sampled(10_000))
    ([0, 1, 2], 120)
    """
    if count <= most:
        return list(range(count))
    half = most // 2
    even = np.linspace(half, count - 1, most - half).astype(int)
    return [*range(half), *even.tolist()]


def find_separator(lines: Lines, source: Source) -> tuple[Lines, Splitter]:
    r"""Tell from lines all over a table what parts its fields.

    Each separator is judged by how many lines it gives the same number of fields, and how many
    of these are then numbers. Columns aligned with blanks come back parted by tabs.

    Raises
    ------
    InputError
        If none of them makes a table.

    Examples
    --------
    >>> lines = Lines.of(b"gene\tA, one\tB, two\ng\t1,5\t2,5\nh\t3,5\t4,5\n")
    >>> find_separator(lines, Source("t.tsv"))[1].word
    'tabs'
    """
    declared = re.match(rb'"?sep=(.)"?\s*$', lines[0]) if len(lines) else None
    if declared and declared.group(1) == b" ":
        below = lines.part(1, len(lines))
        counts = Counter(Splitter(b" ").count(line) for line in below if line.strip())
        if len(counts) == 1 and min(counts) > 1:  # one blank a field, as it says
            return below, Splitter(b" ")
        below = _below_titles(below, source)
        return parted_by_tabs(below), Splitter(b"\t")
    if declared:
        return lines.part(1, len(lines)), Splitter(declared.group(1))
    full = [i for i in range(len(lines)) if lines.starts[i + 1] - lines.starts[i] > 1]
    probe = [lines[full[i]] for i in sampled(len(full))]
    table = [line for line in probe if line.strip() and not line.startswith(b"#")]
    best, best_score = None, (0.0, 0.0)
    for separator in SEPARATORS:
        if separator == b"," and _parts_numbers(table):
            continue
        score = _score(table, Splitter(separator))
        more_numbers, more_agree = score[0] - best_score[0], score[1] - best_score[1]
        better = more_numbers > _BETTER or (more_numbers > -_BETTER and more_agree > _BETTER)
        if score[1] > 0 and (better or best is None):
            best, best_score = separator, score
        if separator == b"\t" and score[0] > 0 and score[1] >= _HALF:
            break  # tabs stand in no name: where they part most lines, nothing else does
    numbers = _score_of_blanks(table) if best != b"\t" else 0.0
    if numbers > best_score[0] + _MUCH_BETTER:
        source.note("its columns are parted by blanks")
        return parted_by_tabs(_below_titles(lines, source)), Splitter(b"\t")
    if best is None:
        raise source.refusal(
            "it is not a table: no tabs, commas, semicolons or blanks part its lines alike",
            cure=f"radiosens reads {FORMATS}",
        )
    return lines, Splitter(best)


def _parts_numbers(table: list[bytes]) -> bool:
    """Tell whether commas part numbers: ``TP53 7,3`` by commas is ``TP53 7`` and ``3``."""
    fields = [Splitter(b",").split(line) for line in table[1:] if b"," in line]
    halves = [
        re.search(r"[\s;|][+-]?\d+$", f[0]) and re.match(r"\d+([\s;|]|$)", f[1])
        for f in fields
        if len(f) > 1
    ]
    return sum(map(bool, halves)) > 0.7 * len(halves)


def _score(table: list[bytes], splitter: Splitter) -> tuple[float, float]:
    """Return how many fields are numbers, and how many lines agree in their number."""
    counts = Counter(n for line in table if (n := splitter.count(line)) > 1)
    if not counts:
        return 0.0, 0.0
    width, agreeing = max(counts.items(), key=lambda item: (item[1], item[0]))
    if agreeing < 0.4 * len(table):
        return 0.0, 0.0
    numbers = total = stray = 0
    for line in table[1:] or table:
        if splitter.count(line) in {width, width + 1}:
            fields = splitter.split(line)
            # A mark that is written twice belongs to its field.
            stray += b'"' in line and _stray_marks([splitter.split(line.replace(b'""', b""))])
            fields = fields[1:]
            step = max(1, len(fields) // 200)
            chosen = fields[::step]
            chosen = [f for f in chosen if f]
            numbers += sum(looks_like_number(f) or is_missing(f) for f in chosen)
            total += len(chosen)
    if stray > 0.3 * agreeing:
        return 0.0, 0.0
    share = numbers / max(total, 1)
    return (share if _has_header(table, splitter, width) else share / 2), agreeing / len(table)


def _stray_marks(rows: list[list[str]]) -> int:
    """Count rows with a quotation mark left in a field: it held a larger field together."""
    return sum(any('"' in f for f in row) for row in rows)


def _has_header(table: list[bytes], splitter: Splitter, width: int) -> bool:
    """Tell whether a line of names stands above the first line of numbers."""
    counts = [splitter.count(line) for line in table]
    first = counts.index(width)
    fields = splitter.split(table[first])[1:]
    if not mostly_numbers(fields):
        return True
    return first > 0 and abs(counts[first - 1] - width) == 1


def _split_at_blanks(line: bytes) -> list[str]:
    if b'"' not in line:
        return line.decode().split()
    row = csv.reader([line.decode().strip()], delimiter=" ", skipinitialspace=True)
    return next(row, [])


def _score_of_blanks(table: list[bytes]) -> float:
    """Return how many fields are numbers if blanks part them, 0 where lines don't agree."""
    rows = [_split_at_blanks(line) for line in table]
    counts = Counter(len(r) for r in rows if len(r) > 1)
    if not counts:
        return 0.0
    width, agreeing = max(counts.items(), key=lambda item: (item[1], item[0]))
    agree = [r for r in rows if len(r) == width]
    fields = [f for r in rows[1:] if len(r) == width for f in r[1:]]
    numbers = sum(looks_like_number(f) or is_missing(f) for f in fields)
    if agreeing < 0.4 * len(table) or numbers < 0.5 * max(len(fields), 1):
        return 0.0
    if _stray_marks(agree) > 0.3 * agreeing:
        return 0.0
    return numbers / max(len(fields), 1)


def _below_titles(lines: Lines, source: Source) -> Lines:
    """Leave out what stands above a blank line: words of a title look like names of columns."""
    start = 0
    for i in range(min(len(lines), _MOST_LINES) - 1):
        words, below = (_split_at_blanks(lines[k]) for k in (i, i + 1))
        if mostly_numbers(words[1:]):
            break
        if lines[i].startswith(b"#") or not (words or mostly_numbers(below[1:])):
            start = i + 1
    if start:
        source.note(f"left out {start} lines above the table")
    return lines.part(start, len(lines))


def parted_by_tabs(lines: Lines) -> Lines:
    """Part by tabs what is aligned with blanks, as R prints it."""
    split = (b"\t".join(f.encode() for f in _split_at_blanks(line)) for line in lines)
    return Lines.of(b"\n".join(split), lines.first)
