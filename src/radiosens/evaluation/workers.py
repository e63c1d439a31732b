"""Where fits are done: in this process, in several, or on a cluster; and the loop around them.

Every place takes fits through `concurrent.futures` and is sent the panel once, when a worker
starts. A fit runs on one thread wherever it runs, so that no place changes a figure.
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
from radiosens.evaluation.progress import Progress
from radiosens.evaluation.tasks import FitResult, FitTask, PreparedPanel, run_fit

__all__ = ["InProcess", "Processes", "Workers", "available_cores", "open_workers", "run_tasks"]


class Workers(Protocol):
    """A place where fits are done; a context manager that leaves nothing running."""

    @property
    def ahead(self) -> int:
        """How many fits to have under way, so that no worker waits for the next."""

    def submit(self, number: int, task: FitTask) -> Future[FitResult]:
        """Begin a fit."""

    def hear(self, progress: Progress) -> None:
        """Pass on what fits under way have told since."""

    def result(self, future: Future[FitResult]) -> FitResult:
        """Return what an ended fit found.

        Raises
        ------
        RunError
            If the place, not the fit, has failed.
        """

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, *_: object) -> None:
        """End fits under way and free everything."""


def available_cores() -> int:
    """Return the number of processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def open_workers(
    prepared: PreparedPanel, jobs: int | None, cluster: str | None, progress: Progress
) -> Workers:
    """Return the place that a user asked for.

    Parameters
    ----------
    prepared : PreparedPanel
        The panel that fits are made on.
    jobs : int, optional
        Fits side by side on this machine; one a processor core where not given.
    cluster : str, optional
        Address of a Dask scheduler, or ``"local"`` to start one here with `jobs` workers.
    progress : Progress
        Told of epochs by fits in this process.

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
        from radiosens.evaluation.cluster import Cluster

        return Cluster(prepared, cluster, jobs)
    return InProcess(prepared, progress) if jobs == 1 else Processes(prepared, jobs)


def run_tasks(
    workers: Workers, tasks: Sequence[FitTask], progress: Progress
) -> Iterator[tuple[int, FitResult]]:
    """Run fits and yield each as it ends, with its number; the order varies, results don't.

    Raises
    ------
    RunError
        If the workers fail, for want of memory for example.
    """
    waiting = iter(enumerate(tasks))
    under_way: dict[Future[FitResult], int] = {}
    try:
        while True:
            while len(under_way) < workers.ahead and (following := next(waiting, None)):
                under_way[workers.submit(*following)] = following[0]
            if not under_way:
                return
            ended, _ = wait(under_way, timeout=0.2, return_when=FIRST_COMPLETED)
            workers.hear(progress)
            for future in sorted(ended, key=_failed):  # what is finished comes first
                yield under_way.pop(future), workers.result(future)
    finally:
        for future in under_way:
            future.cancel()


def _failed(future: Future[FitResult]) -> bool:
    return future.cancelled() or future.exception() is not None


class InProcess:
    """The process itself, one fit after the other."""

    ahead = 1

    def __init__(self, prepared: PreparedPanel, progress: Progress) -> None:
        self._prepared, self._progress = prepared, progress

    def submit(self, number: int, task: FitTask) -> Future[FitResult]:
        """Run a fit to its end."""
        future: Future[FitResult] = Future()
        future.set_running_or_notify_cancel()
        told = lambda *news: self._progress.epoch(number, *news)  # noqa: E731
        future.set_result(run_fit(self._prepared, task, told))
        return future

    def hear(self, progress: Progress) -> None:
        """Do nothing: fits tell directly."""

    def result(self, future: Future[FitResult]) -> FitResult:
        """Return what the fit found."""
        return future.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Processes:
    """Several processes of this machine, started when the first fit comes."""

    def __init__(self, prepared: PreparedPanel, jobs: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.ahead, self._came = 2 * jobs, False
        self._news: Any = context.Queue()
        level = logging.getLogger("radiosens").level
        self._pool = ProcessPoolExecutor(
            jobs,
            mp_context=context,
            initializer=_start_worker,
            initargs=(prepared, self._news, os.getpid(), level),
        )

    def submit(self, number: int, task: FitTask) -> Future[FitResult]:
        """Hand a fit to the next free process."""
        try:
            with _without_interrupts():  # a process begun here inherits that
                return self._pool.submit(_run_in_worker, number, task)
        except BrokenProcessPool:
            raise self._died() from None

    def hear(self, progress: Progress) -> None:
        """Pass on the epochs that processes have told of."""
        while True:
            try:
                progress.epoch(*self._news.get_nowait())
            except Empty:
                return

    def result(self, future: Future[FitResult]) -> FitResult:
        """Return what the fit found."""
        try:
            result = future.result()
        except BrokenProcessPool:
            raise self._died() from None
        self._came = True
        return result

    def _died(self) -> RunError:
        if not self._came:
            return RunError(
                "no worker process could start, or the first fit took it down",
                cure="in a script of yours, begin under if __name__ == '__main__':, or give"
                " jobs=1; if memory is short, fewer --jobs",
            )
        return RunError(
            "a worker process died, most often for want of memory",
            cure="run the same command again with fewer --jobs; finished fits are kept",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in list((self._pool._processes or {}).values()):
            process.terminate()
        self._pool.shutdown(wait=False, cancel_futures=True)


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


# What a worker process holds: the panel, sent once, and where to report to.
_worker: dict[str, Any] = {}


def _start_worker(prepared: PreparedPanel, news: Any, parent: int, level: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    logging.getLogger("radiosens").setLevel(level)
    _worker.update(prepared=prepared, news=news)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process when the one that started it is gone, however it went."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _run_in_worker(number: int, task: FitTask) -> FitResult:
    told = lambda *news: _worker["news"].put((number, *news))  # noqa: E731
    return run_fit(_worker["prepared"], task, told)
