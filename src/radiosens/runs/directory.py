"""The directory of a run: one process at a time, and files written whole or not at all."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from radiosens.errors import RunError
from radiosens.runs.config import CONFIG, RunConfig, read_config
from radiosens.runs.files import atomic_write, csv_bytes
from radiosens.runs.lock import locked

__all__ = ["JOURNAL", "RunDirectory", "is_run"]

JOURNAL = "journal.jsonl"


class RunDirectory:
    """A directory that holds one run.

    Parameters
    ----------
    path : Path
        Made by `claimed` if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def claimed(self, config: RunConfig) -> Iterator[None]:
        """Have the directory to oneself for a run, new or begun before.

        Parameters
        ----------
        config : RunConfig
            What the run is begun or gone on with.

        Raises
        ------
        RunError
            If it holds another run, whose difference is named, or other files, or another
            process is at work in it, or it can't be written.
        """
        file = self.path / CONFIG
        with _legible(self.path):
            _refuse_strangers(self.path)
        with locked(self.path):
            with _legible(self.path):
                there = read_config(file)
            if there is not None:
                there.refuse_other(config, file)
            if there is None or there.code != config.code:
                self.write_json(CONFIG, config.model_dump(mode="json"))
            yield

    def write_table(self, name: str, table: pd.DataFrame) -> None:
        """Write a table as CSV, numbers with all their digits."""
        content = csv_bytes(table)
        atomic_write(self.path / name, lambda p: p.write_bytes(content))

    def write_json(self, name: str, content: Any) -> None:
        """Write JSON."""
        self.write_text(name, json.dumps(content, indent=2, ensure_ascii=False) + "\n")

    def write_text(self, name: str, text: str) -> None:
        """Write text."""
        atomic_write(self.path / name, lambda p: p.write_text(text, encoding="utf-8"))


@contextlib.contextmanager
def _legible(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(
            f"it cannot be read ({error.strerror or error})",
            where=path,
            cure="choose another --out",
        ) from None


def is_run(path: Path) -> bool:
    """Tell a run's directory, a damaged or older one too, from another program's."""
    if (path / JOURNAL).exists():
        return True
    try:
        return read_config(path / CONFIG) is not None
    except RunError:
        return False


def _refuse_strangers(path: Path) -> None:
    """Raise if what is there is neither a run nor empty."""
    if path.exists() and not path.is_dir():
        raise RunError("it is a file", where=path, cure="choose another --out")
    if not path.is_dir() or is_run(path):
        return
    if any(not p.name.startswith(".") for p in path.iterdir()):
        raise RunError(
            "it holds files and is not a run",
            where=path,
            cure="choose a new or empty --out",
        )
