"""``radiosens train``: parse, call, print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiosens.commands._shared import (
    Epochs,
    Files,
    Jobs,
    Out,
    Preset,
    Samples,
    Seed,
    check_files,
    read_panel,
    stoppable,
)

__all__ = ["EXAMPLES", "train"]

EXAMPLES = (
    "radiosens train my_panel.csv --samples sheet.csv --predictor ridge --out my_model",
    "radiosens train new_lines.csv --samples sheet.csv --from my_model --out my_second_model",
)


def train(
    files: Files,
    out: Out,
    samples: Samples = None,
    predictor: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Of 'radiosens predictors', or two-means: blood or solid."
        ),
    ] = "two-means",
    level: Annotated[
        str,
        typer.Option(
            metavar="LEVEL",
            help="'genes', to predict from any file that names them, or 'features' as the file"
            " names them.",
        ),
    ] = "genes",
    base: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="DIR",
            help="A bundle to go on from, with its lines; a network, with its weights too.",
        ),
    ] = None,
    anew: Annotated[
        bool,
        typer.Option("--anew", help="Draw a network's weights anew, rather than go on from them."),
    ] = False,
    folds: Annotated[int, typer.Option(metavar="N", min=2, help="Folds, donors together.")] = 10,
    seed: Seed = 0,
    preset: Preset = "paper",
    epochs: Epochs = None,
    jobs: Jobs = None,
) -> None:
    """Train a model on a panel with SF2, and measure it on donors it has not seen."""
    from radiosens.models.training import TrainSettings
    from radiosens.terminal import show_notes, watch

    settings = TrainSettings.checked(
        predictor=predictor,
        level=level,
        folds=folds,
        seed=seed,
        preset=preset,
        epochs=epochs,
        anew=anew,
    )
    check_files([*files, samples])
    console = show_notes()
    from radiosens.report.card_text import card_text
    from radiosens.report.train import train as run

    panel = read_panel(console, files, samples)
    with stoppable(out), watch(console) as progress:
        bundle = run(panel, out, settings, base=base, jobs=jobs, progress=progress)
    typer.echo(card_text(bundle.card))
    typer.echo(f"Written to {out}: a bundle, for 'radiosens predict FILE --model {out}'")
