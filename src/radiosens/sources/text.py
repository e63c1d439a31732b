"""A text file as lines of bytes that are cut out where they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.sources.decode import as_utf8
from radiosens.sources.decompress import read_bytes
from radiosens.sources.source import Source

__all__ = ["Lines", "read_lines"]

_PIECE = 2**24
#: Less where each byte becomes a number of eight.
_SMALL_PIECE = 2**20


@dataclass(frozen=True)
class Lines:
    """Lines of a text; none is held twice, so that a large file costs its size once.

    Attributes
    ----------
    raw : bytes
        UTF-8 text with line feeds.
    starts : array of shape (lines + 1,)
        Where each line begins; the last is one past the end.
    first : int
        The number of the first line in its file, for messages.
    """

    raw: bytes
    starts: NDArray[np.int64]
    first: int = 1

    @classmethod
    def of(cls, raw: bytes, first: int = 1) -> Lines:
        r"""Find the lines of a text.

        Examples
        --------
        >>> lines = Lines.of(b"a,b\n1,2\n")
        >>> len(lines), lines[1]
        (2, b'1,2')
        """
        if not raw.endswith(b"\n"):
            raw += b"\n"
        view = np.frombuffer(raw, dtype=np.uint8)
        ends = [np.flatnonzero(view[i : i + _PIECE] == 10) + i for i in range(0, len(view), _PIECE)]
        return cls(raw, np.concatenate([[0], *(e + 1 for e in ends)]), first)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, i: int) -> bytes:
        return self.raw[self.starts[i] : self.starts[i + 1] - 1]

    def __iter__(self) -> Iterator[bytes]:
        return (self[i] for i in range(len(self)))

    def count(self, byte: bytes) -> NDArray[np.int64]:
        r"""Count a byte in each line.

        Examples
        --------
        >>> Lines.of(b"a,b\n\n1,2,3\n").count(b",").tolist()
        [1, 0, 2]
        """
        found = np.zeros(len(self), dtype=np.int64)
        start = 0
        while start < len(self):
            stop = max(
                start + 1, int(np.searchsorted(self.starts, self.starts[start] + _SMALL_PIECE))
            )
            stop = min(stop, len(self))
            first, end = int(self.starts[start]), int(self.starts[stop])
            here = np.frombuffer(self.raw, np.uint8, end - first, first) == ord(byte)
            begins = self.starts[start:stop] - first
            found[start:stop] = np.add.reduceat(here, begins, dtype=np.int64)
            start = stop
        return found

    def part(self, start: int, stop: int) -> Lines:
        """Give lines `start` to before `stop`, with their numbers in the file kept."""
        return Lines(self.raw, self.starts[start : stop + 1], self.first + start)

    def number(self, i: int) -> int:
        """Give a line's number in its file."""
        return self.first + i


def read_lines(source: Source) -> Lines:
    """Read a text file, packed or not, in any usual encoding.

    Raises
    ------
    InputError, TruncatedError
        See `decompress.read_bytes` and `decode.as_utf8`.
    """
    return Lines.of(as_utf8(read_bytes(source), source))
