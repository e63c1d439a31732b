"""A jackknife that cross-validates anew: some donors are gone from training and from testing.

How far a score would have been another with other donors depends on who trained too. So the
donors are dealt to groups, and for each group the first round of cross-validation is done again
without it (Kott 2001, J Off Stat 17:521, on the jackknife that deletes groups). For fast
predictors only.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from radiosens.evaluation.fits import Fit, fit_seed, predictor_identity, run_fit
from radiosens.evaluation.inputs import FitInputs
from radiosens.evaluation.splits import Split
from radiosens.runs.tasks import OnStep, Task

__all__ = ["Refits", "donor_groups", "refit_as_task", "refit_rows", "run_refits", "without_groups"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Refits:
    """The fits of one predictor to one round of a protocol without one group of donors.

    Attributes
    ----------
    predictor, protocol : str
    splits : tuple of Split
        Of the round, the group gone from both sides.
    seed : int
        The run's.
    group : int
    """

    predictor: str
    protocol: str
    splits: tuple[Split, ...]
    seed: int
    group: int


def donor_groups(obs: pd.DataFrame, groups: int, seed: int) -> pd.Series:
    """Deal donors to groups by lot.

    Returns
    -------
    Series of int
        The group of each sample, from 0; as many as there are donors at most.

    Examples
    --------
    >>> obs = pd.DataFrame({"donor": ["a", "a", "b", "c"]}, index=list("wxyz"))
    >>> found = donor_groups(obs, 2, 0)
    >>> bool(found["w"] == found["x"]), sorted(set(found))
    (True, [0, 1])
    """
    donors = np.unique(obs["donor"].astype(str))
    dealt = np.random.default_rng([seed, len(donors)]).permutation(np.arange(len(donors)) % groups)
    return obs["donor"].astype(str).map(dict(zip(donors, map(int, dealt), strict=True)))


def without_groups(
    obs: pd.DataFrame, splits: Sequence[Split], groups: int, seed: int
) -> list[tuple[Split, ...]]:
    """Return the splits of a round without each group of donors.

    None where some sample would then be tested that no training sample shares a source with.
    """
    group = donor_groups(obs, groups, seed)
    found = []
    for number in range(int(group.max()) + 1):
        kept = frozenset(group.index[group != number])
        left = tuple(s for s in (_only(split, kept) for split in splits) if s.test)
        for split in left:
            sources = [set(obs.loc[list(side), "source"]) for side in (split.train, split.test)]
            if not split.train or sources[1] - sources[0]:
                logger.info(
                    "intervals are of the jackknife that does not fit anew: some file has too few"
                    " lines to leave any out"
                )
                return []
        found.append(left)
    return found


def _only(split: Split, kept: frozenset[str]) -> Split:
    sides = (tuple(s for s in side if s in kept) for side in (split.train, split.test))
    return Split(split.round, split.fold, *sides)


def refit_as_task(inputs: FitInputs, fits: Refits) -> Task:
    """Return the task of some fits, keyed by all that the result depends on."""
    content = {
        "panel": inputs.hash,
        "predictor": predictor_identity(inputs.predictor(fits.predictor), ()),
        "code": inputs.code(fits.predictor),
        "splits": [[s.round, s.fold, s.train, s.test] for s in fits.splits],
        "seed": fits.seed,
        "protocol": fits.protocol,
    }
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
    label = {
        "predictor": fits.predictor,
        "protocol": fits.protocol,
        "without": f"donors of group {fits.group + 1}",
    }
    return Task(key, run_refits, fits, label)


def run_refits(inputs: FitInputs, fits: Refits, on_step: OnStep | None = None) -> dict[str, float]:
    """Fit to each split; return tested sample to its predicted SF2."""
    found: dict[str, float] = {}
    for split in fits.splits:
        seed = fit_seed(fits.seed, split)
        fit = Fit(fits.predictor, split, seed, protocol=fits.protocol)
        found |= run_fit(inputs, fit)
    return found


def refit_rows(
    obs: pd.DataFrame, fits: Sequence[Refits], values: Sequence[Mapping[str, float]]
) -> pd.DataFrame:
    """Return what was predicted without each group.

    Returns
    -------
    DataFrame
        ``predictor, protocol, group, sample, line, round, fold, truth, prediction``.
    """
    rows: list[tuple[Any, ...]] = []
    truth, line = dict(obs["sf2"].astype(float)), dict(obs["line"])
    for fit, predicted in zip(fits, values, strict=True):
        place = fit.predictor, fit.protocol, fit.group
        rows += [
            (*place, s, line[s], split.round, split.fold, truth[s], predicted[s])
            for split in fit.splits
            for s in split.test
        ]
    columns = ["predictor", "protocol", "group", "sample", "line"]
    return pd.DataFrame(rows, columns=[*columns, "round", "fold", "truth", "prediction"])
