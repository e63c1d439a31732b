"""From features to genes: several probe sets or ids of one gene become one value."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.errors import InputError
from radiosens.genes.beside import Table
from radiosens.genes.mapping import KINDS, GeneMapping, to_genes

if TYPE_CHECKING:
    import anndata as ad

__all__ = ["RULE", "GeneGroups", "collapse", "gene_groups"]

logger = logging.getLogger(__name__)

#: The rule, in words.
RULE = "the mean of a gene's probe sets, or of its best names"


def collapse(adata: ad.AnnData, mapping: GeneMapping | None = None) -> ad.AnnData:
    """Return the same samples with genes as features.

    A gene's value is the mean of its probe sets (on the scale of ``X``); Affymetrix's controls
    (AFFX-) count only where there is no other. Of other names only the best of a gene count: the
    approved symbol, Entrez id or HGNC's own Ensembl id, else previous symbols and further ids,
    else aliases.

    The rule looks at names alone. It is the same for any number of samples, so nothing can leak
    from one sample to another, and a model trained on genes meets the same genes in a new file.
    It is also the better one: over 59 lines, 2,566 genes with several probe sets on HG-U133A
    agree with RNA sequencing with a median correlation of 0.51; with the usual choice, the probe
    set with the highest mean (Miller et al. 2011, BMC Bioinformatics 12:322), which depends on
    the other samples, 0.50; with ``_at`` before ``_s_at`` before ``_x_at``, 0.47
    (``benchmarks/collapse_rules.py``).

    Parameters
    ----------
    adata : AnnData
        Samples × features; ``X`` may hold NaN, which a mean passes over.
    mapping : GeneMapping, optional
        From `to_genes` of its features.

    Returns
    -------
    AnnData
        Samples × genes, in the order in which genes first appear; ``X`` float32;
        ``var["features"]``: how many features went into a gene; ``uns["genes"]``: ``kind``,
        ``rule``, ``features`` and ``known`` (counts of features). ``obs`` is kept.

    Raises
    ------
    InputError
        If no feature names a gene.

    Examples
    --------
    >>> import anndata as ad
    >>> x = np.array([[1.0, 3.0, 9.0, 6.0]], dtype=np.float32)
    >>> names = ["1007_s_at", "201466_s_at", "201465_s_at", "213281_at"]  # DDR1, three of JUN
    >>> genes = collapse(ad.AnnData(x, var=pd.DataFrame(index=names)))
    >>> genes.to_df().iloc[0].to_dict()
    {'DDR1': 1.0, 'JUN': 6.0}
    """
    import anndata as ad

    mapping = to_genes(list(adata.var_names)) if mapping is None else mapping
    groups = gene_groups(adata, mapping)
    values = groups.means(np.asarray(adata.X, dtype=np.float32))
    return ad.AnnData(
        X=values,
        obs=adata.obs.copy(),
        var=pd.DataFrame({"features": groups.sizes}, index=pd.Index(groups.genes)),
        uns={
            **adata.uns,
            "genes": {
                "kind": mapping.kind,
                "rule": RULE,
                "features": adata.n_vars,
                "known": mapping.n_known,
            },
        },
    )


def gene_groups(table: Table, mapping: GeneMapping) -> GeneGroups:
    """Return which features of a file go into each gene, and say how many are known.

    Parameters
    ----------
    table : AnnData or Reading
    mapping : GeneMapping
        From `to_genes` or `genes_of`, of its features.

    Raises
    ------
    InputError
        If no feature names a gene.
    """
    names, source = table.var.index, table.uns.get("source")
    if mapping.n_known == 0:
        raise InputError(
            f"no feature names a gene: they are {KINDS[mapping.kind]}"
            f" ({', '.join(map(str, names[:3]))}, …)",
            where=source,
            cure="name features by gene symbols, Ensembl or Entrez ids, or U133 probe sets",
        )
    logger.info("%s: %s", source or "the data", mapping.sentence())
    return GeneGroups.of(mapping)


@dataclass(frozen=True)
class GeneGroups:
    """Which columns of a file go into each gene.

    Attributes
    ----------
    genes : tuple of str
    columns : array of int, shape (used columns,)
        Gene by gene.
    sizes : array of int, shape (genes,)
        How many each gene has.

    Examples
    --------
    >>> groups = GeneGroups.of(to_genes(["1007_s_at", "201466_s_at", "201465_s_at", "213281_at"]))
    >>> groups.only(["JUN"]).means(np.array([[1.0, 3.0, 9.0, 6.0]], dtype=np.float32)).tolist()
    [[6.0]]
    """

    genes: tuple[str, ...]
    columns: NDArray[np.intp]
    sizes: NDArray[np.intp]

    @classmethod
    def of(cls, mapping: GeneMapping) -> GeneGroups:
        """Group columns by gene, in the order in which genes first appear."""
        known = np.flatnonzero(mapping.known)
        codes, genes = pd.factorize(mapping.genes[known])
        best = np.full(len(genes), np.iinfo(np.int8).max, dtype=np.int8)
        np.minimum.at(best, codes, mapping.rank[known])
        used = mapping.rank[known] == best[codes]
        known, codes = known[used], codes[used]
        order = np.argsort(codes, kind="stable")
        sizes = np.bincount(codes, minlength=len(genes))
        return cls(tuple(map(str, genes)), known[order], sizes)

    def only(self, genes: Sequence[str]) -> GeneGroups:
        """Return the groups of some of the genes, in their order."""
        position = {name: i for i, name in enumerate(self.genes)}
        starts = np.cumsum(self.sizes) - self.sizes
        places = np.array([position[name] for name in genes], dtype=np.intp)
        sizes = self.sizes[places]
        own = [self.columns[starts[i] : starts[i] + self.sizes[i]] for i in places]
        columns = np.concatenate(own) if own else np.zeros(0, dtype=np.intp)
        return GeneGroups(tuple(genes), columns, sizes)

    def means(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Average the columns of each gene, passing over NaN: (samples, features) to genes.

        A sample's means are the same to the last bit whatever samples are beside it.
        """
        starts = np.cumsum(self.sizes) - self.sizes
        result: NDArray[np.float32] = np.take(values, self.columns[starts], axis=1)
        several = np.flatnonzero(self.sizes > 1)
        total = np.zeros((len(values), len(several)))
        n = np.zeros(total.shape, dtype=np.intp)
        for k in range(int(self.sizes.max(initial=0)) if len(several) else 0):
            more = np.flatnonzero(self.sizes[several] > k)
            some = np.take(values, self.columns[starts[several[more]] + k], axis=1)
            there = ~np.isnan(some)
            total[:, more] += np.where(there, some, 0.0)
            n[:, more] += there
        result[:, several] = np.where(n > 0, total / np.maximum(n, 1), np.nan)
        return result
