"""New samples: from whatever a file names its features to a model's own features."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.errors import InputError
from radiosens.genes import GeneGroups, gene_groups, genes_of
from radiosens.models.card import Card
from radiosens.predictors.rsi import find_genes
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.filling import LOWEST, is_below_detection
from radiosens.sources.expression import Expression
from radiosens.sources.rows import SAMPLES_AT_ONCE

__all__ = ["LEAST_FEATURES", "Incoming", "Tile", "at_detection_limit", "receive"]

logger = logging.getLogger(__name__)

#: A file with fewer of a model's features says too little to be aligned.
LEAST_FEATURES = 1_000
#: ... or with less than this share of them.
LEAST_SHARE = 0.2


@dataclass(frozen=True)
class Tile:
    """Some samples on a model's features, always as many: the last ones are filled up.

    Matrix products of another size round differently, and what is said of a sample must not
    depend on how many others there are.

    Attributes
    ----------
    places : array of int, shape (`SAMPLES_AT_ONCE`,)
        Which samples of the file, the last one again and again where it ends.
    size : int
        How many of these count.
    x : array of shape (`SAMPLES_AT_ONCE`, measured features)
        Log2 values; NaN where a sample lacks one.
    missing : array of shape (`SAMPLES_AT_ONCE`,)
        Share of what the file measures that a sample lacks, before anything was filled.
    measured : array of int, shape (`SAMPLES_AT_ONCE`,)
        How many of the model's features were measured.
    index_genes : array of shape (`SAMPLES_AT_ONCE`, genes)
        Of the Radiosensitivity Index, in its order, as far as the file has them.
    """

    places: NDArray[np.intp]
    size: int
    x: Matrix
    missing: NDArray[np.float64]
    measured: NDArray[np.intp]
    index_genes: Matrix


@dataclass(frozen=True)
class Incoming:
    """Samples of a file, and where a model's features are in it.

    Attributes
    ----------
    expression : Expression
    columns : array of int, shape (measured features,)
        Which of the model's features the file has.
    groups : GeneGroups
        Which of the file's features go into each of these.
    floor : float or None
        What stands for values that are missing for being low; None where they are missing
        otherwise, and a model fills them with training's mean.
    """

    expression: Expression
    columns: NDArray[np.intp]
    groups: GeneGroups
    floor: float | None = None

    @property
    def names(self) -> pd.Index:
        """Of samples."""
        names: pd.Index = self.expression.obs.index.astype(str)
        return names

    @property
    def source(self) -> str:
        """The file."""
        return self.expression.source

    @cached_property
    def x(self) -> Matrix:
        """All samples at once: (samples, measured features)."""
        return np.concatenate([tile.x[: tile.size] for tile in self.tiles()])

    @cached_property
    def index_positions(self) -> tuple[list[int], list[str]]:
        """Where the genes of the Radiosensitivity Index are, and which are missing."""
        return find_genes(list(self.expression.var.index))

    def tiles(self) -> Iterator[Tile]:
        """Return the samples in turn; what is held does not grow with their number."""
        positions, _ = self.index_positions
        for rows, block in self.expression.rows.blocks():
            raw = self.expression.convert(block)
            shared, genes = self.groups.means(raw), raw[:, positions]
            for start in range(0, len(raw), SAMPLES_AT_ONCE):
                places = np.minimum(np.arange(start, start + SAMPLES_AT_ONCE), len(raw) - 1)
                x = shared[places]
                absent = np.isnan(x)
                yield Tile(
                    rows.start + places,
                    min(SAMPLES_AT_ONCE, len(raw) - start),
                    x if self.floor is None else np.where(absent, np.float32(self.floor), x),
                    absent.mean(axis=1),
                    (~absent).sum(axis=1).astype(np.intp),
                    genes[places],
                )


def receive(expression: Expression, card: Card, least: int | None = None) -> Incoming:
    """Find a model's features in a file, and whether what is missing lies below detection.

    Parameters
    ----------
    expression : Expression
        From `radiosens.sources.read`.
    card : Card
    least : int, optional
        How many of the features it takes; a fifth of them if not given.

    Raises
    ------
    InputError
        If too few of the features are there.
    """
    source = expression.source
    found = _groups(expression, card, source)
    position = {name: i for i, name in enumerate(card.features)}
    shared = [name for name in found.genes if name in position]
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
    incoming = Incoming(expression, columns, found.only(shared))
    if not expression.obs["missing"].any():
        return incoming
    floor = _floor(incoming.x, source)  # which takes all samples at once
    return Incoming(expression, columns, incoming.groups, floor)


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
    floor = _floor(x, source)
    return x if floor is None else np.where(np.isnan(x), np.float32(floor), x)


def _floor(x: Matrix, source: str) -> float | None:
    """Return what stands for values below a detection limit; None if there are none."""
    if not np.isnan(x).any() or not is_below_detection(x):
        return None
    logger.info("%s: missing values are below a detection limit, and taken for it", source)
    return min(float(np.nanmin(x)), float(np.nanquantile(x, LOWEST)))


def _groups(expression: Expression, card: Card, source: str) -> GeneGroups:
    """Return which of a file's features are each of a model's kind."""
    names = expression.var.index
    if card.level == "features":
        own = set(card.features)
        if not any(name in own for name in names):
            raise InputError(
                f"it has none of the model's features ({', '.join(card.features[:3])}, …)",
                where=source,
                cure="name features as the training file did, or use a model of genes",
            )
        ones = np.ones(len(names), dtype=np.intp)
        return GeneGroups(tuple(map(str, names)), np.arange(len(names)), ones)
    mapping = genes_of(expression)
    if mapping.kind in {"mouse", "row numbers"}:
        raise InputError(
            f"its features are {mapping.sentence()}",
            where=source,
            cure="name features by human gene symbols, Ensembl or Entrez ids, or U133 probe sets",
        )
    return gene_groups(expression, mapping)
