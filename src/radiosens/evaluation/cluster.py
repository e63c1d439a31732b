"""Fits on a Dask cluster: one that runs already, or one started here.

Imported only where a cluster is asked for; needs the extra ``cluster``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
import time
import uuid
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any, Self

from radiosens.errors import RunError, SettingsError
from radiosens.evaluation.progress import Progress
from radiosens.evaluation.tasks import (
    FitResult,
    FitTask,
    PreparedPanel,
    deciding_versions,
    run_fit,
)

try:
    from distributed import (
        Client,
        KilledWorker,
        LocalCluster,
        SchedulerPlugin,
        WorkerPlugin,
        get_worker,
        rpc,
    )
except ImportError:
    raise SettingsError(
        "a cluster needs Dask, which is not installed",
        cure="pip install 'radiosens[cluster]', or use --jobs",
    ) from None

__all__ = ["Cluster"]

logger = logging.getLogger(__name__)

#: Seconds to wait for the scheduler's first answer.
PATIENCE = 20
#: Seconds between looks at how many workers there are.
_BETWEEN_COUNTS = 5


class Cluster:
    """The workers of a Dask cluster.

    The panel goes to each worker once, as it joins, and so to one that takes a lost one's
    place. Fits that a lost worker had are done again elsewhere.

    Parameters
    ----------
    prepared : PreparedPanel
        The panel.
    address : str
        Of the scheduler, such as ``"tcp://10.0.0.5:8786"``; ``"local"`` starts one here.
    jobs : int
        Workers of a local cluster.

    Raises
    ------
    RunError
        If there is no scheduler at the address, or its workers have other versions than this
        process, whose figures could differ.
    """

    def __init__(self, prepared: PreparedPanel, address: str, jobs: int) -> None:
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # told in our own words
        self._address, self._run = address, uuid.uuid4().hex
        self._news: SimpleQueue[tuple[int, int, int, float]] = SimpleQueue()
        self._own = _local(jobs) if address == "local" else None
        if self._own is None:
            _knock(address)
        self._client = Client(self._own or address, timeout=PATIENCE, set_as_default=False)
        try:
            self._client.register_plugin(_Seat(prepared, self._run, ours=self._own is not None))
        except Exception as error:
            self.__exit__()
            raise _unfit(_first_line(error), address) from None
        with contextlib.suppress(Exception):  # a scheduler without radiosens goes without it
            self._client.register_plugin(_Usher(self._client.id, self._run))
        self._client.subscribe_topic(self._run, lambda event: self._news.put(event[1]))
        self._executor = self._client.get_executor(pure=False)
        self._threads = -1
        self._next_count = 0.0

    @property
    def ahead(self) -> int:
        """Four a worker: results and new fits cross on their way."""
        if time.monotonic() >= self._next_count:
            self._next_count = time.monotonic() + _BETWEEN_COUNTS
            with contextlib.suppress(OSError):
                before, self._threads = self._threads, sum(self._client.nthreads().values())
                if before and not self._threads:
                    logger.info("the cluster at %s has no workers; waiting", self._address)
        return max(8, 4 * self._threads)

    def submit(self, number: int, task: FitTask) -> Future[FitResult]:
        """Hand a fit to the scheduler."""
        try:
            future: Future[FitResult] = self._executor.submit(_fit, self._run, number, task)
        except Exception as error:  # of several kinds
            if self._client.status == "running":
                raise
            raise self._gone() from error
        return future

    def hear(self, progress: Progress) -> None:
        """Pass on the epochs that workers have told of."""
        with contextlib.suppress(Empty):
            while True:
                progress.epoch(*self._news.get_nowait())

    def result(self, future: Future[FitResult]) -> FitResult:
        """Return what the fit found."""
        try:
            return future.result()
        except CancelledError:  # what becomes of fits when the scheduler is gone
            raise self._gone() from None
        except _RefusedError as error:
            raise _unfit(str(error), self._address) from None
        except KilledWorker as error:
            raise RunError(
                "a fit took down several workers, most often for want of memory",
                where=self._address,
                cure="give workers more memory; the same command then continues the run",
            ) from error

    def _gone(self) -> RunError:
        return RunError(
            "the scheduler of the Dask cluster is gone",
            where=self._address,
            cure="start it again, or use --jobs; the same command then continues the run",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):  # a lost scheduler has been told of
            self._executor.shutdown(wait=False)
        with contextlib.suppress(Exception):
            if self._client.status == "running":
                self._client.unregister_scheduler_plugin(_Usher.named(self._run))
                self._client.unregister_worker_plugin(self._run)
        with contextlib.suppress(Exception):
            self._client.close(timeout=2)
        if self._own is not None:
            with contextlib.suppress(Exception):
                self._own.close(timeout=5)


def _local(jobs: int) -> LocalCluster:
    return LocalCluster(
        n_workers=jobs,
        threads_per_worker=1,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )


def _knock(address: str) -> None:
    """Ask a scheduler who it is; `Client` waits for ever where something else answers."""

    async def ask() -> None:
        async with rpc(address) as scheduler:
            told = await asyncio.wait_for(scheduler.identity(), PATIENCE)
        if told.get("type") != "Scheduler":
            raise OSError(f"a {str(told.get('type', 'stranger')).lower()} answers")

    try:
        with ThreadPoolExecutor(1) as elsewhere:  # a notebook has a loop of its own here
            elsewhere.submit(asyncio.run, ask()).result()
    except (OSError, ValueError, TypeError) as error:
        raise RunError(
            f"no scheduler of a Dask cluster answers there ({_first_line(error)})",
            where=address,
            cure="check the address, such as tcp://HOST:8786 (8787 is its dashboard), or use"
            " --cluster local",
        ) from None


def _unfit(why: str, address: str) -> RunError:
    return RunError(
        f"its workers cannot fit ({why})",
        where=address,
        cure="install the same versions there as here",
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


class _RefusedError(Exception):
    """A worker must not fit."""


# What a worker holds: the panel of each run that uses it, or why it must not fit. Fits take turns
# in a process, whatever its number of threads: they draw from one random generator and set one
# number of threads.
_seats: dict[str, PreparedPanel | str] = {}
_turn = threading.Lock()


class _Seat(WorkerPlugin):
    """Gives every worker the panel, those that join later too."""

    def __init__(self, prepared: PreparedPanel, run: str, *, ours: bool) -> None:
        self.prepared, self.name, self.ours = prepared, run, ours
        self.versions = deciding_versions()

    def setup(self, worker: Any) -> None:
        """Check that this worker computes as the others do, and keep the panel."""
        for name, here in deciding_versions().items():
            if here != self.versions[name]:
                why = f"a worker has {name} {here}, this process {self.versions[name]}"
                _seats[self.name] = why  # whoever joins late is not heard when it raises
                raise _RefusedError(why)
        _seats[self.name] = self.prepared
        if self.ours and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us

    def teardown(self, worker: Any) -> None:
        """Free the panel."""
        _seats.pop(self.name, None)


class _Usher(SchedulerPlugin):
    """Frees the panel on all workers when the process that brought it is lost."""

    def __init__(self, client: str, run: str) -> None:
        self.client, self.run, self.name = client, run, self.named(run)

    @staticmethod
    def named(run: str) -> str:
        """Return the plugin's name."""
        return f"usher of {run}"

    def remove_client(self, scheduler: Any, client: str) -> None:
        """Clear up behind the client."""
        if client == self.client:
            scheduler.loop.add_callback(self._clear, scheduler)

    async def _clear(self, scheduler: Any) -> None:
        with contextlib.suppress(Exception):  # freed in good order already
            await scheduler.unregister_worker_plugin(comm=None, name=self.run)
        with contextlib.suppress(Exception):
            scheduler.remove_plugin(name=self.name)


def _fit(run: str, number: int, task: FitTask) -> FitResult:
    worker = get_worker()
    seat = _seats.get(run, "a worker has no panel")
    if isinstance(seat, str):
        raise _RefusedError(seat)
    with _turn:
        return run_fit(seat, task, lambda *news: worker.log_event(run, (number, *news)))
