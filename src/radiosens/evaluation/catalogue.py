"""What runs there are in a folder, how far each has come, and what it found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from radiosens.errors import RadiosensError, RunError
from radiosens.evaluation.journal import JournalContent, read_journal
from radiosens.evaluation.lock import Owner, owner_of
from radiosens.evaluation.rundir import JOURNAL, is_run, read_config

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
    config : dict
        What it was begun with; empty if that can't be read.
    journal : JournalContent
        What is done.
    owner : Owner or None
        Who is at work on it.
    summary : dict
        Its figures; empty before it is finished.
    damage : str
        What can't be read, in one line; empty if all can.
    """

    path: Path
    config: dict[str, Any] = field(default_factory=dict)
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
        """The fits done, and where in its stages an unfinished run is."""
        fits = len(self.journal.results)
        if self.state == "finished" or not self.journal.stages:
            return f"{fits:,} fits"
        stage = self.journal.stages[-1]
        return f"{fits:,} fits; {stage.name}: {stage.done}/{stage.fits}"

    @property
    def headline(self) -> str:
        """Its figures in a few words."""
        if not self.summary:
            return "no report yet: the command writes it" if self.state == "finished" else ""
        if self.config.get("command") == "reproduce":
            return _reproduce_headline(self.summary)
        return _evaluate_headline(self.summary)


def find_runs(folder: Path) -> Iterator[Run]:
    """Yield the runs in a folder, the folder itself included, by path.

    Raises
    ------
    RunError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise RunError("there is no such folder", where=folder, cure="name the folder of your runs")
    pattern = ["*/" * depth + "config.json" for depth in range(DEPTH + 1)]
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
    config: dict[str, Any] = {}
    journal, damage = JournalContent(), ""
    try:
        config = read_config(path / "config.json") or {}
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


def _reproduce_headline(summary: dict[str, Any]) -> str:
    try:
        nearest = summary["nearest_neighbour"]["correct_initial"]
        return (
            f"{summary['correct_initial']} of {summary['samples']} correct at first,"
            f" {summary['correct_final']} after the second validation (nearest neighbour {nearest})"
        )
    except (KeyError, TypeError):
        return ""


def _evaluate_headline(summary: dict[str, Any]) -> str:
    """Name the best predictor under each protocol."""
    best: dict[str, tuple[float, str]] = {}
    try:
        for row in summary["scores"]:
            if row["subset"] == "all" and row["r2"] is not None:
                entry = (float(row["r2"]), str(row["predictor"]))
                best[row["protocol"]] = max(best.get(row["protocol"], entry), entry)
    except (KeyError, TypeError, ValueError):
        return ""
    return "; ".join(f"{p}: best R² {r2:.2f} ({name})" for p, (r2, name) in best.items())
