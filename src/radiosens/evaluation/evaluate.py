"""Predictors × protocols on a panel: the honest evaluation, and what it costs to be sure."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import anndata as ad
import pandas as pd

from radiosens.errors import SettingsError
from radiosens.evaluation.experiment import experiment_config, run_fits
from radiosens.evaluation.fits import Fit, fit_seed, predictions_table
from radiosens.evaluation.inputs import FitInputs
from radiosens.evaluation.labels import screen
from radiosens.evaluation.protocols import PROTOCOLS, split_groups
from radiosens.evaluation.result import Evaluation
from radiosens.evaluation.settings import EvaluateSettings
from radiosens.evaluation.signatures import random_signatures
from radiosens.evaluation.splits import Split, fold_splits, make_folds
from radiosens.evaluation.verdict import tables_of
from radiosens.panel import data_hash
from radiosens.predictors import BUILTIN, Predictor, get_predictor, predictor_names
from radiosens.quality import QualityCheck
from radiosens.runs.config import RunConfig
from radiosens.runs.runner import Runner

__all__ = ["EvaluatePlan", "runnable"]

logger = logging.getLogger(__name__)

#: The shuffling of a run that is asked for with ``shuffle``; permutations are numbered alike.
SHUFFLE = 1


@dataclass(frozen=True)
class EvaluatePlan:
    """Predictors × protocols on a panel, decided before anything is trained.

    Labels are checked first; what that finds changes nothing, unless settings ask to leave
    samples out.

    Attributes
    ----------
    settings : EvaluateSettings
        What was asked for.
    inputs : FitInputs
        The panel, without what is left out, and the predictors that can run on it.
    folds : DataFrame
        ``protocol, round, fold, sample, line``.
    skipped : dict
        Predictor to the reason that it is left out.
    quality : QualityCheck
        What the check of labels says of every sample.
    """

    settings: EvaluateSettings
    inputs: FitInputs
    folds: pd.DataFrame
    skipped: dict[str, str]
    quality: QualityCheck

    @classmethod
    def prepare(cls, panel: ad.AnnData, settings: EvaluateSettings) -> EvaluatePlan:
        """Check labels, see which predictors can run, and decide folds.

        Raises
        ------
        SettingsError
            If a predictor asked for by name can't run on the panel.
        """
        panel, quality = screen(panel, settings.exclude)
        names, skipped = runnable(panel, settings.predictors)
        settings.check_against(names)
        folds = [_folds(panel.obs, protocol, settings) for protocol in settings.protocols]
        inputs = FitInputs.of(panel, data_hash(panel), names)
        return cls(settings, inputs, pd.concat(folds, ignore_index=True), skipped, quality)

    def config(self) -> RunConfig:
        """Return what a run of it is begun with."""
        return experiment_config("evaluate", self.settings, self.inputs)

    def run(self, runner: Runner) -> Evaluation:
        """Run all fits; a foreign predictor that fails is left out, and why is told."""
        stages = _Stages(self.settings, self.inputs, self.folds)
        skipped = dict(self.skipped)
        tables = [
            _run(runner, self.inputs, part, skipped)
            for part in (stages.main(), stages.null(), stages.repeats())
        ]
        predictions, null, repeats = (_without(table, skipped) for table in tables)
        panel = self.inputs.panel
        has_index = "rsi" in self.inputs.names and not self.settings.shuffle
        evaluation = Evaluation(
            self.settings,
            panel.obs,
            predictions,
            null,
            repeats,
            random_signatures(panel) if has_index else pd.DataFrame(),
            skipped,
            bool(panel.uns["simulated"]),
            runner.journal.seconds,
            self.quality,
        )
        return replace(evaluation, tables=tables_of(evaluation))


def runnable(panel: ad.AnnData, asked: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    """Tell which of the predictors asked for can run on a panel, and why the others can't.

    Raises
    ------
    SettingsError
        If one that is asked for by name can't.
    """
    everything = asked == ("all",)
    names = predictor_names() if everything else asked
    reasons = {name: _reason_against(panel, name, by_name=not everything) for name in names}
    skipped = {name: reason for name, reason in reasons.items() if reason is not None}
    for name, reason in skipped.items():
        if not everything:
            raise SettingsError(
                f"{name} cannot run on this panel: {reason}", cure="leave it out of --predictors"
            )
        logger.warning("left out %s: %s", name, reason)
    return [name for name in reasons if name not in skipped], skipped


def _reason_against(panel: ad.AnnData, name: str, *, by_name: bool) -> str | None:
    try:
        predictor = get_predictor(name)
    except SettingsError as error:
        if by_name:
            raise
        return str(error)
    try:
        return predictor.unsupported_reason(panel)
    except Exception as error:  # of a foreign predictor: anything
        if name in BUILTIN:
            raise
        return f"asked whether it can run, it fails ({type(error).__name__}: {error})"


def _folds(obs: pd.DataFrame, protocol: str, settings: EvaluateSettings) -> pd.DataFrame:
    if protocol == "replicate" and split_groups(obs, "line").value_counts().max() == 1:
        logger.warning(
            "no line has two samples, so that 'replicate' cannot show recognition of lines here"
        )
    table = make_folds(
        obs,
        protocol,
        rounds=settings.rounds,
        folds=settings.folds,
        random_state=settings.seed,
    )
    table.insert(0, "protocol", protocol)
    return table


@dataclass(frozen=True)
class _Stage:
    """Fits that are run together; ``seed`` counts the seeds of stochastic predictors."""

    name: str
    fits: list[Fit] = field(default_factory=list)
    seed: int = 0


@dataclass(frozen=True)
class _Stages:
    """Every fit of an evaluation."""

    settings: EvaluateSettings
    inputs: FitInputs
    folds: pd.DataFrame

    def main(self) -> Iterator[_Stage]:
        """All predictors on all folds; the slow network in a stage of its own."""
        for slow in (False, True):
            names = self._names(_in_epochs if slow else _at_once)
            for protocol, splits in self._splits():
                fits = [self._fit(n, s, protocol, self._shuffle) for n in names for s in splits]
                if fits:
                    what = "network" if slow else f"{len(names)} predictors"
                    yield _Stage(f"{protocol}, {what}", fits)

    def null(self) -> Iterator[_Stage]:
        """Fast trained predictors on the first round, SF2 shuffled ever anew."""
        names = self._names(lambda p: p.fast and p.trained)
        if not self.settings.permutations or self.settings.shuffle:
            return
        numbers = range(self.settings.permutations + 1)  # 0 is SF2 as measured
        for protocol, splits in self._splits(first=True):
            fits = [
                self._fit(n, s, protocol, number)
                for number in numbers
                for n in names
                for s in splits
            ]
            if fits and protocol != "replicate":
                yield _Stage(f"{protocol}, {self.settings.permutations} permutations", fits)

    def repeats(self) -> Iterator[_Stage]:
        """Stochastic predictors on the first round, with several seeds."""
        if self.settings.seeds == 1:
            return
        names = self._names(lambda p: p.stochastic)
        for number in range(self.settings.seeds):
            for protocol, splits in self._splits(first=True):
                fits = [
                    self._fit(n, s, protocol, self._shuffle, number) for n in names for s in splits
                ]
                yield _Stage(f"{protocol}, seed {number + 1}", fits, number)

    @property
    def _shuffle(self) -> int:
        return SHUFFLE if self.settings.shuffle else 0

    def _names(self, wanted: Callable[[Predictor], bool]) -> list[str]:
        return [name for name in self.inputs.names if wanted(self.inputs.predictor(name))]

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


def _without(table: pd.DataFrame, skipped: dict[str, str]) -> pd.DataFrame:
    if len(table) == 0:
        return table
    return table[~table["predictor"].isin(list(skipped))].reset_index(drop=True)


def _run(
    runner: Runner, inputs: FitInputs, stages: Iterator[_Stage], skipped: dict[str, str]
) -> pd.DataFrame:
    """Run stages; return all predictions in one table.

    Predictors that fail are added to ``skipped`` with the reason, and given no more fits.
    """
    tables: list[tuple[tuple[int, int, int, int], pd.DataFrame]] = []
    order = predictor_names()
    for stage in stages:
        fits = [fit for fit in stage.fits if fit.predictor not in skipped]
        predictions, faults = run_fits(runner, inputs, stage.name, fits)
        for name, why in faults.items():
            logger.warning("left out %s: %s", name, why)
            skipped[name] = why
        kinds: dict[tuple[str, str, int], list[int]] = {}
        for i, fit in enumerate(fits):
            kinds.setdefault((fit.predictor, fit.protocol, fit.shuffle), []).append(i)
        for (name, protocol, shuffle), members in kinds.items():
            if name in skipped:
                continue
            table = predictions_table(
                inputs.panel, [fits[i] for i in members], [predictions[i] for i in members]
            )
            table.insert(0, "predictor", name)
            table.insert(1, "protocol", protocol)
            table = table.assign(shuffle=shuffle, seed=stage.seed)
            place = order.index(name), PROTOCOLS.index(protocol), shuffle, stage.seed
            tables.append((place, table))
    ordered = [table for _, table in sorted(tables, key=lambda entry: entry[0])]
    return pd.concat(ordered, ignore_index=True) if ordered else pd.DataFrame()
