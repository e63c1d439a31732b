"""One table of human genes, and the HGNC gene of any identifier.

`to_genes` says which gene each feature of a file is; `collapse` brings a file from features to
genes, so that files which name genes in different ways can be joined. The table ships with the
package: see `radiosens.genes.table`.
"""

from __future__ import annotations

from radiosens.genes.beside import genes_of
from radiosens.genes.collapse import GeneGroups, collapse, gene_groups
from radiosens.genes.mapping import GeneMapping, are_row_numbers, to_genes
from radiosens.genes.spelling import plain
from radiosens.genes.table import gene_table

__all__ = [
    "GeneGroups",
    "GeneMapping",
    "are_row_numbers",
    "collapse",
    "gene_groups",
    "gene_table",
    "genes_of",
    "plain",
    "to_genes",
]
