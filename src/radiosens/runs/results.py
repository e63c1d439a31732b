"""The directory of a command that is done in one go: its own files, whole, and nobody else's.

A record beside the files lists what the command wrote, with checksums, so that running it again
replaces its own files as a whole and touches no other.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from radiosens.errors import RunError
from radiosens.runs.files import atomic_write
from radiosens.runs.lock import locked

__all__ = ["ResultDirectory"]

_CURE = "choose a new or empty --out"


class ResultDirectory:
    """A directory that holds one result of one command.

    Parameters
    ----------
    path : str or Path
        New, empty, or holding an earlier result of the command, which is replaced.
    command : str
        Its name; the record is called ``COMMAND.json``.

    Examples
    --------
    >>> import tempfile
    >>> directory = ResultDirectory(Path(tempfile.mkdtemp()) / "new", "survival")
    >>> directory.write({"a.csv": b"x,y"}, {"curves": 1})
    >>> sorted(p.name for p in directory.path.iterdir() if p.name[0] != ".")
    ['a.csv', 'survival.json']
    """

    def __init__(self, path: str | Path, command: str) -> None:
        self.path = Path(path)
        self.command = command

    @property
    def record(self) -> str:
        """Name of the file that lists the others."""
        return f"{self.command}.json"

    def refuse_foreign_files(self) -> None:
        """Refuse a directory that holds anything but results of the command, as it left them.

        Raises
        ------
        RunError
            Naming the file.
        """
        try:
            if self.path.exists() and not self.path.is_dir():
                raise RunError("it is a file", where=self.path, cure=_CURE)
            there = [] if not self.path.exists() else list(self.path.iterdir())
            self._refuse([p for p in sorted(there) if p.name[0] != "."])
        except OSError as error:
            raise RunError(
                f"it cannot be read ({error.strerror or error})", where=self.path, cure=_CURE
            ) from None

    def _refuse(self, there: list[Path]) -> None:
        record = self._read_record()
        for path in there:
            known = record.get(path.name)
            if path.name == self.record and record:
                continue
            if known is None or not path.is_file():
                raise RunError(
                    f"it holds {path.name!r}, which is no result of 'radiosens {self.command}'",
                    where=self.path,
                    cure=_CURE,
                )
            if _checksum(path.read_bytes()) not in known:
                raise RunError(
                    f"{path.name!r} has been changed since it was written",
                    where=self.path,
                    cure=_CURE,
                )

    def write(self, files: Mapping[str, bytes], summary: Mapping[str, Any]) -> None:
        """Write all files of a result, each whole, and remove those of an earlier one.

        Parameters
        ----------
        files : mapping of str to bytes
            Contents by name.
        summary : mapping
            What else the record says.

        Raises
        ------
        RunError
            If the directory holds other files, is in use, or can't be written.
        """
        self.refuse_foreign_files()
        with locked(self.path):
            before = self._read_record()
            now = {name: [_checksum(content)] for name, content in files.items()}
            # Until all is written a file may be the old or the new one; either is ours.
            both = {n: sorted({*before.get(n, []), *now.get(n, [])}) for n in {**before, **now}}
            self._write_record(both, summary)
            for name, content in files.items():
                _write(self.path / name, content)
            for name in before.keys() - files.keys():
                with contextlib.suppress(OSError):
                    (self.path / name).unlink(missing_ok=True)
            self._write_record(now, summary)

    def replace(self, name: str, content: bytes) -> None:
        """Write one file of a result that is there, new or in an earlier one's place.

        Parameters
        ----------
        name : str
            The file's.
        content : bytes

        Raises
        ------
        RunError
            If the directory holds no result of the command, a file has been changed since, it
            is in use, or it can't be written.
        """
        self.refuse_foreign_files()
        if not self._read_record():
            raise RunError(
                f"it holds no result of 'radiosens {self.command}'",
                where=self.path,
                cure="name the directory that the command has written",
            )
        with locked(self.path):
            kept = json.loads((self.path / self.record).read_text(encoding="utf-8"))
            files, now = self._read_record(), _checksum(content)
            before = files.get(name, [])
            summary = {k: v for k, v in kept.items() if k not in ("command", "files")}
            self._write_record(files | {name: sorted({*before, now})}, summary)
            _write(self.path / name, content)
            self._write_record(files | {name: [now]}, summary)

    def _write_record(self, files: dict[str, list[str]], summary: Mapping[str, Any]) -> None:
        content = {"command": self.command, **summary, "files": files}
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        _write(self.path / self.record, text.encode())

    def _read_record(self) -> dict[str, list[str]]:
        """Return checksums by name; nothing where the record is not there or not ours."""
        try:
            record = json.loads((self.path / self.record).read_text(encoding="utf-8"))
            if record["command"] != self.command:
                return {}
            return {str(name): list(map(str, sums)) for name, sums in record["files"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}


def _write(path: Path, content: bytes) -> None:
    atomic_write(path, lambda beside: beside.write_bytes(content))


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
