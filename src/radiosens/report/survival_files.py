"""The directory of survival curves: nothing in it that isn't ours, nothing of ours half written.

``survival.json`` lists what the command wrote, with checksums, so that running it again replaces
its own files and nobody else's.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from radiosens.errors import RunError
from radiosens.runs.files import atomic_write

__all__ = ["RECORD", "csv_bytes", "refuse_foreign_files", "write_files"]

RECORD = "survival.json"

#: What makes a spreadsheet take a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(table: pd.DataFrame) -> bytes:
    r"""Write a table as CSV, numbers with all their digits.

    Text that a spreadsheet would run as a formula gets an apostrophe before it.

    Examples
    --------
    >>> csv_bytes(pd.DataFrame({"curve": ["=1+1"], "sf2": [-0.5]}))
    b"curve,sf2\n'=1+1,-0.5\n"
    """
    harmless = table.copy()
    harmless.columns = pd.Index([_harmless(str(c)) for c in table.columns])
    for column in harmless:
        if harmless[column].dtype == object or isinstance(harmless[column].dtype, pd.StringDtype):
            harmless[column] = harmless[column].map(
                lambda v: _harmless(v) if isinstance(v, str) else v
            )
    return harmless.to_csv(index=False, lineterminator="\n").encode()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def refuse_foreign_files(out: Path) -> None:
    """Refuse a directory that holds anything but results of this command, as it left them.

    Raises
    ------
    RunError
        Naming the file.
    """
    cure = "choose a new or empty --out"
    try:
        if out.exists() and not out.is_dir():
            raise RunError("it is a file", where=out, cure=cure)
        there = [] if not out.exists() else [p for p in out.iterdir() if p.name[0] != "."]
        record = _record(out)
        for path in sorted(there):
            known = record.get(path.name)
            if path.name == RECORD and record:
                continue
            if known is None or not path.is_file():
                raise RunError(
                    f"it holds {path.name!r}, which is no result of 'radiosens survival'",
                    where=out,
                    cure=cure,
                )
            if _checksum(path.read_bytes()) not in known:
                raise RunError(
                    f"{path.name!r} has been changed since it was written", where=out, cure=cure
                )
    except OSError as error:
        raise RunError(
            f"it cannot be read ({error.strerror or error})", where=out, cure=cure
        ) from None


def write_files(out: Path, files: Mapping[str, bytes], summary: Mapping[str, Any]) -> None:
    """Write all files of a result, each whole, and remove those of an earlier one.

    Parameters
    ----------
    out : Path
        The directory; made if it is not there.
    files : mapping of str to bytes
        Contents by name.
    summary : mapping
        What else ``survival.json`` says.

    Raises
    ------
    RunError
        If the directory holds other files, or can't be written.
    """
    refuse_foreign_files(out)
    before = _record(out)
    now = {name: [_checksum(content)] for name, content in files.items()}
    # Until all is written a file may be the old or the new one; either is ours.
    both = {name: sorted({*before.get(name, []), *now.get(name, [])}) for name in {**before, **now}}
    _write_record(out, both, summary)
    for name, content in files.items():
        atomic_write(out / name, lambda path, content=content: _write(path, content))  # type: ignore[misc]
    for name in before.keys() - files.keys():
        with contextlib.suppress(OSError):
            (out / name).unlink(missing_ok=True)
    _write_record(out, now, summary)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _write_record(out: Path, files: dict[str, list[str]], summary: Mapping[str, Any]) -> None:
    text = json.dumps({"command": "survival", **summary, "files": files}, indent=2)
    atomic_write(out / RECORD, lambda path: _write(path, f"{text}\n".encode()))


def _record(out: Path) -> dict[str, list[str]]:
    """Return checksums by name; nothing where the record is not there or not ours."""
    try:
        record = json.loads((out / RECORD).read_text(encoding="utf-8"))
        if record["command"] != "survival":
            return {}
        return {str(name): list(map(str, sums)) for name, sums in record["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
