"""New samples: from whatever a file names its features to a model's own features."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import anndata as ad
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.errors import InputError
from radiosens.genes import collapse, genes_of
from radiosens.models.card import Card
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.filling import LOWEST, is_below_detection

__all__ = ["LEAST_FEATURES", "Incoming", "at_detection_limit", "receive"]

logger = logging.getLogger(__name__)

#: A file with fewer of a model's features says too little to be aligned.
LEAST_FEATURES = 1_000
#: ... or with less than this share of them.
LEAST_SHARE = 0.2


@dataclass(frozen=True)
class Incoming:
    """Samples on a model's features.

    Attributes
    ----------
    x : array of shape (samples, measured features)
        Log2 values; NaN where a sample lacks one.
    columns : array of int, shape (measured features,)
        Which of the model's features the file has.
    missing : array of shape (samples,)
        Share of what the file measures that a sample lacks, before anything was filled.
    measured : array of int, shape (samples,)
        How many of the model's features were measured.
    names : Index
        Of samples.
    source : str
        The file.
    raw : AnnData
        As it was read, for what needs all features.
    """

    x: Matrix
    columns: NDArray[np.intp]
    missing: NDArray[np.float64]
    measured: NDArray[np.intp]
    names: pd.Index
    source: str
    raw: ad.AnnData


def receive(adata: ad.AnnData, card: Card, least: int | None = None) -> Incoming:
    """Find a model's features in what was read, and fill what lies below a detection limit.

    Other values that are missing stay so: a model fills them with training's mean.

    Parameters
    ----------
    adata : AnnData
    card : Card
    least : int, optional
        How many of the features it takes; a fifth of them if not given.

    Raises
    ------
    InputError
        If too few of the features are there.
    """
    source = str(adata.uns.get("source", "the data"))
    found = _on_features(adata, card, source)
    position = {name: i for i, name in enumerate(card.features)}
    shared = [name for name in found.var_names if name in position]
    columns = np.array([position[name] for name in shared], dtype=np.intp)
    if least is None:
        share = round(LEAST_SHARE * len(card.features))
        least = max(share, min(LEAST_FEATURES, max(1, share)))
    if len(shared) < least:
        raise InputError(
            f"it measures {len(shared):,} of the model's {len(card.features):,} {card.level}",
            where=source,
            cure=f"the model {card.name!r} needs {least:,} of them: use another one",
        )
    x = np.asarray(found[:, shared].X, dtype=np.float32)
    absent = np.isnan(x)
    return Incoming(
        at_detection_limit(x, source),
        columns,
        absent.mean(axis=1),
        (~absent).sum(axis=1).astype(np.intp),
        pd.Index(found.obs_names.astype(str)),
        source,
        adata,
    )


def at_detection_limit(x: Matrix, source: str) -> Matrix:
    """Fill what is missing because it is low; leave what is missing otherwise.

    Whether values are missing for being low shows in the samples of a file together.

    Parameters
    ----------
    x : array of shape (samples, features)
        Log2 values of one file.
    source : str
        For the note.
    """
    absent = np.isnan(x)
    if not absent.any() or not is_below_detection(x):
        return x
    logger.info("%s: missing values are below a detection limit, and taken for it", source)
    lowest = min(float(np.nanmin(x)), float(np.nanquantile(x, LOWEST)))
    return np.where(absent, np.float32(lowest), x)


def _on_features(adata: ad.AnnData, card: Card, source: str) -> ad.AnnData:
    """Return the samples with a model's kind of features."""
    if card.level == "features":
        names = set(card.features)
        if sum(name in names for name in adata.var_names) == 0:
            raise InputError(
                f"it has none of the model's features ({', '.join(card.features[:3])}, …)",
                where=source,
                cure="name features as the training file did, or use a model of genes",
            )
        return adata
    mapping = genes_of(adata)
    if mapping.kind in {"mouse", "row numbers"}:
        raise InputError(
            f"its features are {mapping.sentence()}",
            where=source,
            cure="name features by human gene symbols, Ensembl or Entrez ids, or U133 probe sets",
        )
    return collapse(adata, mapping)
