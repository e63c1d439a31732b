"""The journal of a run: one JSON line a finished fit, appended and flushed to the disk.

It alone decides what a continued run need not do again. A run killed while it writes leaves
at most one incomplete last line, which is cut off when the journal is opened.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
from pathlib import Path
from typing import Any

from radiosens.errors import RunError
from radiosens.evaluation.tasks import FitResult, FitTask

__all__ = ["Journal"]

logger = logging.getLogger(__name__)


class Journal:
    """Finished fits of one run, by key; a context manager that closes its file.

    Parameters
    ----------
    path : Path
        The file, made if there is none.

    Raises
    ------
    RunError
        If it can't be written, or a line in its middle is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._results: dict[str, FitResult] = {}
        self._sessions: list[list[float]] = []
        try:
            self._read()
            self._file = path.open("ab")
        except OSError as error:
            raise _unwritable(path, error) from None
        self._append({"kind": "start", "at": time.time()})

    def __len__(self) -> int:
        return len(self._results)

    def get(self, key: str) -> FitResult | None:
        """Return the result of a finished fit, or None."""
        return self._results.get(key)

    def add(self, key: str, task: FitTask, result: FitResult) -> None:
        """Write a finished fit down; when this returns it is on the disk."""
        self._append(
            {
                "kind": "fit",
                "at": time.time(),
                "key": key,
                "predictor": task.predictor,
                "protocol": task.protocol,
                "round": task.split.round,
                "fold": task.split.fold,
                "seed": task.seed,
                "seconds": round(result.seconds, 3),
                "predictions": result.predictions,
            }
        )

    def seconds(self) -> float:
        """Return the time the run was at work, over all its sessions, in seconds."""
        return sum(last - first for first, last in self._sessions)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # a full disk has been told of when it was met
            self._file.close()

    def _append(self, record: dict[str, Any]) -> None:
        try:
            self._file.write(json.dumps(record).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from None
        self._take(record)

    def _take(self, record: dict[str, Any]) -> None:
        if record["kind"] == "start":
            self._sessions.append([record["at"], record["at"]])
            return
        self._sessions[-1][1] = record["at"]
        self._results[record["key"]] = FitResult(record["predictions"], record["seconds"])

    def _read(self) -> None:
        if not self.path.exists():
            return
        raw = self.path.read_bytes()
        whole = raw.rfind(b"\n") + 1
        if whole < len(raw):
            logger.warning("%s: cut off a last line that was written only in part", self.path)
            with self.path.open("rb+") as file:
                file.truncate(whole)
        for number, line in enumerate(raw[:whole].splitlines(), start=1):
            try:
                self._take(json.loads(line))
            except (ValueError, KeyError, IndexError, TypeError):
                raise RunError(
                    "the journal is damaged",
                    where=f"{self.path}, line {number}",
                    cure="delete that line; its fit will be done again",
                ) from None


def _unwritable(path: Path, error: OSError) -> RunError:
    return RunError(
        f"the journal cannot be written ({error.strerror})",
        where=path,
        cure="free space or permissions; the same command then continues the run",
    )
