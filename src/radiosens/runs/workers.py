"""Where tasks are done: in this process, in several, or on a cluster; and the loop around them.

Every place takes tasks through `concurrent.futures` and is sent their shared inputs once, when
a worker starts. Why not joblib, whose ``return_as="generator_unordered"`` does much of this: it
has no way for tasks to tell of their progress, and when the process that began is killed, its
workers stay (tried with 1.6: still there 17 seconds later); ours end within a second.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from queue import Empty
from typing import Any, Protocol, Self

from radiosens.errors import RunError, SettingsError
from radiosens.runs.progress import Progress
from radiosens.runs.tasks import SharedInputs, Task, TaskResult, run_task

__all__ = [
    "InProcess",
    "Processes",
    "Workers",
    "available_cores",
    "end_if_begun_by_import",
    "open_workers",
    "run_tasks",
]


class Workers(Protocol):
    """A place where tasks are done; a context manager that leaves nothing running."""

    @property
    def max_pending(self) -> int:
        """How many tasks to have under way, so that no worker waits for the next."""

    def submit(self, number: int, task: Task) -> Future[TaskResult]:
        """Begin a task."""

    def drain_progress(self, progress: Progress) -> None:
        """Pass on what tasks under way have told since."""

    def result(self, future: Future[TaskResult]) -> TaskResult:
        """Return what an ended task found.

        Raises
        ------
        RunError
            If the place, not the task, has failed.
        """

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, *_: object) -> None:
        """End tasks under way and free everything."""


def available_cores() -> int:
    """Return the number of processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def open_workers(
    shared: SharedInputs, jobs: int | None, cluster: str | None, progress: Progress
) -> Workers:
    """Return the place that a user asked for.

    Parameters
    ----------
    shared : SharedInputs
        What tasks work on.
    jobs : int, optional
        Tasks side by side on this machine; one a processor core where not given.
    cluster : str, optional
        Address of a Dask scheduler, or ``"local"`` to start one here with `jobs` workers.
    progress : Progress
        Told of steps by tasks in this process.

    Raises
    ------
    SettingsError
        If a cluster is asked for and Dask is not installed, or `jobs` at a running one.
    RunError
        If the cluster can't be reached.
    """
    if jobs is not None and cluster not in (None, "local"):
        raise SettingsError(
            "a cluster that runs already has its own number of workers",
            cure="leave out --jobs, or use --cluster local",
        )
    jobs = jobs or available_cores()
    if cluster is not None:
        from radiosens.runs.cluster import Cluster

        return Cluster(shared, cluster, jobs)
    return InProcess(shared, progress) if jobs == 1 else Processes(shared, jobs)


def run_tasks(
    workers: Workers, tasks: Sequence[Task], progress: Progress
) -> Iterator[tuple[int, TaskResult]]:
    """Run tasks and yield each as it ends, with its number; the order varies, results don't.

    Raises
    ------
    RunError
        If the workers fail, for want of memory for example.
    """
    waiting = iter(enumerate(tasks))
    under_way: dict[Future[TaskResult], int] = {}
    try:
        while True:
            while len(under_way) < workers.max_pending and (following := next(waiting, None)):
                under_way[workers.submit(*following)] = following[0]
            if not under_way:
                return
            ended, _ = wait(under_way, timeout=0.2, return_when=FIRST_COMPLETED)
            workers.drain_progress(progress)
            for future in sorted(ended, key=_failed):  # what is finished comes first
                yield under_way.pop(future), workers.result(future)
    finally:
        for future in under_way:
            future.cancel()


def _failed(future: Future[TaskResult]) -> bool:
    return future.cancelled() or future.exception() is not None


class InProcess:
    """The process itself, one task after the other."""

    max_pending = 1

    def __init__(self, shared: SharedInputs, progress: Progress) -> None:
        self._shared, self._progress = shared, progress

    def submit(self, number: int, task: Task) -> Future[TaskResult]:
        """Run a task to its end."""
        future: Future[TaskResult] = Future()
        future.set_running_or_notify_cancel()
        told = lambda *news: self._progress.step(number, *news)  # noqa: E731
        future.set_result(run_task(self._shared, task, told))
        return future

    def drain_progress(self, progress: Progress) -> None:
        """Do nothing: tasks tell directly."""

    def result(self, future: Future[TaskResult]) -> TaskResult:
        """Return what the task found."""
        return future.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Processes:
    """Several processes of this machine, started when the first task comes."""

    def __init__(self, shared: SharedInputs, jobs: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.max_pending, self._came = 2 * jobs, False
        self._news: Any = context.Queue()
        level = logging.getLogger("radiosens").level
        self._pool = ProcessPoolExecutor(
            jobs,
            mp_context=context,
            initializer=_start_worker,
            initargs=(shared, self._news, os.getpid(), level),
        )

    def submit(self, number: int, task: Task) -> Future[TaskResult]:
        """Hand a task to the next free process."""
        try:
            with _without_interrupts():  # a process begun here inherits that
                return self._pool.submit(_run_in_worker, number, task)
        except BrokenProcessPool:
            raise self._died() from None

    def drain_progress(self, progress: Progress) -> None:
        """Pass on the epochs that processes have told of."""
        while True:
            try:
                progress.step(*self._news.get_nowait())
            except Empty:
                return

    def result(self, future: Future[TaskResult]) -> TaskResult:
        """Return what the task found."""
        try:
            result = future.result()
        except BrokenProcessPool:
            raise self._died() from None
        self._came = True
        return result

    def _died(self) -> RunError:
        if not self._came:
            return RunError(
                "no worker process could start, or the first task took it down",
                cure="in a script, call this under if __name__ == '__main__':, or with jobs=1;"
                " if memory is short, with fewer jobs",
            )
        return RunError(
            "a worker process died, most often for want of memory",
            cure="run the same command again with fewer --jobs; what is finished is kept",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in list((self._pool._processes or {}).values()):
            process.terminate()
        self._pool.shutdown(wait=False, cancel_futures=True)


def end_if_begun_by_import() -> None:
    """End a worker that is about to begin a run of its own, without a word.

    It runs a script that has no ``__main__`` guard, whose first lines a new process runs
    again. The process that began tells the user, see `Processes._died`.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        os._exit(1)


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


# What a worker process holds: the shared inputs, sent once, and where to report to.
_worker: dict[str, Any] = {}


def _start_worker(shared: SharedInputs, news: Any, parent: int, level: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    logging.getLogger("radiosens").setLevel(level)
    _worker.update(shared=shared, news=news)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process when the one that started it is gone, however it went."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _run_in_worker(number: int, task: Task) -> TaskResult:
    told = lambda *news: _worker["news"].put((number, *news))  # noqa: E731
    return run_task(_worker["shared"], task, told)
