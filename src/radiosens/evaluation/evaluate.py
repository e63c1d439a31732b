"""Predictors × protocols on a panel: the honest evaluation, and what it costs to be sure."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

import anndata as ad
import pandas as pd

from radiosens.celllines import lineage_of
from radiosens.errors import SettingsError
from radiosens.evaluation.comparisons import LADDER
from radiosens.evaluation.experiment import experiment_config, run_fits
from radiosens.evaluation.fits import fit_arguments, predictions_table, split_sides
from radiosens.evaluation.inputs import FitInputs
from radiosens.evaluation.labels import screen
from radiosens.evaluation.null import NullFits, null_as_task, null_rows
from radiosens.evaluation.protocols import PROTOCOLS, split_groups
from radiosens.evaluation.refits import Refits, refit_as_task, refit_rows
from radiosens.evaluation.result import Evaluation
from radiosens.evaluation.settings import NAIVE, EvaluateSettings
from radiosens.evaluation.signatures import random_signatures
from radiosens.evaluation.splits import Split, check_sources, fold_splits, make_folds
from radiosens.evaluation.stages import Stage, Stages
from radiosens.evaluation.verdict import tables_of
from radiosens.panel import data_hash
from radiosens.predictors import BUILTIN, get_predictor, predictor_names
from radiosens.quality import QualityCheck
from radiosens.runs.config import RunConfig
from radiosens.runs.runner import Runner
from radiosens.runs.threads import one_thread

__all__ = ["EvaluatePlan", "recommendation", "runnable"]

logger = logging.getLogger(__name__)


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
        The panel, without what is left out, and the predictors that can run on it: those asked
        for, and the naive and nested models that every evaluation has.
    names : tuple of str
        Those asked for.
    folds : DataFrame
        ``protocol, round, fold, sample, line``.
    skipped : dict
        Predictor to the reason that it is left out.
    quality : QualityCheck
        What the check of labels says of every sample.
    """

    settings: EvaluateSettings
    inputs: FitInputs
    names: tuple[str, ...]
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
        _say_unknown(panel)
        for table in folds:
            for split in fold_splits(table):
                sides = (panel.obs.loc[list(side), "source"] for side in (split.train, split.test))
                check_sources(*sides)
        steps = [n for n in (*LADDER, *NAIVE) if get_predictor(n).unsupported_reason(panel) is None]
        inputs = FitInputs.of(panel, data_hash(panel), list(dict.fromkeys([*names, *steps])))
        table = pd.concat(folds, ignore_index=True)
        return cls(settings, inputs, tuple(names), table, skipped, quality)

    def config(self) -> RunConfig:
        """Return what a run of it is begun with."""
        return experiment_config("evaluate", self.settings, self.inputs)

    def run(self, runner: Runner) -> Evaluation:
        """Run all fits; a foreign predictor that fails is left out, and why is told."""
        stages = Stages(self.settings, self.inputs, self.names, self.folds)
        skipped = dict(self.skipped)
        tables = [
            _run(runner, self.inputs, part, skipped)
            for part in (stages.main(), stages.ladder(), stages.repeats())
        ]
        predictions, ladder, repeats = (_without(table, skipped) for table in tables)
        own = predictions["predictor"].isin([*LADDER, *NAIVE]) & (
            predictions["protocol"] != "replicate"
        )
        ladder = pd.concat([predictions[own], ladder], ignore_index=True)
        refits = _run_refits(
            runner, self.inputs, [f for f in stages.refits() if f.predictor not in skipped]
        )
        null = _run_null(
            runner, self.inputs, [f for f in stages.null() if f.predictor not in skipped]
        )
        panel = self.inputs.panel
        has_index = "rsi" in self.names and not self.settings.shuffle
        evaluation = Evaluation(
            self.settings,
            panel.obs,
            predictions,
            ladder,
            refits,
            null,
            repeats,
            random_signatures(panel) if has_index else pd.DataFrame(),
            skipped,
            bool(panel.uns["simulated"]),
            runner.journal.seconds,
            self.quality,
            "" if self.settings.shuffle else recommendation(panel, self.settings.protocols[-1]),
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
            raise SettingsError(f"{name} cannot run: {reason}", cure="or leave it out")
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


def _run(
    runner: Runner, inputs: FitInputs, stages: Iterator[Stage], skipped: dict[str, str]
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


def _without(table: pd.DataFrame, skipped: dict[str, str]) -> pd.DataFrame:
    if len(table) == 0:
        return table
    return table[~table["predictor"].isin(list(skipped))].reset_index(drop=True)


def _run_null(runner: Runner, inputs: FitInputs, fits: list[NullFits]) -> pd.DataFrame:
    if not fits:
        return pd.DataFrame()
    results = runner.run("permutations", [null_as_task(inputs, fit) for fit in fits])
    kept = [(f, r.value) for f, r in zip(fits, results, strict=True) if not r.fault]
    return null_rows([f for f, _ in kept], [value for _, value in kept])


def _run_refits(runner: Runner, inputs: FitInputs, fits: list[Refits]) -> pd.DataFrame:
    if not fits:
        return pd.DataFrame()
    results = runner.run("intervals", [refit_as_task(inputs, fit) for fit in fits])
    failed = {f.predictor for f, r in zip(fits, results, strict=True) if r.fault}
    kept = [(f, r.value) for f, r in zip(fits, results, strict=True) if f.predictor not in failed]
    return refit_rows(inputs.panel.obs, [f for f, _ in kept], [value for _, value in kept])


def _say_unknown(panel: ad.AnnData) -> None:
    """Tell which tissues' names say neither blood nor a solid tissue: they count as solid."""
    names = panel.obs["tissue"].astype(str).unique()
    unknown = sorted(t for t in names if t != "unknown" and lineage_of(t) == "unknown")
    if unknown and not panel.uns["simulated"]:
        logger.warning(
            "taken for solid tumours, as their tissue is no word we know: %s", ", ".join(unknown)
        )


def recommendation(panel: ad.AnnData, protocol: str) -> str:
    """Say what `radiosens` is on a panel, fitted to all of it, and why."""
    names = tuple(panel.obs_names)
    split = Split(0, 0, names, names[:1])
    predictor = get_predictor("radiosens")
    values, _, _ = split_sides(panel, split, scaled=predictor.scaled)
    model = predictor.make(random_state=0)
    told = fit_arguments(predictor, panel.obs, split, protocol)
    with one_thread():
        model.fit(values, panel.obs["sf2"].to_numpy(dtype=float), **told)
    return str(model.reason_)
