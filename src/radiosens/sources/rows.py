"""Values of a file, looked at some samples at a time: in memory, sparse, or still on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SAMPLES_AT_ONCE", "Rows"]

Values = NDArray[np.float32]

#: Values that are read at once, some thirty megabytes of them.
_VALUES_AT_ONCE = 8_000_000
#: Blocks hold a multiple of so many samples, except the last: what is computed of samples in
#: groups of this size is the same whatever the blocks.
SAMPLES_AT_ONCE = 64


@dataclass(frozen=True)
class Rows:
    """A matrix of samples × features that need not be in memory.

    Attributes
    ----------
    shape : (int, int)
        Samples, features.
    read : callable
        Start and stop to the values of these samples on all columns, float32.
    columns : array of int, optional
        Which columns are features; all if not given.
    array : array of shape (samples, features), optional
        The values, where they are in memory and nobody else's: they may be changed in place.

    Examples
    --------
    >>> rows = Rows.of(np.arange(6, dtype=np.float32).reshape(2, 3))
    >>> rows.only(np.array([0, 2])).whole().tolist()
    [[0.0, 2.0], [3.0, 5.0]]
    """

    shape: tuple[int, int]
    read: Callable[[int, int], Any]
    columns: NDArray[np.intp] | None = None
    array: Values | None = None

    @classmethod
    def of(cls, values: Rows | NDArray[Any], *, owned: bool = False) -> Rows:
        """Take an array as it is; one that is ``owned`` may be changed in place."""
        if isinstance(values, Rows):
            return values
        keeps = owned and values.dtype == np.float32
        return cls(values.shape, lambda a, b: values[a:b], array=values if keeps else None)

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Values]:
        return (row for _, block in self.blocks() for row in block)

    @property
    def size(self) -> int:
        """Number of values."""
        return self.shape[0] * self.shape[1]

    def block(self, start: int, stop: int) -> Values:
        """Return the values of samples start to before stop, rows contiguous."""
        found = self.read(start, min(stop, len(self)))
        if self.columns is not None:
            found = np.take(found, self.columns, axis=1)
        with np.errstate(over="ignore"):  # an infinite value is refused where all is looked at
            block: Values = np.ascontiguousarray(found, dtype=np.float32)
        return block

    def blocks(self) -> Iterator[tuple[slice, Values]]:
        """Return all samples in turn: which they are, and their values."""
        per_group = SAMPLES_AT_ONCE * max(1, self.shape[1])
        step = SAMPLES_AT_ONCE * max(1, _VALUES_AT_ONCE // per_group)
        for start in range(0, len(self), step):
            rows = slice(start, min(start + step, len(self)))
            yield rows, self.block(rows.start, rows.stop)

    def thin(self, step: int) -> Values:
        """Return every so-manieth feature."""
        return np.concatenate([block[:, ::step].copy() for _, block in self.blocks()])

    def only(self, columns: NDArray[np.intp]) -> Rows:
        """Return the same samples on some of the features."""
        if self.array is not None:
            return Rows.of(np.take(self.array, columns, axis=1), owned=True)
        own = columns if self.columns is None else self.columns[columns]
        return Rows((len(self), len(columns)), self.read, own)

    def some(self, samples: NDArray[np.intp]) -> Rows:
        """Return some of the samples, in memory."""
        found = np.empty((len(samples), self.shape[1]), dtype=np.float32)
        for rows, block in self.blocks():
            own = np.flatnonzero((samples >= rows.start) & (samples < rows.stop))
            found[own] = block[samples[own] - rows.start]
        return Rows.of(found, owned=True)

    def whole(self, convert: Callable[[Values], Values] = lambda x: x) -> Values:
        """Return all values, each block of them converted; held once."""
        found = np.empty(self.shape, dtype=np.float32) if self.array is None else self.array
        for rows, block in self.blocks():
            changed = convert(block)
            if changed is not block or self.array is None:
                found[rows] = changed
        return found
