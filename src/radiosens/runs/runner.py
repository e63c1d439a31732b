"""A run: tasks that its journal and the shared cache don't know yet are done, all handed out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from radiosens.runs.cache import ResultCache
from radiosens.runs.config import RunConfig
from radiosens.runs.directory import JOURNAL, RunDirectory
from radiosens.runs.journal import Journal
from radiosens.runs.progress import NoProgress, Progress
from radiosens.runs.tasks import SharedInputs, Task, TaskResult
from radiosens.runs.workers import Workers, end_if_begun_by_import, open_workers, run_tasks

__all__ = ["Runner", "open_run"]


@dataclass(frozen=True)
class Runner:
    """Journalled tasks.

    Attributes
    ----------
    directory : RunDirectory
        For the run's files.
    journal : Journal
        What has been done.
    workers : Workers
        Where tasks are done; results don't depend on it.
    progress : Progress
        Told how tasks get on.
    cache : ResultCache, optional
        What other runs have done.
    """

    directory: RunDirectory
    journal: Journal
    workers: Workers
    progress: Progress
    cache: ResultCache | None = None

    def run(self, stage: str, tasks: Sequence[Task]) -> list[TaskResult]:
        """Run those of the tasks that are not done, and write each down as it ends.

        Returns
        -------
        list of TaskResult
            In the order of the tasks. One with a fault is not written down.
        """
        unique = {task.key: task for task in tasks}
        self.journal.stage(stage, len(unique), len(unique) - len(self._open(unique)))
        if self.cache is not None:
            for task in self._open(unique):
                if (known := self.cache.get(task.key)) is not None:
                    self.journal.add(task, known)
        to_do = self._open(unique)
        self.progress.stage(stage, len(unique), len(unique) - len(to_do))
        faults: dict[str, TaskResult] = {}
        for i, result in run_tasks(self.workers, to_do, self.progress):
            if result.fault:
                faults[to_do[i].key] = result
            else:
                self.journal.add(to_do[i], result)
                if self.cache is not None:
                    self.cache.put(to_do[i].key, result)
            self.progress.finished(i)
        return [faults.get(task.key) or self._result(task) for task in tasks]

    def _open(self, tasks: dict[str, Task]) -> list[Task]:
        return [task for key, task in tasks.items() if self.journal.get(key) is None]

    def _result(self, task: Task) -> TaskResult:
        result = self.journal.get(task.key)
        assert result is not None
        return result


@contextlib.contextmanager
def open_run(
    out: str | Path,
    config: RunConfig,
    shared: SharedInputs,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> Iterator[Runner]:
    """Have a run directory, its journal and its workers while the context lasts.

    Parameters
    ----------
    out : str or Path
        The directory.
    config : RunConfig
        What decides the run's results.
    shared : SharedInputs
        What tasks work on; sent to each worker once.
    jobs : int, optional
        Tasks side by side on this machine; one a processor core where not given.
    cluster : str, optional
        Address of a Dask scheduler, or ``"local"`` to start one here with `jobs` workers.
    cache : str or Path, optional
        Folder of finished tasks shared with other runs.
    progress : Progress, optional
        Told how tasks get on.

    Raises
    ------
    RunError
        If the directory holds another run, is in use or can't be written, or the workers fail.
    """
    end_if_begun_by_import()
    directory = RunDirectory(Path(out))
    progress = progress or NoProgress()
    results = None if cache is None else ResultCache(Path(cache), shared.versions())
    with (
        directory.claimed(config),
        Journal(directory.path / JOURNAL) as journal,
        open_workers(shared, jobs, cluster, progress) as workers,
    ):
        yield Runner(directory, journal, workers, progress, results)
        journal.end()
