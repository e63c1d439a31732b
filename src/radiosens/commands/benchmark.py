"""``radiosens benchmark``: parse, call, print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiosens.commands._shared import Jobs, Out, check_files, names, stoppable

__all__ = ["EXAMPLES", "benchmark"]

EXAMPLES = (
    "radiosens benchmark data --out my_benchmark --quick",
    "radiosens benchmark data --out my_benchmark",
)


def benchmark(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA_DIR", help="A folder with the benchmark's files; see docs/benchmark.md."
        ),
    ],
    out: Out,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="One round, few predictors, few permutations: minutes."),
    ] = False,
    predictors: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="Names with commas between, see 'radiosens predictors', or 'all'.",
        ),
    ] = "all",
    jobs: Jobs = None,
) -> None:
    """Evaluate the benchmark's panels; write its page with every table and figure."""
    check_files([data])
    from radiosens.terminal import show_notes, watch

    console = show_notes()
    from radiosens.report.benchmark.run import benchmark as run

    with stoppable(out), watch(console) as progress:
        page = run(
            data, out, quick=quick, predictors=names(predictors), jobs=jobs, progress=progress
        )
    typer.echo(f"Written to {page}, with its figures beside it and a run a panel")
