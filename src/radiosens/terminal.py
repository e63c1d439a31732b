"""What the command line shows while it works and when it is done."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

_SECONDS_BETWEEN_LINES = 5

__all__ = ["print_summary", "show_notes", "watch", "watch_bytes"]


def show_notes() -> Console:
    """Show the library's notes and warnings on standard error; return that console."""
    console = Console(stderr=True)
    handler = RichHandler(
        console=console, show_time=False, show_path=False, show_level=False, markup=False
    )
    logger = logging.getLogger("radiosens")
    logger.setLevel(logging.INFO)
    logger.handlers = [handler]
    return console


class FitProgress:
    """Bars for the fits of a run; on a log file, a line a finished fit."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[done]}/{task.fields[fits]} fits"),
            TextColumn("{task.fields[loss]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task: Any = None
        self._name = ""
        self._fits = self._before = self._done = 0
        self._running: dict[int, float] = {}
        self._loss = ""
        self._started = self._last_line = 0.0

    def stage(self, name: str, fits: int, done: int) -> None:
        """Begin a bar."""
        self._name, self._fits, self._before, self._done = name, fits, done, 0
        self._running, self._loss, self._started = {}, "", time.monotonic()
        if fits:
            self._task = self._bars.add_task(
                name, total=fits, completed=done, done=done, fits=fits, loss=""
            )
            if done and done < fits:
                self.console.print(f"{name}: {done} of {fits} fits are done already")

    def epoch(self, fit: int, epoch: int, epochs: int, loss: float) -> None:
        """Move the bar by an epoch."""
        self._running[fit] = epoch / epochs
        self._loss = f"loss {loss:.4f}"
        self._update()

    def finished(self, fit: int) -> None:
        """Move the bar by a fit."""
        self._running.pop(fit, None)
        self._done += 1
        self._update()
        if not self.console.is_terminal:
            self._write_line()

    def _write_line(self) -> None:
        now, done = time.monotonic(), self._before + self._done
        if now - self._last_line < _SECONDS_BETWEEN_LINES and done < self._fits:
            return
        self._last_line = now
        left = (now - self._started) / self._done * (self._fits - done)
        words = [f"{self._name}: {done}/{self._fits} fits", self._loss, f"{left / 60:.1f} min left"]
        self.console.print(", ".join(filter(None, words)))

    def _update(self) -> None:
        done = self._before + self._done
        self._bars.update(
            self._task, completed=done + sum(self._running.values()), done=done, loss=self._loss
        )


@contextlib.contextmanager
def watch(console: Console) -> Iterator[FitProgress]:
    """Show the progress of fits while the context lasts."""
    progress = FitProgress(console)
    with progress._bars:
        yield progress


@contextlib.contextmanager
def watch_bytes(console: Console, name: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show the progress of a download while the context lasts."""
    columns = (
        TextColumn(name),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        task: Any = None

        def update(done: int, total: int | None) -> None:
            nonlocal task
            if task is None:
                task = bars.add_task(name, total=total)
            bars.update(task, completed=done, total=total)

        yield update


def print_summary(summary: dict[str, Any], out: Path) -> None:
    """Print a run's figures beside the nearest neighbour's and the paper's."""
    console = Console()
    columns = [summary, summary["nearest_neighbour"], summary["paper"]]
    title = "Simulated data" if summary["simulated"] else "Figures of the experiment"
    table = Table(title=title, caption=_caption(summary), caption_justify="left")
    table.add_column("")
    for name in ("network", "nearest neighbour", "paper"):
        table.add_column(name, justify="right")
    for name, show in _ROWS:
        table.add_row(name, *(show(c) for c in columns))
    console.print(table)
    if summary["prediction_hard"]:
        hard = [summary[f"prediction_hard{key}"] for key in ("", "_lines", "_labels")]
        told = [f"{s} ({line}; {_label(label)})" for s, line, label in zip(*hard, strict=True)]
        console.print("prediction-hard: " + ", ".join(told))
    if summary["left_out"]:
        console.print(
            "left out: "
            + ", ".join(summary["left_out"])
            + ". Figures are of the samples kept, the paper's of all."
        )
    console.print(f"Written to {out}: table1.csv, table_s1.csv, figure2, figure3, summary.json")


def _label(found: dict[str, str]) -> str:
    """Say what the check of labels says of a prediction-hard sample."""
    if found["verdict"] in {"mislabelled", "suspect"} and found["looks_like"]:
        return f"{found['verdict']}: looks like {found['looks_like']}"
    return f"label {found['verdict']}"


def _decimals(key: str, digits: int) -> Callable[[dict[str, Any]], str]:
    return lambda s: "-" if s[key] is None else f"{s[key]:.{digits}f}"


_ROWS: list[tuple[str, Callable[[dict[str, Any]], str]]] = [
    ("samples, lines", lambda s: f"{s['samples']}, {s['lines']}"),
    (
        "correct at first validation",
        lambda s: f"{s['correct_initial']} ({s['accuracy_initial']:.2%})",
    ),
    (
        "correct after second validation",
        lambda s: f"{s['correct_final']} ({s['accuracy_final']:.2%})",
    ),
    ("prediction-hard", lambda s: str(len(s["prediction_hard"]))),
    ("RMSD", _decimals("rmsd", 4)),
    ("RMSD of correct predictions", _decimals("rmsd_correct", 4)),
    ("Pearson's r", _decimals("pearson_r", 4)),
    (
        "  95 % interval",
        lambda s: " to ".join("-" if v is None else f"{v:.4f}" for v in s["pearson_ci"]),
    ),
    (
        "relative error < 2 %, 2-10 %, ≥ 10 %",
        lambda s: ", ".join(map(str, s["relative_error_classes"].values())),
    ),
]


def _caption(summary: dict[str, Any]) -> str:
    return (
        "Every tested sample has replicates of its line in training, as in the paper. The nearest "
        "neighbour knows nothing of radiation: it recognises the line and repeats its SF2. These "
        "figures say nothing of lines the network has not seen."
    )
