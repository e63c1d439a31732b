"""``radiosens runs``: list runs, or show one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from radiosens.commands._shared import AsJson, print_json

if TYPE_CHECKING:
    from radiosens.runs.catalogue import Run

__all__ = ["app"]


class _ListByDefault(TyperGroup):
    """``runs DIR`` is ``runs list DIR``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "--")):
            args = ["list", *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


app = typer.Typer(cls=_ListByDefault, help="List runs with their state and figures, or show one.")


@app.command("list")
def list_runs(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where the runs are, at most three levels down.")
    ] = Path(),
    as_json: AsJson = False,
) -> None:
    """List the runs in a folder: state, progress, results. Also 'radiosens runs DIR'."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from radiosens.runs.catalogue import find_runs

    runs = list(find_runs(folder))
    if as_json:
        print_json([_as_json(run) for run in runs])
        return
    console = Console(highlight=False)
    for run in runs:
        state = f"{run.state} ({run.owner})" if run.owner else run.state
        parts = [run.config.command if run.config else "", state, run.progress]
        name = run.path.relative_to(folder) if run.path != folder else run.path
        console.print(Text(str(name), "bold") + "  " + " · ".join(filter(None, parts)))
        for line in filter(None, (run.damage, run.headline)):
            simulated = _data(run).get("simulated") and line == run.headline
            text = Text(line + " (simulated data)" * bool(simulated))
            console.print(Padding(text, (0, 0, 0, 4)))
    if not runs:
        console.print(f"no runs in {folder}")


@app.command("show")
def show(
    path: Annotated[Path, typer.Argument(metavar="DIR", help="Directory of the run.")],
    as_json: AsJson = False,
) -> None:
    """Show one run: what it was begun with, how far it is, what it found."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from radiosens.runs.catalogue import read_run

    run = read_run(path)
    if as_json:
        print_json(_as_json(run))
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(run):
        if value:
            table.add_row(name, Text(value))
    Console().print(table, highlight=False)


def _as_json(run: Run) -> dict[str, Any]:
    return {
        "path": str(run.path),
        "state": run.state,
        "damage": run.damage,
        "owner": str(run.owner or ""),
        "progress": run.progress,
        "seconds": round(run.journal.seconds, 1),
        "config": run.config.model_dump(mode="json") if run.config else None,
        "summary": run.summary,
    }


def _data(run: Run) -> dict[str, Any]:
    return run.config.data if run.config else {}


def _rows(run: Run) -> list[tuple[str, str]]:
    data, config = _data(run), run.config
    sources = ", ".join(data.get("sources", {}))
    sizes = (
        f"{data['samples']} samples × {data['features']:,} features, {data['lines']} lines"
        if data
        else ""
    )
    return [
        ("run", str(run.path)),
        (
            "state",
            run.state + (": the same command continues it" if run.state == "stopped" else ""),
        ),
        ("damage", run.damage),
        ("at work on it", str(run.owner or "")),
        ("command", config.command if config else ""),
        ("data", sources + (" (simulated)" if data.get("simulated") else "")),
        ("", sizes),
        ("settings", _pairs(config.settings) if config else ""),
        ("progress", run.progress),
        *[("", f"{s.name}: {s.done}/{s.tasks} fits") for s in run.journal.stages],
        ("time at work", _duration(run.journal.seconds, len(run.journal.sessions))),
        ("time in fits", _duration(sum(r.seconds for r in run.journal.results.values()))),
        ("result", run.headline),
        *[("", sentence) for sentence in run.summary.get("sentences", [])],
        ("versions", _pairs(config.versions) if config else ""),
    ]


def _pairs(values: dict[str, Any]) -> str:
    shown = {k: ", ".join(v) if isinstance(v, list) else v for k, v in values.items()}
    return "; ".join(f"{k} {v}" for k, v in shown.items() if v is not None and v is not False)


def _duration(seconds: float, sessions: int = 1) -> str:
    if not seconds:
        return ""
    size = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"
    if seconds > 7200:
        size = f"{seconds / 3600:.1f} h"
    return size + (f", in {sessions} sessions" if sessions > 1 else "")
