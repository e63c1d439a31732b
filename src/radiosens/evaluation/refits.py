"""A jackknife that cross-validates anew: some donors are gone from training and from testing.

How far a score would have been another with other donors depends on who trained too. So the
donors are dealt to thirds, again and again, and the first round of cross-validation is done anew
without each third. That many are left out because tuning makes a score jump: a jackknife that
leaves out few would take a jump for a slope (Shao and Wu 1989, Ann Stat 17:1176). For fast
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

__all__ = [
    "THIRDS",
    "Refits",
    "inflation",
    "refit_as_task",
    "refit_rows",
    "run_refits",
    "thirds",
    "without_thirds",
]

logger = logging.getLogger(__name__)

#: One of so many parts of the donors is left out at a time.
THIRDS = 3


@dataclass(frozen=True)
class Refits:
    """The fits of one predictor to one round of a protocol without a third of the donors.

    Attributes
    ----------
    predictor, protocol : str
    splits : tuple of Split
        Of the round, the third gone from both sides.
    seed : int
        The run's.
    draw : int
    """

    predictor: str
    protocol: str
    splits: tuple[Split, ...]
    seed: int
    draw: int


def thirds(obs: pd.DataFrame, seed: int, deal: int) -> pd.Series:
    """Deal donors to thirds by lot.

    Returns
    -------
    Series of int
        The third of each sample: 0, 1 or 2.

    Examples
    --------
    >>> obs = pd.DataFrame({"donor": ["a", "a", "b", "c"]}, index=list("wxyz"))
    >>> found = thirds(obs, 0, 0)
    >>> bool(found["w"] == found["x"]), sorted(set(found))
    (True, [0, 1, 2])
    """
    donors = np.unique(obs["donor"].astype(str))
    rng = np.random.default_rng([seed, len(donors), deal])
    dealt = rng.permutation(np.arange(len(donors)) % THIRDS)
    return obs["donor"].astype(str).map(dict(zip(donors, map(int, dealt), strict=True)))


def inflation(draws: int) -> float:
    """Return what a plain jackknife's variance of so many draws is multiplied by.

    With d of n donors left out, the variance is ``(n - d)/d`` times that of the draws (Shao and
    Wu 1989); the plain jackknife takes it to be ``(draws - 1)²/draws`` times that.

    Examples
    --------
    >>> round(inflation(21), 4)
    0.105
    """
    return (THIRDS - 1) * draws / (draws - 1) ** 2


def without_thirds(
    obs: pd.DataFrame, splits: Sequence[Split], draws: int, seed: int
) -> list[tuple[Split, ...]]:
    """Return the splits of a round without a third of the donors, so many times.

    None where some sample would then be tested that no training sample shares a source with.
    """
    found = []
    for number in range(draws):
        deal, third = divmod(number, THIRDS)
        group = thirds(obs, seed, deal)
        kept = frozenset(group.index[group != third])
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
        "without": f"a third of the donors, draw {fits.draw + 1}",
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
    """Return what was predicted by each draw.

    Returns
    -------
    DataFrame
        ``predictor, protocol, draw, sample, line, round, fold, truth, prediction``.
    """
    rows: list[tuple[Any, ...]] = []
    truth, line = dict(obs["sf2"].astype(float)), dict(obs["line"])
    for fit, predicted in zip(fits, values, strict=True):
        place = fit.predictor, fit.protocol, fit.draw
        rows += [
            (*place, s, line[s], split.round, split.fold, truth[s], predicted[s])
            for split in fit.splits
            for s in split.test
        ]
    columns = ["predictor", "protocol", "draw", "sample", "line"]
    return pd.DataFrame(rows, columns=[*columns, "round", "fold", "truth", "prediction"])
