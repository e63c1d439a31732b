"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from radiosens.errors import RunError

__all__ = ["atomic_write"]


def atomic_write(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place and rename it there, so that nobody sees half of it.

    Parameters
    ----------
    path : Path
        The file; folders above it are made.
    write : callable
        Writes to the path it is given.

    Raises
    ------
    RunError
        If it can't be written; what stood there before still stands.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "new" / "a.txt"
    >>> atomic_write(file, lambda p: p.write_text("whole"))
    >>> file.read_text()
    'whole'
    """
    beside = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(beside)
        with beside.open("rb+") as file:  # on the disk before it takes the old one's place
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise RunError(
            f"it cannot be written ({error.strerror or error})",
            where=path,
            cure="free space or permissions, or choose another --out",
        ) from None
