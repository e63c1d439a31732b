"""One job at a time, each in a process that is watched: cancelled, timed, and found again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time

from radiosens.runs.lock import owner_of
from radiosens.web.jobs import Job, JobStore
from radiosens.web.settings import ServeSettings

__all__ = ["Queue"]

logger = logging.getLogger(__name__)

_REST = 0.3
_BETWEEN_CLEANINGS = 3600.0
_KILLED = "it was ended by the system, most often for want of memory; try a smaller file"


class Queue:
    """Does the jobs that wait.

    Parameters
    ----------
    store : JobStore
    settings : ServeSettings
    """

    def __init__(self, store: JobStore, settings: ServeSettings) -> None:
        self.store, self.settings = store, settings
        self._process: asyncio.subprocess.Process | None = None
        self._current = ""
        self._came = asyncio.Event()

    def wake(self) -> None:
        """Look for jobs at once."""
        self._came.set()

    def cancel(self, job: Job) -> Job:
        """End a job, or see to it that it isn't begun."""
        if job.state not in ("waiting", "working"):
            return job
        job = self.store.save(job, state="cancelled")
        if self._current == job.id and self._process is not None:
            self._kill()
        return job

    async def work(self) -> None:
        """Do jobs until cancelled; those that a killed server left are begun anew."""
        for job in self.store.all():
            if job.state == "working":
                self.store.save(job, state="waiting")
        cleaned = 0.0
        try:
            while True:
                if time.monotonic() - cleaned > _BETWEEN_CLEANINGS or not cleaned:
                    self.store.forget(self.settings.keep_days)
                    cleaned = time.monotonic()
                following = next(self.store.waiting(), None)
                if following is not None:
                    await self._do(following)
                    continue
                self._came.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._came.wait(), 5)
        finally:
            self._kill()

    async def _do(self, job: Job) -> None:
        while owner_of(self.store.path(job)) is not None:  # a killed server's worker ends soon
            await asyncio.sleep(_REST)
        job = self.store.get(job.id) or job
        if job.state != "waiting":
            return
        job = self.store.save(job, state="working")
        folder = self.store.path(job)
        for name in ("outcome.json", "progress.json"):
            (folder / name).unlink(missing_ok=True)
        self._current = job.id
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "radiosens.web.worker",
            str(folder),
            str(self.settings.memory),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")},
        )
        in_time = True
        try:
            await asyncio.wait_for(self._process.wait(), self.settings.seconds)
        except TimeoutError:
            in_time = False
            self._kill()
            await self._process.wait()
        finally:
            self._current, self._process = "", None
        self._settle(job, in_time)

    def _settle(self, job: Job, in_time: bool) -> None:
        """Write down what a job came to."""
        now = self.store.get(job.id)
        if now is None or now.state != "working":  # cancelled, or deleted meanwhile
            return
        outcome = self.store.read(self.store.path(job) / "outcome.json")
        if not in_time:
            minutes = self.settings.seconds / 60
            self.store.save(now, state="failed", error=f"it took more than {minutes:,.0f} minutes")
        elif outcome.get("state") in ("understood", "done"):
            self.store.save(now, state=outcome["state"], error="")
        else:
            self.store.save(now, state="failed", error=str(outcome.get("error") or _KILLED))

    def _kill(self) -> None:
        """End the process with whatever it started."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
