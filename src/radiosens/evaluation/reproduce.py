"""The paper's experiment: rounds of folds, their mean, a second look at failures, verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd

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
    """A finished experiment: the network, the nearest neighbour beside it, and the time taken.

    ``quality`` holds what the check of labels says of every sample, those left out included.
    """

    settings: ReproduceSettings
    folds: pd.DataFrame
    results: dict[str, PredictorResult]
    simulated: bool
    seconds: float
    quality: QualityCheck


@dataclass(frozen=True)
class ReproducePlan:
    """The paper's experiment on a panel, decided before anything is trained.

    Five rounds of six folds under the `replicate` protocol; a sample's prediction is its mean
    over rounds; every failed sample is predicted once more as the only test sample, all
    others training. The nearest neighbour goes through the same. Labels are checked first;
    what that finds is kept beside the results and changes nothing, unless settings ask to
    leave samples out.

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
        """Check labels and decide folds."""
        panel, quality = screen(panel, settings.exclude)
        folds = make_folds(
            panel.obs,
            "replicate",
            rounds=settings.rounds,
            folds=settings.folds,
            random_state=settings.seed,
        )
        inputs = FitInputs.of(panel, data_hash(panel), (BASELINE, NETWORK))
        return cls(settings, inputs, folds, quality)

    def config(self) -> RunConfig:
        """Return what a run of it is begun with."""
        return experiment_config("reproduce", self.settings, self.inputs)

    def run(self, runner: Runner) -> Reproduction:
        """Run both validations."""
        panel = self.inputs.panel
        splits = list(fold_splits(self.folds))
        first = {name: self._cross_validate(runner, name, splits) for name in self.inputs.names}
        second = {name: self._validate_again(runner, name, first[name]) for name in first}
        results = {
            name: PredictorResult(first[name], _samples(panel, first[name], second[name]))
            for name in first
        }
        return Reproduction(
            self.settings,
            self.folds,
            results,
            bool(panel.uns["simulated"]),
            runner.journal.seconds,
            self.quality,
        )

    def _cross_validate(self, runner: Runner, name: str, splits: list[Split]) -> pd.DataFrame:
        """Run all folds of all rounds; return the table of predictions."""
        fits = [self._fit(name, split) for split in splits]
        predictions, _ = run_fits(runner, self.inputs, f"{name}, cross-validation", fits)
        return predictions_table(self.inputs.panel, fits, predictions)

    def _validate_again(self, runner: Runner, name: str, first: pd.DataFrame) -> dict[str, float]:
        """Predict each failed sample once more, all others training."""
        obs = self.inputs.panel.obs
        means = first.groupby("sample")["prediction"].mean().loc[obs.index]
        failed = obs.index[~is_correct(obs["sf2"], means)]
        fits = [self._fit(name, leave_one_out(obs, sample)) for sample in failed]
        predictions, _ = run_fits(runner, self.inputs, f"{name}, second validation", fits)
        return {sample: p[sample] for sample, p in zip(failed, predictions, strict=True)}

    def _fit(self, name: str, split: Split) -> Fit:
        settings = self.settings.network_settings() if name == NETWORK else {}
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
