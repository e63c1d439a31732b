"""One process at a time in a run directory."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from radiosens.errors import RunError

__all__ = ["Owner", "locked", "owner_of"]

_LOCK, _OWNER = ".lock", ".owner.json"

#: Seconds to wait for whoever only looks whether the lock is free.
_PATIENCE = 1.0


@dataclass(frozen=True)
class Owner:
    """Who is at work in a directory, and since when (seconds since 1970)."""

    user: str
    host: str
    process: int
    since: float

    def __str__(self) -> str:
        began = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.since))
        return f"{self.user} on {self.host}, process {self.process}, since {began}"


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold a directory's lock while the context lasts.

    The system releases it when the process is gone, however it went.

    Raises
    ------
    RunError
        If another process has it, which is named, or the directory can't be written.
    """
    lock = FileLock(directory / _LOCK)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_PATIENCE)
    except Timeout:
        who = _read_owner(directory)
        raise RunError(
            f"another process is at work in it ({who or 'its owner left no name'})",
            where=directory,
            cure="wait for it to end, or choose another --out",
        ) from None
    except OSError as error:
        raise RunError(
            f"it cannot be written ({error.strerror or error})",
            where=directory,
            cure="free space or permissions, or choose another --out",
        ) from None
    try:
        owner = Owner(_user(), platform.node(), os.getpid(), time.time())
        with contextlib.suppress(OSError):  # a name is a help; the lock is held without it
            (directory / _OWNER).write_text(json.dumps(asdict(owner)), encoding="utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            (directory / _OWNER).unlink(missing_ok=True)
        lock.release()


def owner_of(directory: Path) -> Owner | None:
    """Return who is at work in a directory, None if nobody is.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with locked(folder):
    ...     owner_of(folder).process == os.getpid()
    True
    >>> owner_of(folder) is None
    True
    """
    if not (directory / _LOCK).exists():
        return None
    lock = FileLock(directory / _LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return _read_owner(directory) or Owner("someone", "some host", 0, time.time())
    except OSError:  # not ours to write: then a name that was left is all there is
        return _read_owner(directory)
    lock.release()
    return None


def _read_owner(directory: Path) -> Owner | None:
    try:
        return Owner(**json.loads((directory / _OWNER).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "someone"
