"""Jobs on disk: one directory each, with its uploads, what was understood, and the result.

What a job is at stands in ``job.json``, written whole or not at all, so that a server that was
killed finds it again. Files that were uploaded get names of ours.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from radiosens.runs.files import atomic_write

__all__ = ["STATES", "Job", "JobStore", "safe_name"]

#: ``waiting`` and ``working`` are for the queue, ``understood`` is for the user, the rest is over.
STATES = ("waiting", "working", "understood", "done", "failed", "cancelled")
_ID = re.compile(r"[0-9a-f]{24}")
_ENDINGS = frozenset(
    ("csv", "tsv", "txt", "gct", "parquet", "pq", "h5ad", "h5", "xlsx", "gz", "bz2", "xz", "zip")
)
_SECONDS_A_DAY = 86400.0


def safe_name(number: int, given: str) -> str:
    """Return the name that an upload is kept under: ours, with its known endings.

    Examples
    --------
    >>> safe_name(1, "../../etc/passwd"), safe_name(2, "my samples.tsv.gz")
    ('file1', 'file2.tsv.gz')
    """
    parts = given.lower().split(".")[1:][-2:]
    while parts and parts[0] not in _ENDINGS:
        parts = parts[1:]
    kept = [part for part in parts if part in _ENDINGS]
    return ".".join([f"file{number}", *kept])


@dataclass(frozen=True)
class Job:
    """A job.

    Attributes
    ----------
    id : str
        24 hexadecimal digits, that can't be guessed.
    flow : str
        What it is to find out, see `radiosens.web.flows`.
    state : str
        One of `STATES`.
    phase : {"read", "run"}
        What is waited for or worked at.
    files : dict
        Name on disk to the name it was uploaded under, data first.
    roles : dict
        Name on disk to ``data`` or ``sheet``.
    options : dict
        What the user chose or corrected.
    error : str
        Why it failed, in a line.
    created, changed : float
        Seconds since 1970.
    """

    id: str
    flow: str
    state: str = "waiting"
    phase: str = "read"
    files: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    created: float = 0.0
    changed: float = 0.0

    @property
    def title(self) -> str:
        """What a list calls it."""
        data = [name for kept, name in self.files.items() if self.roles.get(kept) == "data"]
        return ", ".join(data)


class JobStore:
    """All jobs of a folder.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def new(self, flow: str) -> Job:
        """Return a job with a directory for its uploads; it is listed once it is saved."""
        now = time.time()
        job = Job(secrets.token_hex(12), flow, created=now, changed=now)
        self.uploads(job).mkdir(parents=True)
        return job

    def path(self, job: Job) -> Path:
        """Return a job's directory."""
        return self.folder / job.id

    def uploads(self, job: Job) -> Path:
        """Return where a job's uploads lie."""
        return self.path(job) / "uploads"

    def result(self, job: Job) -> Path:
        """Return where a job's result lies."""
        return self.path(job) / "result"

    def get(self, key: str) -> Job | None:
        """Return a job by its id; None for anything that is none."""
        if not _ID.fullmatch(key):
            return None
        content = self.read(self.folder / key / "job.json")
        try:
            job = Job(**content)
        except TypeError:
            return None
        return job if job.id == key and job.state in STATES else None

    def save(self, job: Job, **changes: Any) -> Job:
        """Write a job down with changes, and return it."""
        job = replace(job, **changes, changed=time.time())
        text = json.dumps(asdict(job), ensure_ascii=False)
        atomic_write(self.path(job) / "job.json", lambda p: p.write_text(text, encoding="utf-8"))
        return job

    def all(self) -> list[Job]:
        """Return all jobs, the latest first."""
        found = [job for key in self.folder.iterdir() if (job := self.get(key.name))]
        return sorted(found, key=lambda job: -job.created)

    def waiting(self) -> Iterator[Job]:
        """Return those that wait, the oldest first."""
        yield from sorted(
            (job for job in self.all() if job.state == "waiting"), key=lambda job: job.changed
        )

    def delete(self, job: Job) -> None:
        """Delete a job with all that belongs to it."""
        shutil.rmtree(self.path(job), ignore_errors=True)

    def forget(self, days: float) -> int:
        """Delete jobs that have not changed for so many days, and uploads that became none."""
        edge, count = time.time() - days * _SECONDS_A_DAY, 0
        for path in list(self.folder.iterdir()):
            job = self.get(path.name)
            with contextlib.suppress(OSError):
                changed = job.changed if job else path.stat().st_mtime
                busy = job is not None and job.state in ("waiting", "working")
                if _ID.fullmatch(path.name) and changed < edge and not busy:
                    shutil.rmtree(path, ignore_errors=True)
                    count += 1
        return count

    def understood(self, job: Job) -> dict[str, Any]:
        """Return what was understood of a job's files; nothing where that isn't known yet."""
        return self.read(self.path(job) / "understood.json")

    def progress(self, job: Job) -> dict[str, Any]:
        """Return how far a job is: ``step`` in words and ``share`` from 0 to 1."""
        return self.read(self.path(job) / "progress.json")

    def read(self, path: Path) -> dict[str, Any]:
        """Return a JSON object from disk; an empty one where there is none."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return dict(content) if isinstance(content, Mapping) else {}
