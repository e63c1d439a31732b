"""Every fit of an evaluation, in the order in which they are done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pandas as pd

from radiosens.evaluation.comparisons import LADDER
from radiosens.evaluation.fits import Fit, fit_seed
from radiosens.evaluation.inputs import FitInputs
from radiosens.evaluation.null import BLOCK, NullFits, permuted
from radiosens.evaluation.refits import Refits, without_thirds
from radiosens.evaluation.settings import NAIVE, EvaluateSettings
from radiosens.evaluation.splits import Split, fold_splits
from radiosens.predictors import Predictor

__all__ = ["Stage", "Stages"]

#: The shuffling of a run that is asked for with ``shuffle``; permutations are numbered alike.
SHUFFLE = 1
#: Fewer draws say too little of a variance.
LEAST_REFITS = 3


@dataclass(frozen=True)
class Stage:
    """Fits that are run together; ``seed`` counts the seeds of stochastic predictors."""

    name: str
    fits: list[Fit] = field(default_factory=list)
    seed: int = 0


@dataclass(frozen=True)
class Stages:
    """Every fit of an evaluation."""

    settings: EvaluateSettings
    inputs: FitInputs
    names: tuple[str, ...]
    folds: pd.DataFrame

    def main(self) -> Iterator[Stage]:
        """All predictors on all folds; the slow network in a stage of its own."""
        for slow in (False, True):
            names = self._names(_in_epochs if slow else _at_once)
            for protocol, splits in self._splits():
                fits = [self._fit(n, s, protocol, self._shuffle) for n in names for s in splits]
                if fits:
                    what = "network" if slow else f"{len(names)} predictors"
                    yield Stage(f"{protocol}, {what}", fits)

    def ladder(self) -> Iterator[Stage]:
        """Yield fits of nested models that nobody asked for, on unseen lines."""
        steps = dict.fromkeys((*LADDER, *NAIVE))
        more = [n for n in steps if n in self.inputs.names and n not in self.names]
        for protocol, splits in self._splits():
            fits = [self._fit(n, s, protocol, self._shuffle) for n in more for s in splits]
            if fits:
                yield Stage(f"{protocol}, nested models", fits)

    def null(self) -> list[NullFits]:
        """Fast trained predictors on all folds and rounds, SF2 shuffled ever anew."""
        if not self.settings.permutations or self.settings.shuffle:
            return []
        names = self._cheap()
        last = self.settings.permutations + 1
        blocks = [tuple(range(n, min(n + BLOCK, last))) for n in range(1, last, BLOCK)]
        return [
            NullFits(name, protocol, tuple(splits), self.settings.seed, within, numbers)
            for protocol, splits in self._splits()
            if protocol != "replicate"
            for within in permuted(self.inputs.panel.obs)
            for name in names
            for numbers in blocks
        ]

    def refits(self) -> list[Refits]:
        """Fast trained predictors on the first round, some donors left out."""
        if self.settings.refits < LEAST_REFITS or self.settings.shuffle:
            return []
        seed, found = self.settings.seed, []
        for protocol, splits in self._splits(first=True):
            if protocol == "replicate":
                continue
            obs = self.inputs.panel.obs
            left = without_thirds(obs, splits, self.settings.refits, seed)
            found += [
                Refits(name, protocol, part, seed, number)
                for name in self._cheap()
                for number, part in enumerate(left)
            ]
        return found

    def _cheap(self) -> list[str]:
        return [n for n in self.inputs.names if _is_cheap(self.inputs.predictor(n))]

    def repeats(self) -> Iterator[Stage]:
        """Stochastic predictors on the first round, with several seeds."""
        if self.settings.seeds == 1:
            return
        names = self._names(lambda p: p.stochastic)
        for number in range(self.settings.seeds):
            for protocol, splits in self._splits(first=True):
                fits = [
                    self._fit(n, s, protocol, self._shuffle, number) for n in names for s in splits
                ]
                yield Stage(f"{protocol}, seed {number + 1}", fits, number)

    @property
    def _shuffle(self) -> int:
        return SHUFFLE if self.settings.shuffle else 0

    def _names(self, wanted: Callable[[Predictor], bool]) -> list[str]:
        return [name for name in self.names if wanted(self.inputs.predictor(name))]

    def _splits(self, *, first: bool = False) -> Iterator[tuple[str, list[Split]]]:
        for protocol in self.settings.protocols:
            table = self.folds[self.folds["protocol"] == protocol]
            yield protocol, list(fold_splits(table[table["round"] == 1] if first else table))

    def _fit(self, name: str, split: Split, protocol: str, shuffle: int, number: int = 0) -> Fit:
        in_epochs = self.inputs.predictor(name).trains_in_epochs
        settings = self.settings.network_settings() if in_epochs else {}
        seed = fit_seed(self.settings.seed, split, number)
        return Fit(name, split, seed, settings, protocol, shuffle)


def _in_epochs(predictor: Predictor) -> bool:
    return predictor.trains_in_epochs


def _at_once(predictor: Predictor) -> bool:
    return not predictor.trains_in_epochs


def _is_cheap(predictor: Predictor) -> bool:
    return predictor.fast and predictor.trained and predictor.repeated
