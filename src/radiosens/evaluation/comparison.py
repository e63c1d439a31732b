"""Predictors × protocols on a panel: the honest evaluation, and what it costs to be sure."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import anndata as ad
import pandas as pd

from radiosens.errors import SettingsError
from radiosens.evaluation.labels import screen
from radiosens.evaluation.progress import Progress
from radiosens.evaluation.protocols import PROTOCOLS, units
from radiosens.evaluation.runner import Resources, Runner, fit_seed, open_run
from radiosens.evaluation.settings import EvaluateSettings
from radiosens.evaluation.signatures import random_signatures
from radiosens.evaluation.splits import Split, fold_splits, make_folds
from radiosens.evaluation.tasks import FitTask, PreparedPanel
from radiosens.predictors import REGISTRY
from radiosens.quality import QualityCheck

__all__ = ["Evaluation", "evaluate", "runnable"]

logger = logging.getLogger(__name__)

#: The shuffling of a run that is asked for with ``shuffle``; permutations are numbered alike.
SHUFFLE = 1


@dataclass(frozen=True)
class Evaluation:
    """A finished evaluation.

    Attributes
    ----------
    obs : DataFrame
        The panel's samples.
    predictions : DataFrame
        ``predictor, protocol, sample, line, round, fold, truth, prediction``.
    null : DataFrame
        The same with ``shuffle``, the number of the shuffling, and 0 for the fits to the
        measured SF2 on the same folds (round 1); empty without permutations.
    repeats : DataFrame
        The same with ``seed``, of predictors that draw, on the folds of round 1; empty with
        one seed.
    signatures : DataFrame
        The Radiosensitivity Index beside random genes, see
        `radiosens.evaluation.signatures.random_signatures`; empty where it did not run.
    skipped : dict
        Predictor to the reason that it was left out.
    simulated : bool
        Whether the values are simulated.
    seconds : float
        The time the run was at work, over all its sessions.
    quality : QualityCheck
        What the check of labels says of every sample, those left out included.
    """

    settings: EvaluateSettings
    obs: pd.DataFrame
    predictions: pd.DataFrame
    null: pd.DataFrame
    repeats: pd.DataFrame
    signatures: pd.DataFrame
    skipped: dict[str, str]
    simulated: bool
    seconds: float
    quality: QualityCheck


def evaluate(
    panel: ad.AnnData,
    out: str | Path,
    settings: EvaluateSettings | None = None,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Run predictors under protocols on a panel, or continue where that stopped.

    Labels are checked first; what that finds changes nothing, unless settings ask to leave
    samples out.

    Parameters
    ----------
    panel : AnnData
        From `load_panel`.
    out : str or Path
        The run's directory; ``config.json``, ``folds.csv``, ``journal.jsonl`` and
        ``predictions.csv`` are written there.
    settings : EvaluateSettings, optional
        Protocols, predictors, rounds, folds, seed and the rest.
    jobs, cluster, cache
        Where to compute, as for `radiosens.evaluation.experiment.reproduce`; results don't
        depend on it.
    progress : Progress, optional
        Told how fits get on.

    Returns
    -------
    Evaluation

    Raises
    ------
    SettingsError
        If a predictor asked for by name can't run on the panel.
    RunError
        If the directory holds another experiment or can't be written.
    """
    settings = settings or EvaluateSettings()
    panel, quality = screen(panel, settings.exclude)
    names, skipped = runnable(panel, settings.predictors)
    prepared = PreparedPanel.of(panel)
    folds = pd.concat(
        [_folds(panel.obs, protocol, settings) for protocol in settings.protocols],
        ignore_index=True,
    )
    with open_run(
        "evaluate",
        Path(out),
        settings,
        prepared,
        network=settings.network_settings() if "cnn" in names else None,
        resources=Resources(jobs, cluster, None if cache is None else Path(cache)),
        progress=progress,
    ) as runner:
        runner.directory.write_table("folds.csv", folds)
        plan = _Plan(settings, names, folds)
        predictions = _run(runner, list(plan.main()))
        null = _run(runner, list(plan.null()))
        repeats = _run(runner, list(plan.repeats()))
        table = predictions.drop(columns=["shuffle", "seed"])
        runner.directory.write_table("predictions.csv", table)
        runner.directory.write_table("check.csv", quality.samples)
        seconds = runner.journal.seconds
    measured = "rsi" in names and not settings.shuffle
    return Evaluation(
        settings,
        panel.obs,
        predictions,
        null,
        repeats,
        random_signatures(panel) if measured else pd.DataFrame(),
        skipped,
        bool(panel.uns["simulated"]),
        seconds,
        quality,
    )


def runnable(panel: ad.AnnData, asked: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    """Tell which of the predictors asked for can run on a panel, and why the others can't.

    Raises
    ------
    SettingsError
        If one that is asked for by name can't.
    """
    everything = asked == ("all",)
    reasons = {n: REGISTRY[n].unfit(panel) for n in (REGISTRY if everything else asked)}
    skipped = {name: reason for name, reason in reasons.items() if reason is not None}
    for name, reason in skipped.items():
        if not everything:
            raise SettingsError(
                f"{name} cannot run on this panel: {reason}", cure="leave it out of --predictors"
            )
        logger.warning("left out %s: %s", name, reason)
    return [name for name in reasons if name not in skipped], skipped


def _folds(obs: pd.DataFrame, protocol: str, settings: EvaluateSettings) -> pd.DataFrame:
    if protocol == "replicate" and units(obs, "line").value_counts().max() == 1:
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
class _Plan:
    """Every fit of an evaluation, in stages: (name of the stage, number of the seed, tasks)."""

    settings: EvaluateSettings
    predictors: list[str]
    folds: pd.DataFrame

    def main(self) -> Iterator[tuple[str, int, list[FitTask]]]:
        """All predictors on all folds; the slow network in a stage of its own."""
        shuffle = SHUFFLE if self.settings.shuffle else 0
        for slow in (False, True):
            names = [n for n in self.predictors if REGISTRY[n].trains_in_epochs is slow]
            for protocol, splits in self._splits():
                tasks = [self._task(n, s, protocol, shuffle) for n in names for s in splits]
                stage = f"{protocol}, {'network' if slow else f'{len(names)} predictors'}"
                if tasks:
                    yield stage, 0, tasks

    def null(self) -> Iterator[tuple[str, int, list[FitTask]]]:
        """Cheap trained predictors on the first round, SF2 shuffled ever anew."""
        names = [n for n in self.predictors if REGISTRY[n].cheap and REGISTRY[n].trained]
        if not self.settings.permutations or self.settings.shuffle:
            return
        numbers = range(self.settings.permutations + 1)  # 0 is SF2 as measured
        for protocol, splits in self._splits(first=True):
            tasks = [
                self._task(n, s, protocol, number)
                for number in numbers
                for n in names
                for s in splits
            ]
            if tasks and protocol != "replicate":
                yield f"{protocol}, {self.settings.permutations} permutations", 0, tasks

    def repeats(self) -> Iterator[tuple[str, int, list[FitTask]]]:
        """Predictors that draw, on the first round, with several seeds."""
        if self.settings.seeds == 1:
            return
        names = [n for n in self.predictors if REGISTRY[n].random]
        shuffle = SHUFFLE if self.settings.shuffle else 0
        for number in range(self.settings.seeds):
            for protocol, splits in self._splits(first=True):
                yield (
                    f"{protocol}, seed {number + 1}",
                    number,
                    [self._task(n, s, protocol, shuffle, number) for n in names for s in splits],
                )

    def _splits(self, *, first: bool = False) -> Iterator[tuple[str, list[Split]]]:
        for protocol in self.settings.protocols:
            table = self.folds[self.folds["protocol"] == protocol]
            yield protocol, list(fold_splits(table[table["round"] == 1] if first else table))

    def _task(
        self, name: str, split: Split, protocol: str, shuffle: int, number: int = 0
    ) -> FitTask:
        settings = self.settings.network_settings() if REGISTRY[name].trains_in_epochs else {}
        seed = fit_seed(self.settings.seed, split, number)
        return FitTask(name, split, seed, settings, protocol, shuffle)


def _run(runner: Runner, stages: list[tuple[str, int, list[FitTask]]]) -> pd.DataFrame:
    """Run stages; return all their predictions in one table."""
    tables: list[tuple[tuple[int, int, int, int], pd.DataFrame]] = []
    for stage, number, tasks in stages:
        runner.run(stage, tasks)
        kinds: dict[tuple[str, str, int], list[FitTask]] = {}
        for task in tasks:
            kinds.setdefault((task.predictor, task.protocol, task.shuffle), []).append(task)
        for (predictor, protocol, shuffle), own in kinds.items():
            table = runner.table(own)
            table.insert(0, "predictor", predictor)
            table.insert(1, "protocol", protocol)
            table = table.assign(shuffle=shuffle, seed=number)
            place = list(REGISTRY).index(predictor), PROTOCOLS.index(protocol), shuffle, number
            tables.append((place, table))
    ordered = [table for _, table in sorted(tables, key=lambda entry: entry[0])]
    return pd.concat(ordered, ignore_index=True) if ordered else pd.DataFrame()
