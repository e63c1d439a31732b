"""Run many fits, in this process or on several, and tell how they get on."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from queue import Empty
from typing import Any, Protocol

from radiosens.errors import RunError
from radiosens.evaluation.tasks import FitResult, FitTask, PreparedPanel, run_fit

__all__ = ["NoProgress", "Progress", "available_cores", "run_tasks"]


class Progress(Protocol):
    """What wants to know how fits get on; the command line draws bars of it."""

    def stage(self, name: str, fits: int, done: int) -> None:
        """Begin a stage of so many fits, some of them done in an earlier session."""

    def epoch(self, fit: int, epoch: int, epochs: int, loss: float) -> None:
        """Hear that a fit, by its number, has ended an epoch."""

    def finished(self, fit: int) -> None:
        """Hear that a fit is done and written down."""


class NoProgress:
    """Progress that nobody watches."""

    def stage(self, name: str, fits: int, done: int) -> None:
        """Ignore."""

    def epoch(self, fit: int, epoch: int, epochs: int, loss: float) -> None:
        """Ignore."""

    def finished(self, fit: int) -> None:
        """Ignore."""


def available_cores() -> int:
    """Return the number of processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_tasks(
    prepared: PreparedPanel, tasks: Sequence[FitTask], jobs: int, progress: Progress
) -> Iterator[tuple[int, FitResult]]:
    """Run fits and yield each as it ends, with its number; the order varies, results don't.

    Parameters
    ----------
    prepared : PreparedPanel
        Sent to each process once.
    tasks : sequence of FitTask
        Independent of each other.
    jobs : int
        Processes; with one, fits run in this process.
    progress : Progress
        Told of epochs.

    Raises
    ------
    RunError
        If a process dies, for want of memory for example.
    """
    if jobs == 1 or len(tasks) < 2:
        for i, task in enumerate(tasks):
            yield i, run_fit(prepared, task, lambda *a, i=i: progress.epoch(i, *a))
        return
    context = multiprocessing.get_context("spawn")
    news: Any = context.Queue()
    pool = ProcessPoolExecutor(
        min(jobs, len(tasks)),
        mp_context=context,
        initializer=_start_worker,
        initargs=(prepared, news, os.getpid(), logging.getLogger("radiosens").level),
    )
    try:
        numbers: dict[Future[FitResult], int] = {
            pool.submit(_run_in_worker, i, task): i for i, task in enumerate(tasks)
        }
        pending = set(numbers)
        while pending:
            ended, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
            for report in _drain(news):
                progress.epoch(*report)
            for future in ended:
                yield numbers[future], future.result()
    except BrokenProcessPool:
        raise RunError(
            "a worker process died, most often for want of memory",
            cure="run the same command again with fewer --jobs; finished fits are kept",
        ) from None
    finally:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)


def _drain(news: Any) -> Iterator[tuple[int, int, int, float]]:
    while True:
        try:
            yield news.get_nowait()
        except Empty:
            return


# What a worker process holds: the panel, sent once, and where to report to.
_worker: dict[str, Any] = {}


def _start_worker(prepared: PreparedPanel, news: Any, parent: int, level: int) -> None:
    logging.getLogger("radiosens").setLevel(level)
    _worker.update(prepared=prepared, news=news)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process when the one that started it is gone, however it went."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _run_in_worker(number: int, task: FitTask) -> FitResult:
    report: Callable[[int, int, float], None] = lambda *a: _worker["news"].put((number, *a))  # noqa: E731
    return run_fit(_worker["prepared"], task, report)
