"""Put tables of other sizes, platforms and gene lists together: lines × everything measured.

A file here is one platform: lines × features. The joined panel keeps every value as its file has
it, a column a file and feature, NaN where a line was not measured there: what a gene's value
means beside another platform's is learned later, from training lines only
(`radiosens.preprocessing.platforms`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.celllines import known_lines, loose_key, resolver
from radiosens.errors import InputError
from radiosens.genes import collapse, to_genes
from radiosens.panel.donors import donor_of
from radiosens.panel.people import warn
from radiosens.sources import read_expression

__all__ = ["KINDS", "Table", "join_tables", "line_keys", "read_table", "table_names"]

logger = logging.getLogger(__name__)

#: What a table's features are. Of ``unnamed`` ones nobody knows which genes they are: they say
#: something of the lines that were measured, and can never be found in another file.
KINDS = ("genes", "proteins", "unnamed")

_PHOSPHO = re.compile(r"[_-]p?[STY]\d{2,4}|_Caution$", re.IGNORECASE)
_UNNAMED = re.compile(r"(g|gene|v|x|feature|f)?[_.-]?\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """One file: lines × features of one platform.

    Attributes
    ----------
    name : str
        The file's name without its endings.
    kind : str
        One of `KINDS`.
    lines, features : tuple of str
        Keys of lines (`line_keys`), and HGNC symbols where they are known.
    x : array of shape (lines, features)
        As the file has it (log2 or centred); NaN where missing.
    """

    name: str
    kind: str
    lines: tuple[str, ...]
    features: tuple[str, ...]
    x: NDArray[np.float32]


def line_keys(names: Sequence[str]) -> list[str]:
    """Return one key for all spellings of a line.

    Lines of the NCI-60 get their name in the table of lines, others capitals and digits.

    Examples
    --------
    >>> line_keys(["786-0", "786O", "NCI-H1299", "NCIH1299", "SW 620", "TT_THYROID"])
    ['786-O', '786-O', 'NCIH1299', 'NCIH1299', 'SW-620', 'TT']
    """
    known = known_lines().index
    found = []
    for name in names:
        line = resolver().find(str(name))
        known_one = line is not None and line in known
        found.append(str(line) if known_one else loose_key(str(name)).replace("-", ""))
    return found


def read_table(path: str | Path | ad.AnnData, kind: str | None = None) -> Table:
    """Read one file of lines.

    Parameters
    ----------
    path : str, Path or AnnData
        Any file that `radiosens.read_expression` reads; its samples are called by their lines.
    kind : str, optional
        One of `KINDS`, rather than what the names of features look like.

    Raises
    ------
    InputError
        If it can't be read, or its features are neither genes nor said to be anything else.
    """
    adata = read_expression(path)
    name = re.sub(r"(\.(csv|tsv|txt|gz|gct|h5ad|parquet|xlsx))+$", "", str(adata.uns["source"]))
    if "line" in adata.obs:
        adata.obs_names = adata.obs["line"].astype(str)
    kind = kind or _kind_of(list(adata.var_names), name)
    if kind == "genes":
        strangers = adata[:, ~to_genes(list(adata.var_names)).known]
        genes = collapse(adata)
        x = np.concatenate([np.asarray(genes.X), np.asarray(strangers.X)], axis=1)
        features = [*genes.var_names.astype(str), *strangers.var_names.astype(str)]
    else:
        x, features = np.asarray(adata.X), list(adata.var_names.astype(str))
    x = x.astype(np.float32)
    keys = line_keys(list(adata.obs_names))
    lines = list(dict.fromkeys(keys))
    if len(lines) < len(keys):
        warn(
            f"{name}: averaged {len(keys) - len(lines)} further samples of lines that it has"
            " more than once"
        )
        x = _mean_by(x, keys, lines)
    return Table(name, kind, tuple(lines), tuple(features), x)


def _mean_by(x: NDArray[np.float32], keys: list[str], order: list[str]) -> NDArray[np.float32]:
    means = pd.DataFrame(x).groupby(np.array(keys)).mean().loc[order]
    found: NDArray[np.float32] = means.to_numpy(dtype=np.float32)
    return found


def _kind_of(names: list[str], where: str) -> str:
    """Tell genes from proteins and from columns that nobody named."""
    known = to_genes(names)
    numbered = np.mean([bool(_UNNAMED.fullmatch(n)) for n in names]) > 0.9
    if numbered and known.n_known < 0.9 * len(names):  # Entrez ids are numbers too
        warn(f"{where}: its features have no names that mean anything elsewhere")
        return "unnamed"
    if sum(bool(_PHOSPHO.search(n)) for n in names) >= 5:
        logger.info("%s: its features are antibodies (phosphorylated sites among them)", where)
        return "proteins"
    if known.n_known < max(20, 0.3 * len(names)):
        raise InputError(
            f"{known.n_known} of its {len(names)} features name a gene ({', '.join(names[:3])}, …)",
            where=where,
            cure="say what they are: genes, proteins or unnamed",
        )
    return "genes"


def table_names(panel: ad.AnnData) -> list[str]:
    """Return the names of the tables that a joined panel was made of, in order."""
    return list(dict.fromkeys(panel.var["table"].astype(str)))


def join_tables(tables: Sequence[Table]) -> ad.AnnData:
    """Put tables together; no value is changed.

    Parameters
    ----------
    tables : sequence of Table
        From `read_table`.

    Returns
    -------
    AnnData
        All lines × all columns of all tables; ``X`` float32, NaN where a table has no such
        line; ``obs``: ``line``, ``donor``; ``var``: ``table``, ``kind``, ``feature``.

    Raises
    ------
    InputError
        If two tables have one name.

    Examples
    --------
    >>> a = Table("a", "genes", ("A549", "HL-60"), ("TP53",), np.ones((2, 1), dtype=np.float32))
    >>> b = Table("b", "genes", ("HL-60",), ("TP53", "MYC"), np.zeros((1, 2), dtype=np.float32))
    >>> panel = join_tables([a, b])
    >>> panel.to_df().loc["A549"].tolist(), panel.var["feature"].tolist()
    ([1.0, nan, nan], ['TP53', 'TP53', 'MYC'])
    """
    names = [t.name for t in tables]
    if len(set(names)) < len(names):
        twice = next(n for n in names if names.count(n) > 1)
        raise InputError(f"two tables are called {twice!r}", cure="rename one file")
    lines = list(dict.fromkeys(line for t in tables for line in t.lines))
    row = {line: i for i, line in enumerate(lines)}
    parts, columns = [], []
    for table in tables:
        part = np.full((len(lines), len(table.features)), np.nan, dtype=np.float32)
        part[[row[line] for line in table.lines]] = table.x
        parts.append(part)
        columns.append(
            pd.DataFrame({"table": table.name, "kind": table.kind, "feature": table.features})
        )
    var = pd.concat(columns, ignore_index=True)
    var.index = pd.Index(var["table"] + ":" + var["feature"])
    obs = pd.DataFrame({"line": lines, "donor": [donor_of(n) for n in lines]}, index=lines)
    return ad.AnnData(np.concatenate(parts, axis=1), obs=obs, var=var)
