"""``radiosens runs``: list runs, or show one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

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
        Path, typer.Argument(help="Where the runs are, at most three levels down.")
    ] = Path(),
) -> None:
    """List the runs in a folder: state, progress, figures. Also 'radiosens runs DIR'."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from radiosens.evaluation.catalogue import find_runs

    console = Console(highlight=False)
    found = False
    for run in find_runs(folder):
        found = True
        state = f"{run.state} ({run.owner})" if run.owner else run.state
        parts = [run.config.get("command", ""), state, run.progress]
        name = run.path.relative_to(folder) if run.path != folder else run.path
        console.print(Text(str(name), "bold") + "  " + " · ".join(filter(None, parts)))
        for line in filter(None, (run.damage, run.headline)):
            simulated = run.config.get("data", {}).get("simulated") and line == run.headline
            text = Text(line + " (simulated data)" * bool(simulated))
            console.print(Padding(text, (0, 0, 0, 4)))
    if not found:
        console.print(f"no runs in {folder}")


@app.command("show")
def show(
    path: Annotated[Path, typer.Argument(help="Directory of the run.")],
) -> None:
    """Show one run: what it was begun with, how far it is, what it found."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from radiosens.evaluation.catalogue import read_run

    run = read_run(path)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(run):
        if value:
            table.add_row(name, Text(value))
    Console().print(table, highlight=False)


def _rows(run: Any) -> list[tuple[str, str]]:
    data = run.config.get("data", {})
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
        ("command", str(run.config.get("command", ""))),
        ("data", sources + (" (simulated)" if data.get("simulated") else "")),
        ("", sizes),
        ("settings", _pairs(run.config.get("settings", {}))),
        ("progress", run.progress),
        *[("", f"{s.name}: {s.done}/{s.fits} fits") for s in run.journal.stages],
        ("time at work", _duration(run.journal.seconds, len(run.journal.sessions))),
        ("time in fits", _duration(sum(r.seconds for r in run.journal.results.values()))),
        ("figures", run.headline),
        *[("", sentence) for sentence in run.summary.get("sentences", [])],
        ("versions", _pairs(run.config.get("versions", {}))),
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
