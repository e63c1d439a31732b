"""The command `radiosens reproduce`: parse, call, print."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from radiosens.commands._shared import (
    AsJson,
    Cache,
    Cluster,
    Epochs,
    Exclude,
    Files,
    Folds,
    Jobs,
    Out,
    Preset,
    Rounds,
    Samples,
    Scale,
    Seed,
    Sheet,
    check_files,
    names,
    print_json,
    read_panel,
    stoppable,
)

__all__ = ["EXAMPLES", "reproduce"]

EXAMPLES = (
    "radiosens reproduce simulated --preset quick --out demo",
    "radiosens reproduce my_expression.csv --samples sheet.csv --out my_run",
)


def reproduce(
    files: Files,
    out: Out,
    samples: Samples = None,
    scale: Scale = None,
    sheet: Sheet = None,
    preset: Preset = "paper",
    rounds: Rounds = 5,
    folds: Folds = 6,
    seed: Seed = 0,
    epochs: Epochs = None,
    exclude: Exclude = None,
    beside: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A further predictor in the same tables and figures, see 'radiosens predictors';"
            " may be given several times.",
        ),
    ] = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Run the paper's experiment: five rounds of six folds, a second look at failures, verdicts."""
    from radiosens.evaluation.settings import ReproduceSettings
    from radiosens.terminal import print_summary, show_notes, watch

    settings = ReproduceSettings.checked(
        preset=preset,
        rounds=rounds,
        folds=folds,
        seed=seed,
        epochs=epochs,
        exclude=exclude,
        beside=names(",".join(beside or [])),
    )
    check_files([*files, samples])
    console = show_notes()
    from radiosens.report.reproduce import reproduce as run

    panel = read_panel(console, files, samples, scale, sheet)
    with stoppable(out), watch(console) as progress:
        run(panel, out, settings, jobs=jobs, cluster=cluster, cache=cache, progress=progress)
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    if as_json:
        print_json(summary)
    else:
        print_summary(summary, out)
