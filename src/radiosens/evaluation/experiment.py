"""The paper's experiment: rounds of folds, their mean, a second look at failures, verdicts."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd

from radiosens.evaluation.labels import screen
from radiosens.evaluation.metrics import Score, is_correct, score
from radiosens.evaluation.progress import Progress
from radiosens.evaluation.runner import Resources, Runner, fit_seed, open_run
from radiosens.evaluation.settings import ReproduceSettings
from radiosens.evaluation.splits import Split, fold_splits, leave_one_out, make_folds
from radiosens.evaluation.tasks import FitTask, PreparedPanel
from radiosens.panel import panel_order
from radiosens.quality import QualityCheck

__all__ = ["BASELINE", "NETWORK", "PredictorResult", "Reproduction", "reproduce"]

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
    def initial_score(self) -> Score:
        """Figures of the mean predictions, before the second validation."""
        return score(self.samples["truth"], self.samples["mean"])

    @property
    def final_score(self) -> Score:
        """Figures with failed samples' predictions replaced by the second validation's."""
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


def reproduce(
    panel: ad.AnnData,
    out: str | Path,
    settings: ReproduceSettings | None = None,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> Reproduction:
    """Run the paper's experiment on a panel, or continue it where it stopped.

    Five rounds of six folds under the `replicate` protocol; a sample's prediction is its mean
    over rounds; every failed sample is predicted once more as the only test sample, all
    others training. The nearest neighbour goes through the same. Labels are checked first;
    what that finds is kept beside the results and changes nothing, unless settings ask to
    leave samples out.

    Parameters
    ----------
    panel : AnnData
        From `load_panel`.
    out : str or Path
        The run's directory; ``config.json``, ``folds.csv``, ``journal.jsonl`` and the
        predictions are written there.
    settings : ReproduceSettings, optional
        Preset, rounds, folds, seed.
    jobs : int, optional
        Fits side by side; one a processor core where not given. Results depend neither on it
        nor on the next two.
    cluster : str, optional
        Address of a Dask scheduler whose workers do the fits, or ``"local"`` to start one
        here with `jobs` workers. Needs the extra ``cluster``.
    cache : str or Path, optional
        Folder of finished fits shared with other runs: what is there is not computed again.
    progress : Progress, optional
        Told how fits get on.

    Returns
    -------
    Reproduction

    Raises
    ------
    RunError
        If the directory holds another experiment or can't be written.
    """
    settings = settings or ReproduceSettings()
    panel, quality = screen(panel, settings.exclude)
    prepared = PreparedPanel.of(panel)
    folds = make_folds(
        panel.obs,
        "replicate",
        rounds=settings.rounds,
        folds=settings.folds,
        random_state=settings.seed,
    )
    with open_run(
        "reproduce",
        Path(out),
        settings,
        prepared,
        network=settings.network_settings(),
        resources=Resources(jobs, cluster, None if cache is None else Path(cache)),
        progress=progress,
    ) as runner:
        runner.directory.write_table("folds.csv", folds)
        experiment = _Experiment(runner, settings)
        first = experiment.cross_validate(list(fold_splits(folds)))
        second = experiment.validate_again(first)
        results = {
            name: PredictorResult(first[name], _samples(panel, first[name], second[name]))
            for name in first
        }
        runner.directory.write_table("predictions.csv", results[NETWORK].predictions)
        runner.directory.write_table(f"predictions_{BASELINE}.csv", results[BASELINE].predictions)
        runner.directory.write_table("check.csv", quality.samples)
        seconds = runner.journal.seconds
    return Reproduction(settings, folds, results, bool(panel.uns["simulated"]), seconds, quality)


@dataclass(frozen=True)
class _Experiment:
    """The paper's two validations, of the network and of the nearest neighbour."""

    runner: Runner
    settings: ReproduceSettings

    def cross_validate(self, splits: list[Split]) -> dict[str, pd.DataFrame]:
        """Run all folds of all rounds; return each predictor's table of predictions."""
        tasks = {name: [self._task(name, s) for s in splits] for name in (BASELINE, NETWORK)}
        for name, own in tasks.items():
            self.runner.run(f"{name}, cross-validation", own)
        return {name: self.runner.table(own) for name, own in tasks.items()}

    def validate_again(self, first: dict[str, pd.DataFrame]) -> dict[str, dict[str, float]]:
        """Predict each failed sample once more, all others training."""
        obs = self.runner.prepared.panel.obs
        tasks: dict[str, list[FitTask]] = {}
        for name, table in first.items():
            means = table.groupby("sample")["prediction"].mean().loc[obs.index]
            failed = obs.index[~is_correct(obs["sf2"], means)]
            tasks[name] = [self._task(name, leave_one_out(obs, s)) for s in failed]
            self.runner.run(f"{name}, second validation", tasks[name])
        return {
            name: {t.split.test[0]: self.runner.result(t)[t.split.test[0]] for t in own}
            for name, own in tasks.items()
        }

    def _task(self, name: str, split: Split) -> FitTask:
        settings = self.settings.network_settings() if name == NETWORK else {}
        names = self.runner.prepared.panel.obs_names
        position = int(names.get_loc(split.test[0])) if split.round == 0 else 0
        return FitTask(name, split, fit_seed(self.settings.seed, split, position), settings)


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
