"""Who trains and who is tested. The one place where that is decided.

Folds are data: a table made before any training, saved, and checked when used.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from radiosens.errors import SettingsError
from radiosens.evaluation.protocols import GROUP_COLUMNS, ProtocolSplitter, split_groups

__all__ = ["Split", "check_sources", "check_split", "fold_splits", "leave_one_out", "make_folds"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Split:
    """One division of samples into those trained on and those tested.

    Attributes
    ----------
    round, fold : int
        Counted from 1; 0 for the second validation, which has neither.
    train, test : tuple of str
        Sample names.
    """

    round: int
    fold: int
    train: tuple[str, ...]
    test: tuple[str, ...]


def make_folds(
    obs: pd.DataFrame, protocol: str, *, rounds: int, folds: int, random_state: int
) -> pd.DataFrame:
    """Decide who is tested when, before anything is trained.

    Parameters
    ----------
    obs : DataFrame
        The panel's samples, with ``line, donor, tissue``.
    protocol : {"replicate", "line", "donor", "tissue"}
        See `radiosens.evaluation.protocols`. Where it has fewer groups than there are folds
        (tissues, most often), each group is a fold.
    rounds, folds : int
        How often, and into how many.
    random_state : int
        Seed; each round has its own stream.

    Returns
    -------
    DataFrame
        Columns ``round, fold, sample, line``; each sample once a round.

    Raises
    ------
    SettingsError
        If there are fewer than two folds, more folds than samples, no round, or a single
        group.

    Examples
    --------
    >>> obs = pd.DataFrame({"line": ["A", "A", "B", "B"]}, index=["a1", "a2", "b1", "b2"])
    >>> table = make_folds(obs, "replicate", rounds=1, folds=2, random_state=0)
    >>> bool(table.groupby(["fold", "line"]).size().eq(1).all())
    True
    """
    groups = split_groups(obs, protocol)
    if protocol != "replicate" and 1 < groups.nunique() < folds:
        logger.warning(
            "%s protocol: %d folds, as there are no more groups to keep together",
            protocol,
            groups.nunique(),
        )
        folds = groups.nunique()
    splitter = ProtocolSplitter(
        protocol, n_splits=folds, n_repeats=rounds, random_state=random_state
    )
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "round": number,
                    "fold": fold_of,
                    "sample": obs.index,
                    "line": obs["line"].to_numpy(),
                }
            )
            for number, fold_of in enumerate(splitter.assignments(groups), start=1)
        ],
        ignore_index=True,
    )


def fold_splits(table: pd.DataFrame) -> Iterator[Split]:
    """Yield every split of a table of folds, in order."""
    for number, part in table.groupby("round", sort=True):
        for fold in sorted(part["fold"].unique()):
            test = part["fold"] == fold
            yield Split(
                int(str(number)),
                int(fold),
                tuple(part.loc[~test, "sample"]),
                tuple(part.loc[test, "sample"]),
            )


def leave_one_out(obs: pd.DataFrame, sample: str) -> Split:
    """Return the second validation's split: one sample tested, all others training."""
    return Split(0, 0, tuple(s for s in obs.index if s != sample), (sample,))


def check_split(split: Split, obs: pd.DataFrame, protocol: str = "replicate") -> None:
    """Raise unless a split is fit for use: nobody on both sides, everybody known.

    Called where a split is *used*, so that no detour of a table of folds can leak.

    Raises
    ------
    SettingsError
    """
    train, test = set(split.train), set(split.test)
    where = f"round {split.round}, fold {split.fold}"
    if train & test:
        raise SettingsError(f"sample {min(train & test)!r} is on both sides", where=where)
    if not train or not test:
        raise SettingsError("one side of the split is empty", where=where)
    if unknown := (train | test) - set(obs.index):
        raise SettingsError(f"sample {min(unknown)!r} is not in the panel", where=where)
    if len(train) != len(split.train) or len(test) != len(split.test):
        raise SettingsError("a sample stands twice on one side", where=where)
    for column in GROUP_COLUMNS[protocol]:
        both = set(obs.loc[list(train), column]) & set(obs.loc[list(test), column])
        if both:
            raise SettingsError(
                f"the {column} {min(map(str, both))!r} is on both sides of a {protocol} split",
                where=where,
            )


def check_sources(train: ArrayLike, test: ArrayLike) -> None:
    """Raise if a tested source (file, platform) has nothing in training.

    Each source is scaled by its own training samples. One that has none would be scaled by
    another's means, and its predictions would show the difference between platforms.

    Parameters
    ----------
    train, test : array of str
        The source of each sample.

    Raises
    ------
    SettingsError
    """
    unseen = set(map(str, np.asarray(test))) - set(map(str, np.asarray(train)))
    if unseen:
        raise SettingsError(
            f"all samples of {min(unseen)} in the panel are tested at once, so that there is"
            " nothing to scale them by",
            cure="give more lines of that file, more folds, or leave it out",
        )
