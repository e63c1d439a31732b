"""Run the fits that a run's journal does not know yet, and hand out what it knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from radiosens.evaluation.execution import Progress, run_tasks
from radiosens.evaluation.journal import Journal
from radiosens.evaluation.splits import Split
from radiosens.evaluation.tasks import FitTask, PreparedPanel, shuffled_sf2

__all__ = ["Runner", "fit_seed"]


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
    journal : Journal
        What has been done.
    jobs : int
        Fits side by side; results don't depend on it.
    progress : Progress
        Told how fits get on.
    """

    prepared: PreparedPanel
    journal: Journal
    jobs: int
    progress: Progress

    def run(self, stage: str, tasks: Sequence[FitTask]) -> None:
        """Run those of the tasks that are not done, and write each down as it ends."""
        keys = {t.key(self.prepared.hash): t for t in tasks}
        open_keys = [key for key in keys if self.journal.get(key) is None]
        self.progress.stage(stage, len(keys), len(keys) - len(open_keys))
        open_tasks = [keys[key] for key in open_keys]
        for i, result in run_tasks(self.prepared, open_tasks, self.jobs, self.progress):
            self.journal.add(open_keys[i], open_tasks[i], result)
            self.progress.finished(i)

    def result(self, task: FitTask) -> dict[str, float]:
        """Return the predictions of a task that has been run, by sample."""
        result = self.journal.get(task.key(self.prepared.hash))
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
        truths = {n: shuffled_sf2(obs, n) for n in {t.shuffle for t in tasks} if n}
        return pd.DataFrame(
            [
                {
                    "sample": sample,
                    "line": obs.at[sample, "line"],
                    "round": task.split.round,
                    "fold": task.split.fold,
                    "truth": truths.get(task.shuffle, obs["sf2"]).at[sample],
                    "prediction": prediction,
                }
                for task in tasks
                for sample, prediction in self.result(task).items()
            ]
        )
