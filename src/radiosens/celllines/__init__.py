"""The 59 cell lines of the paper, and the one name each of their spellings stands for.

The facts and their sources are in `radiosens.celllines.table`, how a text is read in
`radiosens.celllines.resolver`.
"""

from __future__ import annotations

from radiosens.celllines.resolver import Named, Resolver, resolve_line, resolver
from radiosens.celllines.spelling import ccle_tissue, loose_key, normalise
from radiosens.celllines.table import EXCLUDED, TISSUES, known_lines
from radiosens.celllines.tissues import is_haematological, lineage_of

__all__ = [
    "EXCLUDED",
    "TISSUES",
    "Named",
    "Resolver",
    "ccle_tissue",
    "is_haematological",
    "known_lines",
    "lineage_of",
    "loose_key",
    "normalise",
    "resolve_line",
    "resolver",
]
