"""Expression in: GEO series matrices, tables, the simulated panel, and downloads."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import anndata as ad

__all__ = ["read_expression"]

logger = logging.getLogger(__name__)


def read_expression(
    path: str | Path,
    *,
    platform: str | None = None,
    known_samples: frozenset[str] = frozenset(),
) -> ad.AnnData:
    """Read any expression file that radiosens knows, and bring it to a log2 scale.

    Parameters
    ----------
    path : str or Path
        A GEO series matrix, a CSV or TSV in either orientation, GCT, Parquet or h5ad.
    platform : str, optional
        Refuse a series matrix of another platform, such as ``"GPL570"``.
    known_samples : frozenset of str
        Sample names of a sample sheet; they tell a table's orientation, and where the file
        holds some of them the others are left out before anything else is judged.

    Returns
    -------
    anndata.AnnData
        ``X``: samples × features, float32, log2; ``obs``: ``title`` and what the file says
        of its samples; ``uns``: ``source`` (the file's name), ``scale`` (``"log2"`` or
        ``"linear, converted to log2"``), and of a series matrix ``platform`` and ``series``.

    Raises
    ------
    InputError
        If the file can't be read or holds values no analysis should be given.
    """
    from radiosens.sources import geo, scale, tables
    from radiosens.sources._text import read_bytes

    path = Path(path)
    binary = path.name.lower().endswith((".h5ad", ".parquet", ".pq"))
    head = "" if binary else read_bytes(path, 512).decode("utf-8-sig", errors="replace").lstrip()
    if geo.is_series_matrix(head):
        adata = geo.read_series_matrix(path, platform=platform)
    else:
        adata = tables.read_table(path, known_samples)
    wanted = adata.obs_names.isin(list(known_samples))
    if wanted.any() and not wanted.all():
        logger.info(
            "%s: kept the %d samples of the sheet of %d", path.name, wanted.sum(), len(wanted)
        )
        adata = adata[wanted].copy()
    adata = _clean(adata, path)
    adata.uns["source"] = path.name
    adata.uns["scale"] = "log2"
    if scale.is_linear(adata.X):
        adata.X = scale.to_log2(adata.X)
        adata.uns["scale"] = "linear, converted to log2"
        logger.info("%s: the values are on a linear scale; converted by log2(x + 1)", path.name)
    return adata


def _clean(adata: ad.AnnData, path: Path) -> ad.AnnData:
    """Refuse samples without values; leave out, and name, features that are incomplete."""
    import numpy as np

    from radiosens.errors import InputError

    if adata.n_obs == 0 or adata.n_vars == 0:
        raise InputError("it holds no values", where=path, cure="check the file")
    finite = np.isfinite(adata.X)
    infinite = ~finite & ~np.isnan(adata.X)
    if infinite.any():
        name = adata.obs_names[np.flatnonzero(infinite.any(axis=1))[0]]
        raise InputError(
            "a value is infinite",
            where=f"{path}, sample {name!r}",
            cure="it is often the log of zero: add one before taking logs",
        )
    empty = adata.obs_names[~finite.any(axis=1)]
    if len(empty):
        raise InputError(
            f"{len(empty)} samples have no values at all: {', '.join(empty[:3])}",
            where=path,
            cure="remove these columns",
        )
    constant = np.nanmax(adata.X, axis=1) == np.nanmin(adata.X, axis=1)
    flat = adata.obs_names[constant & (finite.sum(axis=1) > 1)]
    if len(flat):
        raise InputError(
            f"sample {flat[0]!r} has the same value for every feature",
            where=path,
            cure="remove this column",
        )
    complete = finite.all(axis=0)
    missing = adata.var_names[~complete]
    if len(missing) * 2 > adata.n_vars:
        sparse = adata.obs_names[(~finite).sum(axis=1).argmax()]
        raise InputError(
            f"{len(missing):,} of {adata.n_vars:,} features have missing values,"
            f" most of them in sample {sparse!r}",
            where=path,
            cure="remove the samples that lack most values",
        )
    if len(missing):
        shown = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
        logger.warning(
            "%s: left out %d of %d features that have missing values: %s",
            path.name,
            len(missing),
            adata.n_vars,
            shown,
        )
        adata = adata[:, complete].copy()
    return adata
