"""Many tables to one matrix: a feature's value is what it is among training lines of its table.

A line measured on several platforms gets the mean of its standardised values; what no table has
of it stays missing. Everything is learned from training lines only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import anndata as ad
import numpy as np
from numpy.typing import NDArray

from radiosens.preprocessing.scaling import Matrix

__all__ = ["Block", "Scale", "blocks_of", "merge", "scales_of"]

#: A table with fewer training lines teaches no mean and no spread.
LEAST_LINES = 12
#: A feature that spreads less than this (log2) tells lines apart by noise.
LEAST_SPREAD = 0.05
#: Standardised values end here.
MOST = 4.0


@dataclass(frozen=True)
class Block:
    """One table of a joined panel.

    Attributes
    ----------
    name, kind : str
        See `radiosens.panel.tables.Table`.
    columns : array of int, shape (own features,)
        Where its features are among those of all tables.
    x : array of shape (lines, own features)
        As the file has them; rows of NaN for lines that it lacks.
    """

    name: str
    kind: str
    columns: NDArray[np.intp]
    x: Matrix

    @property
    def there(self) -> NDArray[np.bool_]:
        """Return which lines the table has."""
        return np.asarray(~np.isnan(self.x).all(axis=1))


@dataclass(frozen=True)
class Scale:
    """Mean and spread of a table's features among training lines; spread 0: says nothing."""

    mean: Matrix
    spread: Matrix


def blocks_of(panel: ad.AnnData) -> tuple[list[Block], list[str]]:
    """Take a joined panel apart: its tables, and the features of all of them.

    A gene is one feature whatever table it is in. Proteins are features of their own
    (``protein:EGFR``), and so is each column without a name (``table:g17``).
    """
    position: dict[str, int] = {}
    blocks = []
    var = panel.var.astype(str)
    for name in dict.fromkeys(var["table"]):
        rows = np.flatnonzero((var["table"] == name).to_numpy())
        kind = var["kind"].iloc[rows[0]]
        prefix = {"genes": "", "proteins": "protein:"}.get(kind, f"{name}:")
        names = [prefix + f for f in var["feature"].iloc[rows]]
        columns = np.array([position.setdefault(n, len(position)) for n in names], dtype=np.intp)
        blocks.append(Block(name, kind, columns, np.asarray(panel.X[:, rows], dtype=np.float32)))
    return blocks, list(position)


def scales_of(blocks: Sequence[Block], training: NDArray[np.bool_]) -> list[Scale | None]:
    """Return each table's scale; None where too few training lines are in it.

    Parameters
    ----------
    blocks : sequence of Block
    training : array of bool, shape (lines,)
    """
    found: list[Scale | None] = []
    for block in blocks:
        own = block.x[training & block.there]
        if len(own) < LEAST_LINES:
            found.append(None)
            continue
        counts = (~np.isnan(own)).sum(axis=0)
        own = np.where(counts >= LEAST_LINES, own, 0)
        mean, spread = np.nanmean(own, axis=0), np.nanstd(own, axis=0)
        found.append(Scale(mean, np.where(spread > LEAST_SPREAD, spread, 0).astype(np.float32)))
    return found


def merge(blocks: Sequence[Block], scales: Sequence[Scale | None], features: int) -> Matrix:
    """Return lines × features, standardised; NaN where no table has measured a line.

    Examples
    --------
    >>> x = np.arange(13, dtype="float32")[:, None]
    >>> one = Block("a", "genes", np.array([0]), x)
    >>> two = Block("b", "genes", np.array([0]), 100 + 10 * x)
    >>> scales = scales_of([one, two], np.ones(13, dtype=bool))
    >>> [round(float(v), 2) for v in merge([one, two], scales, 1)[[0, 6, 12], 0]]
    [-1.6, 0.0, 1.6]
    """
    lines = len(blocks[0].x)
    total = np.zeros((lines, features), dtype=np.float32)
    count = np.zeros((lines, features), dtype=np.float32)
    for block, scale in zip(blocks, scales, strict=True):
        if scale is None:
            continue
        use = np.flatnonzero(scale.spread > 0)
        z = np.clip((block.x[:, use] - scale.mean[use]) / scale.spread[use], -MOST, MOST)
        there = ~np.isnan(z)
        total[:, block.columns[use]] += np.where(there, z, 0)
        count[:, block.columns[use]] += there
    merged: Matrix = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return merged.astype(np.float32)
