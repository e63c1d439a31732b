"""Join files: on features where their names agree, on genes where they name genes differently."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from radiosens.errors import InputError
from radiosens.genes import GeneMapping, collapse, genes_of, plain
from radiosens.panel.people import warn

if TYPE_CHECKING:
    import anndata as ad

__all__ = ["MIN_COMMON_FEATURES", "drop_unmeasured", "join"]

logger = logging.getLogger(__name__)

#: Below this many common features, two files are not measurements of the same thing.
MIN_COMMON_FEATURES = 100


def join(parts: Sequence[ad.AnnData]) -> ad.AnnData:
    """Stack files on what they have in common; sample names that collide get their file's name.

    Files whose features have the same names are joined on these; where more agree without
    Ensembl versions and Entrez numbers (``AR (367)``), on the names so far. Where genes give
    more still, as with symbols against probe sets, each file is first brought to genes by
    `radiosens.genes.collapse`.

    Parameters
    ----------
    parts : sequence of AnnData
        Two or more files with ``source`` in ``obs``.

    Returns
    -------
    AnnData
        All samples × what is common, in the first file's order; ``uns["joined_on"]`` is
        ``"features"``, ``"names"`` (without versions and numbers) or ``"genes"``.

    Raises
    ------
    InputError
        If features are row numbers, or too few are common.
    """
    names = [str(p.obs["source"].iloc[0]) for p in parts]
    mappings = [genes_of(p) for p in parts]
    for mapping, name in zip(mappings, names, strict=True):
        if mapping.kind == "row numbers":
            raise InputError(
                "its features are called by row numbers, which may mean other genes elsewhere",
                where=name,
                cure="save the table with its column of gene names",
            )
    plain = [_plain_names(p.var_names, m) for p, m in zip(parts, mappings, strict=True)]
    common = {
        "features": _in_all([p.var_names for p in parts]),
        "names": _in_all([n.dropna() for n in plain]),
        "genes": _in_all([pd.Index(m.genes[m.known]).unique() for m in mappings]),
    }
    on = _join_on({what: len(shared) for what, shared in common.items()}, parts, mappings)
    if len(common[on]) < MIN_COMMON_FEATURES:
        raise InputError(
            f"the files {' and '.join(names)} have only {len(common[on])} {on} in common",
            cure="they must measure the same genes: look at both with radiosens data show",
        )
    _tell(on, len(common[on]), parts, mappings, names)
    if on == "genes":
        parts = [collapse(p, m) for p, m in zip(parts, mappings, strict=True)]
    if on == "names":
        parts = [_renamed(p, n) for p, n in zip(parts, plain, strict=True)]
    return _stack(parts, names, common[on], on)


def _plain_names(features: pd.Index, mapping: GeneMapping) -> pd.Index:
    """Return names without versions and numbers; NaN where two features would be called alike."""
    if mapping.kind in {"u133", "other probes", "entrez"}:
        return features
    found = pd.Series([plain(str(f)) for f in features], dtype=object)
    return pd.Index(found.mask(found.duplicated(keep=False)))


def _renamed(part: ad.AnnData, names: pd.Index) -> ad.AnnData:
    kept = part[:, names.notna()].copy()
    kept.var_names = names[names.notna()]
    return kept


def _in_all(lists: Sequence[pd.Index]) -> pd.Index:
    """Return what all have, in the order of the first."""
    common = lists[0]
    for other in lists[1:]:
        common = common[common.isin(other)]
    return common


def _join_on(
    counts: dict[str, int], parts: Sequence[ad.AnnData], mappings: Sequence[GeneMapping]
) -> str:
    """Decide what to join on: what most are common of, names as they are before others."""
    probes = all(m.kind == "u133" for m in mappings)
    if probes and counts["features"] >= min(p.n_vars for p in parts) / 2:
        return "features"  # one array within another: more genes than features can't be
    return max(counts, key=lambda what: counts[what])  # the first of equals


def _tell(
    on: str,
    common: int,
    parts: Sequence[ad.AnnData],
    mappings: Sequence[GeneMapping],
    names: Sequence[str],
) -> None:
    """Say what files are joined on; warn where values change or most of a file is lost."""
    if on == "genes":
        files = "; ".join(
            f"{name}: {m.n_known:,} of {len(m.genes):,} features ({m.kind}) name {m.n_genes:,}"
            " genes" + _repairs(m)
            for m, name in zip(mappings, names, strict=True)
        )
        warn(f"joined on {common:,} common genes, as the files name features differently ({files})")
        return
    if on == "names":
        warn(f"joined on {common:,} names without Ensembl versions and Entrez numbers")
    for part, name in zip(parts, names, strict=True):
        logger.info("%s: %d of its %d features are in every file", name, common, part.n_vars)
    smallest = min(p.n_vars for p in parts)
    if common < smallest / 2:
        warn(f"only {common:,} of {smallest:,} features of the smallest file are in every file")


def _repairs(mapping: GeneMapping) -> str:
    pairs = [f"{name} is taken for {gene}" for name, gene in mapping.repaired]
    return "".join(f", {pair}" for pair in pairs[:3]) + (", …" if len(pairs) > 3 else "")


def _stack(parts: Sequence[ad.AnnData], names: list[str], common: pd.Index, on: str) -> ad.AnnData:
    parts = [p.copy() for p in parts]
    if len(set(names)) < len(names):
        names = [f"{name} ({i})" for i, name in enumerate(names, start=1)]
        for part, name in zip(parts, names, strict=True):
            part.obs["source"] = name
    everyone = pd.Index([s for p in parts for s in p.obs_names])
    if everyone.has_duplicates:
        for part, name in zip(parts, names, strict=True):
            part.obs_names = [f"{name}:{s}" for s in part.obs_names]
    import anndata as ad

    return ad.AnnData(
        X=np.concatenate([p[:, common].X for p in parts]),
        obs=pd.concat([p.obs for p in parts]),
        var=pd.DataFrame(index=common),
        uns={
            "simulated": any(p.uns["simulated"] for p in parts),
            "joined_on": on,
        },
    )


def drop_unmeasured(panel: ad.AnnData) -> ad.AnnData:
    """Leave out features that no sample has; how much of the rest is missing the reader says."""
    absent = np.isnan(panel.X)
    if not absent.any():
        return panel
    nowhere = absent.all(axis=0)
    if nowhere.any():
        logger.info("left out %d features that no sample has measured", nowhere.sum())
        panel = panel[:, ~nowhere].copy()
    return panel
