"""What the command line shows while it works and when it is done."""

from __future__ import annotations

import contextlib
import logging
import time
import warnings
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

from radiosens.errors import RadiosensWarning

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
    _tell_warnings(logger)
    return console


def _tell_warnings(logger: logging.Logger) -> None:
    """Show each of the library's warnings once, as a note of one line."""
    warnings.simplefilter("always", RadiosensWarning)
    python_shows, told = warnings.showwarning, set[str]()

    def show(message: Any, category: Any, *where: Any, **more: Any) -> None:
        if not issubclass(category, RadiosensWarning):
            python_shows(message, category, *where, **more)
        elif str(message) not in told:
            told.add(str(message))
            logger.warning("%s", message)

    warnings.showwarning = show


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

    def stage(self, name: str, tasks: int, done: int) -> None:
        """Begin a bar."""
        self._name, self._fits, self._before, self._done = name, tasks, done, 0
        self._running, self._loss, self._started = {}, "", time.monotonic()
        if tasks:
            self._task = self._bars.add_task(
                name, total=tasks, completed=done, done=done, fits=tasks, loss=""
            )
            if done and done < tasks:
                self.console.print(f"{name}: {done} of {tasks} fits are done already")

    def step(self, task: int, step: int, steps: int, figure: float) -> None:
        """Move the bar by an epoch."""
        self._running[task] = step / steps
        self._loss = f"loss {figure:.4f}"
        self._update()

    def finished(self, task: int) -> None:
        """Move the bar by a fit."""
        self._running.pop(task, None)
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
    """Print a reproduction's metrics beside the nearest neighbour's and the paper's."""
    console = Console()
    columns = [summary["network"], summary["nearest_neighbour"], summary["paper"]]
    title = "Simulated data" if summary["simulated"] else "The paper's experiment"
    table = Table(title=title, caption=_CAPTION, caption_justify="left")
    table.add_column("")
    for name in ("network", "nearest neighbour", "paper"):
        table.add_column(name, justify="right")
    for name, show in _ROWS:
        table.add_row(name, *(show(c) for c in columns))
    console.print(table)
    network = summary["network"]
    hard = [
        f"{sample} ({line}; {_label(label)})"
        for sample, line, label in zip(
            network["prediction_hard"],
            network["prediction_hard_lines"],
            summary["prediction_hard_labels"],
            strict=True,
        )
    ]
    if hard:
        console.print("prediction-hard: " + ", ".join(hard))
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


_FIRST, _SECOND = "first_validation", "after_second_validation"


def _correct(stage: str) -> Callable[[dict[str, Any]], str]:
    return lambda s: f"{s[stage]['correct']} ({s[stage]['accuracy']:.2%})"


def _number(stage: str, name: str) -> Callable[[dict[str, Any]], str]:
    def show(s: dict[str, Any]) -> str:
        value = s[stage].get(name)
        return "-" if value is None else f"{value:.4f}"

    return show


_ROWS: list[tuple[str, Callable[[dict[str, Any]], str]]] = [
    ("samples, lines", lambda s: f"{s['samples']}, {s['lines']}"),
    ("at first validation", lambda s: ""),
    ("  correct", _correct(_FIRST)),
    (
        "  relative error < 2 %, 2-10 %, ≥ 10 %",
        lambda s: ", ".join(map(str, s[_FIRST]["relative_error_classes"].values())),
    ),
    ("  R²", _number(_FIRST, "r2")),
    ("  Pearson's r", _number(_FIRST, "pearson_r")),
    (
        "    95 % interval",
        lambda s: " to ".join("-" if v is None else f"{v:.4f}" for v in s[_FIRST]["pearson_ci"]),
    ),
    ("after second validation", lambda s: ""),
    ("  correct", _correct(_SECOND)),
    ("  prediction-hard", lambda s: str(len(s["prediction_hard"]))),
    ("  RMSD", _number(_SECOND, "rmsd")),
    ("  RMSD of correct predictions", _number(_SECOND, "rmsd_correct")),
]

_CAPTION = (
    "Every tested sample has replicates of its line in training, as in the paper. The nearest "
    "neighbour knows nothing of radiation: it recognises the line and repeats its SF2. These "
    "figures say nothing of lines the network has not seen."
)
