"""What a result was made from, for its record and its page: hashes of files, and the command."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["again", "file_hash", "file_hashes"]


def file_hash(file: str | Path) -> str:
    """Return a file's SHA-256; of a name that is no file, the name."""
    path = Path(file)
    if not path.is_file():
        return str(file)
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def file_hashes(files: Iterable[str | Path | None]) -> dict[str, str]:
    """Return the SHA-256 of those that are files, by name."""
    there = [Path(f) for f in files if f is not None]
    return {p.name: file_hash(p) for p in there if p.is_file()}


def again(command: str, files: Iterable[str | Path], **options: Any) -> list[str]:
    """Return the words of a command, files by their names; options that are not set are left out.

    Examples
    --------
    >>> again("check", ["a/b.csv"], samples=None, scale="log2", together=True)
    ['radiosens check', 'b.csv', '--scale', 'log2', '--together']
    """
    words = [f"radiosens {command}", *(Path(f).name for f in files)]
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        if value is None or value is False or value in ([], ()):
            continue
        if value is True:
            words.append(option)
            continue
        for one in value if isinstance(value, list | tuple) else [value]:
            words += [option, one.name if isinstance(one, Path) else str(one)]
    return words
