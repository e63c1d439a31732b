"""Join files: on features where their names agree, on genes where they name genes differently."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import anndata as ad
import numpy as np
import pandas as pd

from radiosens.errors import InputError
from radiosens.genes import GeneMapping, collapse, to_genes
from radiosens.people import warn

__all__ = ["MIN_COMMON_FEATURES", "drop_unmeasured", "join"]

logger = logging.getLogger(__name__)

#: Below this many common features, two files are not measurements of the same thing.
MIN_COMMON_FEATURES = 100


def join(parts: Sequence[ad.AnnData]) -> ad.AnnData:
    """Stack files on what they have in common; sample names that collide get their file's name.

    Files whose features have the same names are joined on these. Where genes give more, as with
    symbols against probe sets or two releases of Ensembl ids, each file is first brought to
    genes by `radiosens.genes.collapse`.

    Parameters
    ----------
    parts : sequence of AnnData
        Two or more files with ``source`` in ``obs``.

    Returns
    -------
    AnnData
        All samples × the common features or genes, in the first file's order;
        ``uns["joined_on"]`` is ``"features"`` or ``"genes"``.

    Raises
    ------
    InputError
        If features are row numbers, or too few are common.
    """
    names = [str(p.obs["source"].iloc[0]) for p in parts]
    mappings = [to_genes(list(p.var_names)) for p in parts]
    for mapping, name in zip(mappings, names, strict=True):
        if mapping.kind == "row numbers":
            raise InputError(
                "its features are called by row numbers, which may mean other genes elsewhere",
                where=name,
                cure="save the table with its column of gene names",
            )
    common = _in_all([p.var_names for p in parts])
    genes = _in_all([pd.Index(m.genes[m.known]).unique() for m in mappings])
    on_genes = _join_on_genes(len(common), len(genes), parts, mappings)
    if max(len(common), len(genes) if on_genes else 0) < MIN_COMMON_FEATURES:
        raise InputError(
            f"the files {' and '.join(names)} have only {len(common)} features in common"
            + (f" and {len(genes)} genes" if len(genes) else ""),
            cure="they must measure the same genes: look at both with radiosens data show",
        )
    if on_genes:
        common = genes
        _tell_genes(mappings, names, len(genes))
        parts = [collapse(p, m) for p, m in zip(parts, mappings, strict=True)]
    else:
        for part, name in zip(parts, names, strict=True):
            logger.info(
                "%s: %d of its %d features are in every file", name, len(common), part.n_vars
            )
    return _stack(parts, names, common, on_genes)


def _in_all(lists: Sequence[pd.Index]) -> pd.Index:
    """Return what all have, in the order of the first."""
    common = lists[0]
    for other in lists[1:]:
        common = common[common.isin(other)]
    return common


def _join_on_genes(
    features: int, genes: int, parts: Sequence[ad.AnnData], mappings: Sequence[GeneMapping]
) -> bool:
    """Decide whether to join on genes: where features do not agree and genes do."""
    probes = all(m.kind == "u133" for m in mappings)
    if probes and features >= min(p.n_vars for p in parts) / 2:
        return False  # one array within another: more genes than features can't be
    return genes > features


def _tell_genes(mappings: Sequence[GeneMapping], names: Sequence[str], common: int) -> None:
    files = "; ".join(
        f"{name}: {m.n_known:,} of {len(m.genes):,} features ({m.kind}) name {m.n_genes:,} genes"
        for m, name in zip(mappings, names, strict=True)
    )
    warn(f"joined on {common:,} common genes, as the files name features differently ({files})")


def _stack(
    parts: Sequence[ad.AnnData], names: list[str], common: pd.Index, on_genes: bool
) -> ad.AnnData:
    parts = [p.copy() for p in parts]
    if len(set(names)) < len(names):
        names = [f"{name} ({i})" for i, name in enumerate(names, start=1)]
        for part, name in zip(parts, names, strict=True):
            part.obs["source"] = name
    everyone = pd.Index([s for p in parts for s in p.obs_names])
    if everyone.has_duplicates:
        for part, name in zip(parts, names, strict=True):
            part.obs_names = [f"{name}:{s}" for s in part.obs_names]
    return ad.AnnData(
        X=np.concatenate([p[:, common].X for p in parts]),
        obs=pd.concat([p.obs for p in parts]),
        var=pd.DataFrame(index=common),
        uns={
            "simulated": any(p.uns["simulated"] for p in parts),
            "joined_on": "genes" if on_genes else "features",
        },
    )


def drop_unmeasured(panel: ad.AnnData) -> ad.AnnData:
    """Leave out features that no sample has; say how much of the rest is missing."""
    absent = np.isnan(panel.X)
    if not absent.any():
        return panel
    nowhere = absent.all(axis=0)
    if nowhere.any():
        logger.info("left out %d features that no sample has measured", nowhere.sum())
        panel = panel[:, ~nowhere].copy()
        absent = absent[:, ~nowhere]
    logger.info(
        "%.1f %% of the values are missing, in %d of %d features; in sample %s most, %.0f %%",
        100 * absent.mean(),
        absent.any(axis=0).sum(),
        panel.n_vars,
        panel.obs_names[absent.mean(axis=1).argmax()],
        100 * absent.mean(axis=1).max(),
    )
    return panel
