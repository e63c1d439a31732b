"""Tasks on a Dask cluster: one that runs already, or one started here.

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
from radiosens.runs.progress import Progress
from radiosens.runs.tasks import SharedInputs, Task, TaskResult, run_task

try:
    from distributed import (
        Client,
        KilledWorker,
        LocalCluster,
        SchedulerPlugin,
        Security,
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

    Shared inputs go to each worker once, as it joins, and so to one that takes a lost one's
    place. Tasks that a lost worker had are done again elsewhere.

    Parameters
    ----------
    shared : SharedInputs
        What tasks work on.
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

    def __init__(self, shared: SharedInputs, address: str, jobs: int) -> None:
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # told in our own words
        self._address, self._run = address, uuid.uuid4().hex
        self._news: SimpleQueue[tuple[int, int, int, float]] = SimpleQueue()
        self._own = _local(jobs) if address == "local" else None
        if self._own is None:
            _ping_scheduler(address)
        self._client = Client(self._own or address, timeout=PATIENCE, set_as_default=False)
        try:
            self._client.register_plugin(
                _InputsPlugin(shared, self._run, ours=self._own is not None)
            )
        except Exception as error:
            self.__exit__()
            raise _unsuitable(_first_line(error), address) from None
        with contextlib.suppress(Exception):  # a scheduler without radiosens goes without it
            self._client.register_plugin(_CleanUpPlugin(self._client.id, self._run))
        self._client.subscribe_topic(self._run, lambda event: self._news.put(event[1]))
        self._executor = self._client.get_executor(pure=False)
        self._threads = -1
        self._next_count = 0.0

    @property
    def max_pending(self) -> int:
        """Four a worker: results and new tasks cross on their way."""
        if time.monotonic() >= self._next_count:
            self._next_count = time.monotonic() + _BETWEEN_COUNTS
            with contextlib.suppress(OSError):
                before, self._threads = self._threads, sum(self._client.nthreads().values())
                if before and not self._threads:
                    logger.info("the cluster at %s has no workers; waiting", self._address)
        return max(8, 4 * self._threads)

    def submit(self, number: int, task: Task) -> Future[TaskResult]:
        """Hand a task to the scheduler."""
        try:
            future: Future[TaskResult] = self._executor.submit(
                _run_on_worker, self._run, number, task
            )
        except Exception as error:  # of several kinds
            if self._client.status == "running":
                raise
            raise self._gone() from error
        return future

    def drain_progress(self, progress: Progress) -> None:
        """Pass on the steps that workers have told of."""
        with contextlib.suppress(Empty):
            while True:
                progress.step(*self._news.get_nowait())

    def result(self, future: Future[TaskResult]) -> TaskResult:
        """Return what the task found."""
        try:
            return future.result()
        except CancelledError:  # what becomes of tasks when the scheduler is gone
            raise self._gone() from None
        except _RefusedError as error:
            raise _unsuitable(str(error), self._address) from None
        except KilledWorker as error:
            raise RunError(
                "a task took down several workers, most often for want of memory",
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
                self._client.unregister_scheduler_plugin(_CleanUpPlugin.named(self._run))
                self._client.unregister_worker_plugin(self._run)
        with contextlib.suppress(Exception):
            self._client.close(timeout=2)
        if self._own is not None:
            with contextlib.suppress(Exception):
                self._own.close(timeout=5)


def _local(jobs: int) -> LocalCluster:
    """Start workers here, behind certificates of this run: a scheduler runs what it is sent."""
    try:
        security = Security.temporary()
    except ImportError:
        raise SettingsError(
            "a local cluster needs cryptography, so that no one else can use it",
            cure="pip install 'radiosens[cluster]', or use --jobs",
        ) from None
    return LocalCluster(
        host="127.0.0.1",
        protocol="tls://",
        security=security,
        n_workers=jobs,
        threads_per_worker=1,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )


def _ping_scheduler(address: str) -> None:
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


def _unsuitable(why: str, address: str) -> RunError:
    return RunError(
        f"its workers cannot compute ({why})",
        where=address,
        cure="install the same versions there as here",
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


class _RefusedError(Exception):
    """A worker must not compute."""


# What a worker holds: the inputs of each run that uses it, or why it must not compute. Tasks take
# turns in a process, whatever its number of threads: they draw from one random generator and
# set one number of threads.
_shared: dict[str, SharedInputs | str] = {}
_turn = threading.Lock()


class _InputsPlugin(WorkerPlugin):
    """Gives every worker the shared inputs, those that join later too."""

    def __init__(self, shared: SharedInputs, run: str, *, ours: bool) -> None:
        self.shared, self.name, self.ours = shared, run, ours
        self.versions = dict(shared.versions())

    def setup(self, worker: Any) -> None:
        """Check that this worker computes as the others do, and keep the inputs."""
        here = self.shared.versions()
        for name, ours in self.versions.items():
            if here.get(name) != ours:
                why = f"a worker has {name} {here.get(name)}, this process {ours}"
                _shared[self.name] = why  # whoever joins late is not heard when it raises
                raise _RefusedError(why)
        _shared[self.name] = self.shared
        if self.ours and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us

    def teardown(self, worker: Any) -> None:
        """Free the inputs."""
        _shared.pop(self.name, None)


class _CleanUpPlugin(SchedulerPlugin):
    """Frees the inputs on all workers when the process that brought it is lost."""

    def __init__(self, client: str, run: str) -> None:
        self.client, self.run, self.name = client, run, self.named(run)

    @staticmethod
    def named(run: str) -> str:
        """Return the plugin's name."""
        return f"clean-up of {run}"

    def remove_client(self, scheduler: Any, client: str) -> None:
        """Clear up behind the client."""
        if client == self.client:
            scheduler.loop.add_callback(self._clear, scheduler)

    async def _clear(self, scheduler: Any) -> None:
        with contextlib.suppress(Exception):  # freed in good order already
            await scheduler.unregister_worker_plugin(comm=None, name=self.run)
        with contextlib.suppress(Exception):
            scheduler.remove_plugin(name=self.name)


def _run_on_worker(run: str, number: int, task: Task) -> TaskResult:
    worker = get_worker()
    shared = _shared.get(run, "a worker has no inputs")
    if isinstance(shared, str):
        raise _RefusedError(shared)
    with _turn:
        return run_task(shared, task, lambda *news: worker.log_event(run, (number, *news)))
