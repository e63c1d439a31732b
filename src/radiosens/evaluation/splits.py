"""Who trains and who is tested. The one place where that is decided.

Folds are data: a table made before any training, saved, and checked when used.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from radiosens.errors import SettingsError

__all__ = ["Split", "check_split", "fold_splits", "leave_one_out", "replicate_folds"]

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


def replicate_folds(
    obs: pd.DataFrame, *, rounds: int, folds: int, random_state: int
) -> pd.DataFrame:
    """Make the paper's folds: the samples of a line go to different folds.

    "A 6-fold cross-validation was designed such that the data of a particular cell line were
    not included in the same fold" (Kim and Chung). Every tested sample therefore has its
    siblings in training, and recognising the line is enough to know its SF2.

    Lines are dealt out in random order, each sample to one of the smallest folds that its
    line has not been given yet, so that fold sizes differ by one at most where lines have no
    more samples than there are folds.

    Parameters
    ----------
    obs : DataFrame
        The panel's samples, with ``line``.
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
        If there are fewer than two folds, more folds than samples, or no round.

    Examples
    --------
    >>> obs = pd.DataFrame({"line": ["A", "A", "B", "B"]}, index=["a1", "a2", "b1", "b2"])
    >>> table = replicate_folds(obs, rounds=1, folds=2, random_state=0)
    >>> bool(table.groupby(["fold", "line"]).size().eq(1).all())
    True
    """
    _check_numbers(len(obs), rounds, folds)
    groups = {str(k): v for k, v in obs.groupby("line", observed=True).indices.items()}
    most = max(len(v) for v in groups.values())
    if most > folds:
        logger.warning("a line has %d samples for %d folds: some of them share a fold", most, folds)
    tables = []
    for number in range(1, rounds + 1):
        rng = np.random.default_rng([random_state, number])
        fold_of = np.zeros(len(obs), dtype=int)
        sizes = np.zeros(folds, dtype=int)
        for line in rng.permutation(sorted(groups)):
            own = np.zeros(folds, dtype=int)
            for sample in rng.permutation(groups[line]):
                # fewest of this line, then smallest, then by lot
                fold = np.lexsort((rng.random(folds), sizes, own))[0]
                fold_of[sample] = fold + 1
                own[fold] += 1
                sizes[fold] += 1
        tables.append(
            pd.DataFrame(
                {
                    "round": number,
                    "fold": fold_of,
                    "sample": obs.index,
                    "line": obs["line"].to_numpy(),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _check_numbers(samples: int, rounds: int, folds: int) -> None:
    if rounds < 1:
        raise SettingsError(f"{rounds} rounds", cure="give at least one round")
    if folds < 2:
        raise SettingsError(f"{folds} folds leave nothing to train on", cure="give at least two")
    if samples - -(-samples // folds) < 2:
        raise SettingsError(
            f"{folds} folds of {samples} samples leave fewer than two to train on",
            cure="give more samples",
        )
    if folds > samples:
        raise SettingsError(
            f"{folds} folds for {samples} samples", cure=f"give at most {samples} folds"
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


def check_split(split: Split, obs: pd.DataFrame) -> None:
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
