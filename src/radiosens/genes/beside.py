"""Genes of a table whose features name none: by a column of symbols or ids beside them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from radiosens.genes.mapping import GeneMapping, to_genes

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Table", "genes_of"]


class Table(Protocol):
    """What has features: an AnnData, or what `radiosens.sources.read` returns."""

    @property
    def var(self) -> pd.DataFrame:
        """What is said of features, by name."""

    @property
    def uns(self) -> Mapping[str, Any]:
        """What is said of all, ``source`` among it."""


logger = logging.getLogger(__name__)

#: Kinds of identifiers that name no gene here, and those that do.
_NAMELESS = frozenset({"other probes", "numbers", "foreign", "unknown"})
_NAMES = frozenset({"symbols", "ensembl", "entrez", "u133"})
#: Control probes and unknown transcripts have no symbol.
_MOSTLY = 0.4


def genes_of(table: Table) -> GeneMapping:
    """Find the gene of each feature, by its name or by what stands beside it in ``var``.

    Tables of other makers' arrays have probes that no table here knows, and a column of symbols
    beside them.

    Parameters
    ----------
    table : AnnData or Reading
        ``var`` may hold columns of text.

    Returns
    -------
    GeneMapping
        Of the names; where they name no gene, of the first column that names genes for two
        fifths of the features or more.

    Examples
    --------
    >>> import anndata as ad, pandas as pd
    >>> probes = pd.DataFrame({"Symbol": ["TP53", "AR"]}, ["ILMN_1", "ILMN_2"])
    >>> genes_of(ad.AnnData(shape=(1, 2), var=probes)).genes.tolist()
    ['TP53', 'AR']
    """
    mapping = to_genes(list(table.var.index))
    if mapping.kind not in _NAMELESS or table.var.empty:
        return mapping
    for name, column in table.var.items():
        if column.dtype != object:
            continue
        other = to_genes([str(v) for v in column])
        if other.kind in _NAMES and other.share >= _MOSTLY:
            logger.info(
                "%s: its features name no gene; its column %r does",
                table.uns.get("source", "the data"),
                str(name),
            )
            return other
    return mapping
