"""What runs there are in a folder, how far each has come, and what it found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from radiosens.errors import RadiosensError, RunError
from radiosens.runs.config import CONFIG, RunConfig, read_config
from radiosens.runs.directory import JOURNAL, is_run
from radiosens.runs.journal import JournalContent, read_journal
from radiosens.runs.lock import Owner, owner_of

__all__ = ["Run", "find_runs", "read_run"]

#: How many folders below the one asked for are looked into.
DEPTH = 3


@dataclass(frozen=True)
class Run:
    """A run as its directory tells it.

    Attributes
    ----------
    path : Path
        The directory.
    config : RunConfig or None
        What it was begun with; None if that can't be read.
    journal : JournalContent
        What is done.
    owner : Owner or None
        Who is at work on it.
    summary : dict
        What the command wrote at its end, ``headline`` first; empty before.
    damage : str
        What can't be read, in one line; empty if all can.
    """

    path: Path
    config: RunConfig | None = None
    journal: JournalContent = field(default_factory=JournalContent)
    owner: Owner | None = None
    summary: dict[str, Any] = field(default_factory=dict)
    damage: str = ""

    @property
    def state(self) -> str:
        """``running``, ``finished``, ``stopped`` (the same command continues it) or ``damaged``."""
        if self.damage:
            return "damaged"
        if self.owner is not None:
            return "running"
        return "finished" if self.journal.ended else "stopped"

    @property
    def progress(self) -> str:
        """The tasks done, and where in its stages an unfinished run is."""
        tasks = sum(stage.done for stage in self.journal.stages)
        if self.state == "finished" or not self.journal.stages:
            return f"{tasks:,} tasks"
        stage = self.journal.stages[-1]
        return f"{tasks:,} tasks; {stage.name}: {stage.done}/{stage.tasks}"

    @property
    def headline(self) -> str:
        """Its results in a few words."""
        return str(self.summary.get("headline", ""))


def find_runs(folder: Path) -> Iterator[Run]:
    """Yield the runs in a folder, the folder itself included, by path.

    Raises
    ------
    RunError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise RunError("there is no such folder", where=folder, cure="name the folder of your runs")
    pattern = ["*/" * depth + CONFIG for depth in range(DEPTH + 1)]
    for file in sorted(f for p in pattern for f in folder.glob(p)):
        if is_run(file.parent):
            yield read_run(file.parent)


def read_run(path: Path) -> Run:
    """Read a run's directory without changing it.

    Raises
    ------
    RunError
        If there is no run.
    """
    if not is_run(path):
        raise RunError("it is not a run", where=path, cure="'radiosens runs' lists those there are")
    config: RunConfig | None = None
    journal, damage = JournalContent(), ""
    try:
        config = read_config(path / CONFIG)
        journal, _ = read_journal(path / JOURNAL)
    except RadiosensError as error:
        damage = str(error)
    except OSError as error:
        damage = f"{path}: it cannot be read ({error.strerror})"
    return Run(path, config, journal, owner_of(path), _read_summary(path / "summary.json"), damage)


def _read_summary(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}
