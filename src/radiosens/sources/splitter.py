"""Split lines into fields, with quotation marks heeded."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.sources.source import Source
from radiosens.sources.text import Lines

__all__ = ["Splitter"]

_WORDS = {b"\t": "tabs", b";": "semicolons", b"|": "bars", b",": "commas", b" ": "blanks"}
#: A quoted field may go on over this many lines; a mark that is never closed goes on further.
_MOST_LINES = 20
#: What `str.strip` may take off a field, in UTF-8: ASCII's blanks, and what is not ASCII.
_BLANKS = re.compile(rb"[\x0b\x0c\x1c-\x1f \x80-\xff]")

csv.field_size_limit(2**24)


@dataclass(frozen=True)
class Splitter:
    """Splits lines at one separator, with quotation marks heeded.

    Attributes
    ----------
    separator : bytes
        One byte.
    """

    separator: bytes

    @property
    def word(self) -> str:
        """The separator's name."""
        return _WORDS.get(self.separator, repr(self.separator.decode()))

    def split(self, line: bytes) -> list[str]:
        """Return a line's fields as text, without blanks around them.

        Examples
        --------
        >>> Splitter(b",").split(b'"a, b", 1,')
        ['a, b', '1', '']
        """
        if b'"' not in line:
            fields = line.decode().split(self.separator.decode())
            blanks = _BLANKS.search(line) or (self.separator != b"\t" and b"\t" in line)
            return [f.strip() for f in fields] if blanks else fields
        text, mark = line.decode(), self.separator.decode()
        row = next(csv.reader([text], delimiter=mark, skipinitialspace=mark != " "), [])
        return [f.strip() for f in row]

    def count(self, line: bytes) -> int:
        """Return the number of a line's fields."""
        if b'"' not in line or self._plain(line):
            return line.count(self.separator) + 1
        return len(self.split(line))

    def counts(self, lines: Lines) -> NDArray[np.int64]:
        """Return the number of fields of each line."""
        counts = lines.count(self.separator) + 1
        for i in np.flatnonzero(lines.count(b'"')) if b'"' in lines.raw else ():
            counts[i] = self.count(lines[int(i)])
        return counts

    def _plain(self, line: bytes) -> bool:
        """Tell whether the only quotation marks are around the first field."""
        if line[:1] != b'"' or line.count(b'"') != 2:
            return False
        end = line.index(b'"', 1)
        return self.separator not in line[:end] and line[end + 1 : end + 2] in {self.separator, b""}

    def first(self, line: bytes, fields: int) -> tuple[list[str], bytes] | None:
        """Split off the first fields; None where quotation marks need a closer look."""
        if fields == 1:
            name, found, rest = line.partition(self.separator)
            if b'"' not in line:
                return [name.decode().strip()], rest
            quoted = name[:1] == b'"' == name[-1:] and len(name) > 1 and name.count(b'"') == 2
            if found and quoted and b'"' not in rest:
                return [name[1:-1].decode().strip()], rest
        parts = line.split(self.separator, fields)
        rest = parts[fields] if len(parts) > fields else b""
        if b'"' not in line:
            return [p.decode().strip() for p in parts[:fields]], rest
        if b'"' in rest:
            return None
        texts = [p.decode().strip() for p in parts[:fields]]
        for i, text in enumerate(texts):
            if '"' in text:
                if len(text) < 2 or text[0] != '"' or text[-1] != '"' or '"' in text[1:-1]:
                    return None
                texts[i] = text[1:-1].strip()
        return texts, rest

    def join_quoted(self, lines: Lines, source: Source) -> Lines:
        """Join lines that a quoted line feed parts; numbers of lines then count joined ones."""
        if b'"' not in lines.raw:
            return lines
        odd = [i for i, line in enumerate(lines) if line.count(b'"') % 2]
        is_open = re.compile(
            b"(?:^|" + re.escape(self.separator) + b')[ ]*"(?:[^"]|"")*$', re.DOTALL
        )
        opened = [i for i in odd if is_open.search(lines[i])]
        if not opened:
            return lines
        pieces, i, known = [], 0, set(opened)
        while i < len(lines):
            line, stop = lines[i], i + 1
            if i in known:
                while is_open.search(line) and stop < min(len(lines), i + _MOST_LINES):
                    line += b" " + lines[stop]
                    stop += 1
                if is_open.search(line):
                    raise source.refusal(
                        "it cannot be split into fields: a quotation mark is never closed",
                        line=lines.number(i),
                        cure="close it, or remove it",
                    )
            pieces.append(line)
            i = stop
        return Lines.of(b"\n".join(pieces), lines.first)
