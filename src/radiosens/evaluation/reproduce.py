"""The paper's experiment: rounds of folds, their mean, a second look at failures, verdicts."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd

from radiosens.evaluation.evaluate import runnable
from radiosens.evaluation.experiment import experiment_config, run_fits
from radiosens.evaluation.fits import Fit, fit_seed, predictions_table
from radiosens.evaluation.inputs import FitInputs
from radiosens.evaluation.labels import screen
from radiosens.evaluation.metrics import Score, is_correct, score
from radiosens.evaluation.settings import ReproduceSettings
from radiosens.evaluation.splits import Split, fold_splits, leave_one_out, make_folds
from radiosens.panel import data_hash, panel_order
from radiosens.quality import QualityCheck
from radiosens.runs.config import RunConfig
from radiosens.runs.runner import Runner

__all__ = ["BASELINE", "NETWORK", "PredictorResult", "ReproducePlan", "Reproduction"]

logger = logging.getLogger(__name__)

NETWORK = "cnn"
#: Always run beside the network: what recognition alone is worth under the same folds.
BASELINE = "nearest"

VERDICTS = ("correct", "correct at second validation", "prediction-hard")


@dataclass(frozen=True)
class PredictorResult:
    """What one predictor did in the experiment.

    Attributes
    ----------
    predictions : DataFrame
        ``sample, line, round, fold, truth, prediction``: one row a sample and round.
    samples : DataFrame
        Indexed by sample, in panel order: ``line, tissue, replicate, truth, mean, sd`` (over
        rounds), ``second`` (second validation, NaN where not needed), ``final``, ``verdict``.
    """

    predictions: pd.DataFrame
    samples: pd.DataFrame

    @property
    def first_score(self) -> Score:
        """Metrics of the mean predictions, at first validation."""
        return score(self.samples["truth"], self.samples["mean"])

    @property
    def second_score(self) -> Score:
        """Metrics with failed samples' predictions replaced by the second validation's."""
        return score(self.samples["truth"], self.samples["final"])

    @property
    def hard(self) -> list[str]:
        """Samples that failed twice."""
        return list(self.samples.index[self.samples["verdict"] == VERDICTS[2]])


@dataclass(frozen=True)
class Reproduction:
    """A finished experiment.

    Attributes
    ----------
    settings : ReproduceSettings
        What was asked for.
    folds : DataFrame
        ``round, fold, sample, line``.
    results : dict
        Predictor to its result: the nearest neighbour, the network, what was asked for beside.
    simulated : bool
        Whether values are simulated.
    seconds : float
        Time that fits took, side by side.
    quality : QualityCheck
        What the check of labels says of every sample, those left out included.
    failed : dict
        Foreign predictors that were left out, to the reason.
    """

    settings: ReproduceSettings
    folds: pd.DataFrame
    results: dict[str, PredictorResult]
    simulated: bool
    seconds: float
    quality: QualityCheck
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def beside(self) -> dict[str, PredictorResult]:
        """Results of what was asked for beside network and nearest neighbour."""
        usual = (NETWORK, BASELINE)
        return {name: r for name, r in self.results.items() if name not in usual}


@dataclass(frozen=True)
class ReproducePlan:
    """The paper's experiment on a panel, decided before anything is trained.

    Five rounds of six folds under the `replicate` protocol; a sample's prediction is its mean
    over rounds; every failed sample is predicted once more as the only test sample, all
    others training. The nearest neighbour and whatever is named beside it go through the same.
    Labels are checked first; what that finds is kept with the results and changes nothing,
    unless settings ask to leave samples out.

    Attributes
    ----------
    settings : ReproduceSettings
        What was asked for.
    inputs : FitInputs
        The panel, without what is left out.
    folds : DataFrame
        ``round, fold, sample, line``.
    quality : QualityCheck
        What the check of labels says of every sample.
    """

    settings: ReproduceSettings
    inputs: FitInputs
    folds: pd.DataFrame
    quality: QualityCheck

    @classmethod
    def prepare(cls, panel: ad.AnnData, settings: ReproduceSettings) -> ReproducePlan:
        """Check labels, see that all predictors can run, and decide folds.

        Raises
        ------
        SettingsError
            If a predictor named can't run on the panel.
        """
        panel, quality = screen(panel, settings.exclude)
        names = tuple(dict.fromkeys((BASELINE, NETWORK, *settings.beside)))
        runnable(panel, names)
        folds = make_folds(
            panel.obs,
            "replicate",
            rounds=settings.rounds,
            folds=settings.folds,
            random_state=settings.seed,
        )
        inputs = FitInputs.of(panel, data_hash(panel), names)
        return cls(settings, inputs, folds, quality)

    def config(self) -> RunConfig:
        """Return what a run of it is begun with."""
        return experiment_config("reproduce", self.settings, self.inputs)

    def run(self, runner: Runner) -> Reproduction:
        """Run both validations; a foreign predictor that fails is left out, and why is told."""
        panel = self.inputs.panel
        splits = list(fold_splits(self.folds))
        failed: dict[str, str] = {}
        first = {n: self._cross_validate(runner, n, splits, failed) for n in self.inputs.names}
        results = {}
        for name, predictions in first.items():
            second = (
                {} if name in failed else self._validate_again(runner, name, predictions, failed)
            )
            if name not in failed:
                results[name] = PredictorResult(predictions, _samples(panel, predictions, second))
        for name, why in failed.items():
            logger.warning("left out %s: %s", name, why)
        return Reproduction(
            self.settings,
            self.folds,
            results,
            bool(panel.uns["simulated"]),
            runner.journal.seconds,
            self.quality,
            failed,
        )

    def _cross_validate(
        self, runner: Runner, name: str, splits: list[Split], failed: dict[str, str]
    ) -> pd.DataFrame:
        """Run all folds of all rounds; return the table of predictions."""
        fits = [self._fit(name, split) for split in splits]
        predictions, faults = run_fits(runner, self.inputs, f"{name}, cross-validation", fits)
        failed.update(faults)
        return predictions_table(self.inputs.panel, fits, predictions)

    def _validate_again(
        self, runner: Runner, name: str, first: pd.DataFrame, failed: dict[str, str]
    ) -> dict[str, float]:
        """Predict each failed sample once more, all others training."""
        obs = self.inputs.panel.obs
        means = first.groupby("sample")["prediction"].mean().loc[obs.index]
        wrong = obs.index[~is_correct(obs["sf2"], means)]
        fits = [self._fit(name, leave_one_out(obs, sample)) for sample in wrong]
        predictions, faults = run_fits(runner, self.inputs, f"{name}, second validation", fits)
        failed.update(faults)
        if faults:
            return {}
        return {sample: p[sample] for sample, p in zip(wrong, predictions, strict=True)}

    def _fit(self, name: str, split: Split) -> Fit:
        in_epochs = self.inputs.predictor(name).trains_in_epochs
        settings = self.settings.network_settings() if in_epochs else {}
        names = self.inputs.panel.obs_names
        position = int(names.get_loc(split.test[0])) if split.round == 0 else 0
        return Fit(name, split, fit_seed(self.settings.seed, split, position), settings)


def _samples(
    panel: ad.AnnData, predictions: pd.DataFrame, second: dict[str, float]
) -> pd.DataFrame:
    """Bring together every sample's predictions and its verdict."""
    order = panel_order(panel.obs)
    by_sample = predictions.groupby("sample")["prediction"]
    table: dict[str, Any] = {c: panel.obs.loc[order, c] for c in ("line", "tissue", "replicate")}
    table["truth"] = panel.obs.loc[order, "sf2"].astype(float)
    table["mean"] = by_sample.mean().loc[order]
    table["sd"] = by_sample.std().loc[order]
    table["second"] = pd.Series(second, dtype=float).reindex(order)
    samples = pd.DataFrame(table, index=order)
    samples["final"] = samples["second"].where(samples["second"].notna(), samples["mean"])
    first_ok = is_correct(samples["truth"], samples["mean"])
    final_ok = is_correct(samples["truth"], samples["final"])
    samples["verdict"] = np.select([first_ok, final_ok], VERDICTS[:2], VERDICTS[2])
    return samples
