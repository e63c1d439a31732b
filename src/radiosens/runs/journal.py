"""The journal of a run: one JSON line a finished task, appended as it ends.

It alone decides what a continued run need not do again. A line is handed to the system before
the next task is taken, so that nothing is lost with the process; to the disk once a second, so
that a power cut costs the last second's tasks. Each line carries a checksum. A run killed while
it writes leaves at most one incomplete last line, which is cut off when the journal is opened.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from radiosens.errors import RunError
from radiosens.runs.tasks import Task, TaskResult

__all__ = ["Journal", "JournalContent", "Stage", "read_journal"]

logger = logging.getLogger(__name__)

_BETWEEN_SYNCS = 1.0  # seconds
_CHECKSUM = ', "crc": "'


@dataclass
class Stage:
    """A stage of a run: its name, its tasks, and how many of them are done."""

    name: str
    tasks: int
    done: int


@dataclass
class JournalContent:
    """What a journal holds.

    Attributes
    ----------
    results : dict
        Key to result of each finished task.
    sessions : list of (float, float)
        When the run was at work, in seconds since 1970.
    stages : list of Stage
        Of the last session, as far as it came.
    ended : bool
        Whether the last session came to its end.
    """

    results: dict[str, TaskResult] = field(default_factory=dict)
    sessions: list[tuple[float, float]] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    ended: bool = False

    @property
    def seconds(self) -> float:
        """Time at work over all sessions."""
        return sum(last - first for first, last in self.sessions)

    def take(self, record: dict[str, Any]) -> None:
        """Take a line in."""
        kind, at = record["kind"], float(record["at"])
        if kind == "start" or not self.sessions:
            self.sessions.append((at, at))
            self.stages, self.ended = [], False
        self.sessions[-1] = self.sessions[-1][0], at
        if kind == "stage":
            self.stages.append(Stage(record["name"], record["tasks"], record["done"]))
        elif kind == "task":
            self.results[record["key"]] = TaskResult(record["value"], record["seconds"])
            if self.stages:
                self.stages[-1].done += 1
        self.ended = kind == "end"


def read_journal(path: Path) -> tuple[JournalContent, int]:
    """Read a journal without touching it.

    Returns
    -------
    content : JournalContent
        Empty if there is no file.
    whole : int
        Bytes of complete lines; beyond is a line that was written only in part.

    Raises
    ------
    RunError
        Naming each damaged line.
    """
    content = JournalContent()
    if not path.exists():
        return content, 0
    raw = path.read_bytes()
    whole = raw.rfind(b"\n") + 1
    damaged = []
    for number, line in enumerate(raw[:whole].split(b"\n")[:-1], start=1):
        try:
            content.take(_checked(line))
        except (ValueError, KeyError, IndexError, TypeError):
            damaged.append(number)
    if damaged:
        lines = ", ".join(map(str, damaged[:5])) + (", …" if len(damaged) > 5 else "")
        raise RunError(
            "the journal is damaged",
            where=f"{path}, line{'s' * (len(damaged) > 1)} {lines}",
            cure=f"delete {'these lines' if len(damaged) > 1 else 'that line'};"
            " what they told of is done again, all else is kept",
        )
    return content, whole


def _checked(line: bytes) -> dict[str, Any]:
    body, mark, checksum = line.decode("utf-8").rpartition(_CHECKSUM)
    if not mark or checksum != f'{zlib.crc32((body + "}").encode()):08x}"}}':
        raise ValueError("checksum")
    record: dict[str, Any] = json.loads(body + "}")
    return record


def _line(record: dict[str, Any]) -> bytes:
    body = json.dumps(record)
    return f'{body[:-1]}{_CHECKSUM}{zlib.crc32(body.encode()):08x}"}}\n'.encode()


class Journal:
    """Finished tasks of one run, by key; a context manager that closes its file.

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
        self._synced = time.monotonic()
        try:
            self._content, whole = read_journal(path)
            if path.exists() and whole < path.stat().st_size:
                logger.warning("%s: cut off a last line that was written only in part", path)
                os.truncate(path, whole)
            self._file = path.open("ab")
        except OSError as error:
            raise _unwritable(path, error) from None
        self._append({"kind": "start", "at": time.time()})

    def __len__(self) -> int:
        return len(self._content.results)

    @property
    def seconds(self) -> float:
        """Time the run was at work, over all its sessions, in seconds."""
        return self._content.seconds

    def get(self, key: str) -> TaskResult | None:
        """Return the result of a finished task, or None."""
        return self._content.results.get(key)

    def stage(self, name: str, tasks: int, done: int) -> None:
        """Note that a stage begins."""
        record = {"kind": "stage", "at": time.time(), "name": name, "tasks": tasks, "done": done}
        self._append(record)

    def add(self, task: Task, result: TaskResult) -> None:
        """Write a finished task down; when this returns, the end of this process loses nothing."""
        self._append(
            {
                "kind": "task",
                "at": time.time(),
                "key": task.key,
                **task.label,
                "seconds": round(result.seconds, 3),
                "value": result.value,
            }
        )

    def end(self) -> None:
        """Note that all is done."""
        self._append({"kind": "end", "at": time.time()})

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # a full disk has been told of when it was met
            os.fsync(self._file.fileno())
            self._file.close()

    def _append(self, record: dict[str, Any]) -> None:
        try:
            self._file.write(_line(record))
            self._file.flush()
            if time.monotonic() - self._synced > _BETWEEN_SYNCS:
                os.fsync(self._file.fileno())
                self._synced = time.monotonic()
        except OSError as error:
            raise _unwritable(self.path, error) from None
        self._content.take(record)


def _unwritable(path: Path, error: OSError) -> RunError:
    return RunError(
        f"the journal cannot be written ({error.strerror})",
        where=path,
        cure="free space or permissions; the same command then continues the run",
    )
