"""A run: fits that its journal and the shared cache don't know yet are done, all handed out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel

from radiosens.evaluation.cache import FitCache
from radiosens.evaluation.journal import Journal
from radiosens.evaluation.progress import NoProgress, Progress
from radiosens.evaluation.rundir import JOURNAL, RunDirectory
from radiosens.evaluation.splits import Split
from radiosens.evaluation.tasks import FitResult, FitTask, PreparedPanel, shuffled_sf2
from radiosens.evaluation.workers import Workers, open_workers, run_tasks

__all__ = ["Resources", "Runner", "fit_seed", "open_run"]


@dataclass(frozen=True)
class Resources:
    """Where a run computes and what it may take from others; no figure depends on it.

    Attributes
    ----------
    jobs : int, optional
        Fits side by side on this machine; one a processor core where not given.
    cluster : str, optional
        Address of a Dask scheduler, or ``"local"`` to start one here with `jobs` workers.
    cache : Path, optional
        Folder of finished fits shared with other runs.
    """

    jobs: int | None = None
    cluster: str | None = None
    cache: Path | None = None


def fit_seed(seed: int, split: Split, position: int = 0) -> int:
    """Return the seed of a fit: of the run's, the split, and one number more."""
    stream = np.random.SeedSequence([seed, split.round, split.fold, position])
    return int(stream.generate_state(1)[0]) % 2**31


@dataclass(frozen=True)
class Runner:
    """Journalled fits on one panel.

    Attributes
    ----------
    prepared : PreparedPanel
        The panel.
    directory : RunDirectory
        For the run's files.
    journal : Journal
        What has been done.
    workers : Workers
        Where fits are done; results don't depend on it.
    progress : Progress
        Told how fits get on.
    cache : FitCache, optional
        What other runs have done.
    """

    prepared: PreparedPanel
    directory: RunDirectory
    journal: Journal
    workers: Workers
    progress: Progress
    cache: FitCache | None = None

    def run(self, stage: str, tasks: Sequence[FitTask]) -> None:
        """Run those of the tasks that are not done, and write each down as it ends."""
        keys = {t.key(self.prepared): t for t in tasks}
        open_keys = self._open(keys)
        self.journal.stage(stage, len(keys), len(keys) - len(open_keys))
        for key in open_keys:
            if (known := self._cached(key)) is not None:
                self.journal.add(key, keys[key], known)
        open_keys = self._open(keys)
        self.progress.stage(stage, len(keys), len(keys) - len(open_keys))
        open_tasks = [keys[key] for key in open_keys]
        for i, result in run_tasks(self.workers, open_tasks, self.progress):
            self.journal.add(open_keys[i], open_tasks[i], result)
            if self.cache is not None:
                self.cache.put(open_keys[i], result)
            self.progress.finished(i)

    def _open(self, keys: Iterable[str]) -> list[str]:
        return [key for key in keys if self.journal.get(key) is None]

    def _cached(self, key: str) -> FitResult | None:
        return None if self.cache is None else self.cache.get(key)

    def result(self, task: FitTask) -> dict[str, float]:
        """Return the predictions of a task that has been run, by sample."""
        result = self.journal.get(task.key(self.prepared))
        assert result is not None
        return result.predictions

    def table(self, tasks: Sequence[FitTask]) -> pd.DataFrame:
        """Return the predictions of tasks that have been run.

        Returns
        -------
        DataFrame
            ``sample, line, round, fold, truth, prediction``, in the order of the tasks.
        """
        obs = self.prepared.panel.obs
        lines = dict(zip(obs.index, obs["line"], strict=True))
        truths = {n: dict(shuffled_sf2(obs, n)) for n in {t.shuffle for t in tasks} if n}
        truths[0] = dict(obs["sf2"])
        return pd.DataFrame(
            [
                {
                    "sample": sample,
                    "line": lines[sample],
                    "round": task.split.round,
                    "fold": task.split.fold,
                    "truth": truths[task.shuffle][sample],
                    "prediction": prediction,
                }
                for task in tasks
                for sample, prediction in self.result(task).items()
            ]
        )


@contextlib.contextmanager
def open_run(
    command: str,
    out: Path,
    settings: BaseModel,
    prepared: PreparedPanel,
    *,
    network: dict[str, object] | None,
    resources: Resources,
    progress: Progress | None,
) -> Iterator[Runner]:
    """Have a run directory, its journal and its workers while the context lasts.

    Parameters
    ----------
    command, settings, prepared, network
        What decides the run's figures, see `RunDirectory.claimed`.
    out : Path
        The directory.
    resources : Resources
        Where to compute.
    progress : Progress, optional
        Told how fits get on.

    Raises
    ------
    RunError
        If the directory holds another run, is in use or can't be written, or the workers fail.
    """
    directory = RunDirectory(out)
    progress = progress or NoProgress()
    cache = None if resources.cache is None else FitCache(resources.cache)
    with (
        directory.claimed(command, settings, prepared, network=network),
        Journal(directory.path / JOURNAL) as journal,
        open_workers(prepared, resources.jobs, resources.cluster, progress) as workers,
    ):
        yield Runner(prepared, directory, journal, workers, progress, cache)
        journal.end()
