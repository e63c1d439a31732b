"""A table before anyone says what is a sample: numbers, and texts beside and above them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Block"]


@dataclass(frozen=True)
class Block:
    """Numbers with the texts of their rows and columns, as every format holds them.

    Attributes
    ----------
    values : array of shape (rows, columns)
        float32, NaN where missing.
    columns : list of list of str
        Rows of texts above the values, each one text a column: names, descriptions.
    columns_said : list of str
        What each of these is called, often nothing.
    texts : list of list of str
        Columns of texts beside the values, each one text a row.
    texts_said : list of str
        What each of these is called.
    """

    values: NDArray[np.float32]
    columns: list[list[str]]
    columns_said: list[str]
    texts: list[list[str]]
    texts_said: list[str]

    @property
    def turned(self) -> Block:
        """The same with rows and columns exchanged."""
        return Block(self.values.T, self.texts, self.texts_said, self.columns, self.columns_said)

    def rows(self, kept: NDArray[np.bool_]) -> Block:
        """Keep some rows."""
        return replace(
            self,
            values=self.values[kept],
            texts=[[t for t, k in zip(c, kept, strict=True) if k] for c in self.texts],
        )
