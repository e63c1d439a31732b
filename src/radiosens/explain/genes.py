"""From features to genes: what the probe sets of a gene contribute is added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.genes import to_genes

__all__ = ["GeneIndex"]


@dataclass(frozen=True)
class GeneIndex:
    """Which gene each feature belongs to.

    Attributes
    ----------
    names : tuple of str
        HGNC symbols in the order in which they first appear; a feature that names no gene goes
        by its own name.
    codes : array of int, shape (features,)
        The position of each feature's gene among the names.
    """

    names: tuple[str, ...]
    codes: NDArray[np.intp]

    @classmethod
    def of(cls, features: Sequence[str]) -> GeneIndex:
        """Look features up in the table of genes.

        Examples
        --------
        >>> index = GeneIndex.of(["201466_s_at", "1007_s_at", "201465_s_at", "no_gene"])
        >>> index.names
        ('JUN', 'DDR1', 'no_gene')
        >>> index.sums(np.array([[1.0, 2.0, 3.0, 4.0]])).tolist()
        [[4.0, 2.0, 4.0]]
        """
        genes = to_genes(list(features)).genes
        own = [str(f) if g is None else str(g) for f, g in zip(features, genes, strict=True)]
        codes, names = pd.factorize(np.array(own, dtype=object))
        return cls(tuple(map(str, names)), codes.astype(np.intp))

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add features up: (samples, features) → (samples, genes)."""
        if len(self.names) == len(self.codes):
            return values
        order = np.argsort(self.codes, kind="stable")
        starts = np.searchsorted(self.codes[order], np.arange(len(self.names)))
        summed: NDArray[np.float64] = np.add.reduceat(values[:, order], starts, axis=1)
        return summed

    def means(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Average features: (samples, features) → (samples, genes)."""
        averaged: NDArray[np.float64] = self.sums(values) / np.bincount(self.codes)
        return averaged
