"""``radiosens evaluate`` and ``radiosens predictors``: parse, call, print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from radiosens.commands._shared import (
    Cache,
    Cluster,
    Data,
    Epochs,
    Exclude,
    Folds,
    Jobs,
    Out,
    Preset,
    Rounds,
    Samples,
    Seed,
    read_panel,
    stoppable,
)

if TYPE_CHECKING:
    from radiosens.report.evaluation import EvaluationReport

__all__ = ["evaluate", "predictors"]


def evaluate(
    data: Data,
    out: Out,
    samples: Samples = None,
    protocol: Annotated[
        str, typer.Option(help="Of replicate, line, donor, tissue; with commas between.")
    ] = "replicate,donor",
    predictors: Annotated[
        str, typer.Option(help="Names with commas between, see 'radiosens predictors', or 'all'.")
    ] = "all",
    rounds: Rounds = 3,
    folds: Folds = 10,
    seed: Seed = 0,
    preset: Preset = "paper",
    epochs: Epochs = None,
    permutations: Annotated[
        int, typer.Option(min=0, help="Fits to shuffled SF2 of quick predictors, for a p value.")
    ] = 0,
    seeds: Annotated[
        int, typer.Option(min=1, help="Seeds for predictors that draw, on the first round.")
    ] = 1,
    shuffle: Annotated[
        bool, typer.Option("--shuffle", help="Shuffle SF2 between donors first: a leak alarm.")
    ] = False,
    exclude: Exclude = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    cache: Cache = None,
) -> None:
    """Compare predictors honestly: with replicates on both sides, and on unseen donors."""
    from radiosens.terminal import show_notes, watch

    console = show_notes()
    from radiosens.evaluation.settings import EvaluateSettings

    settings = EvaluateSettings.checked(
        protocols=_names(protocol),
        predictors=_names(predictors),
        rounds=rounds,
        folds=folds,
        seed=seed,
        preset=preset,
        epochs=epochs,
        permutations=permutations,
        seeds=seeds,
        shuffle=shuffle,
        exclude=exclude,
    )
    from radiosens.evaluation.comparison import evaluate as run
    from radiosens.report.evaluation import write_evaluation

    panel = read_panel(console, data, samples)
    with stoppable(out), watch(console) as progress:
        evaluation = run(
            panel, out, settings, jobs=jobs, cluster=cluster, cache=cache, progress=progress
        )
    with console.status("drawing donors"):
        report = write_evaluation(evaluation, out)
    _print_report(report, out)


def predictors() -> None:
    """List every predictor that 'evaluate' knows."""
    from rich.console import Console
    from rich.table import Table

    from radiosens.predictors import REGISTRY

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for p in REGISTRY.values():
        needs = [
            *(["needs tissues"] if p.uses_tissues else []),
            *(["needs gene names"] if p.uses_features else []),
            *([f"beware: {p.caution}"] if p.caution else []),
        ]
        table.add_row(f"[bold]{p.name}[/]", p.description + "".join(f"; {n}" for n in needs))
    Console().print(table)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _print_report(report: EvaluationReport, out: Path) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    scores = report.tables["scores"]
    for subset in scores["subset"].unique():
        own = scores[scores["subset"] == subset]
        title = "all lines" if subset == "all" else subset
        table = Table(title=title, box=box.SIMPLE_HEAD, padding=0)
        table.add_column("predictor", no_wrap=True)
        protocols = list(own["protocol"].unique())
        for protocol in protocols:
            table.add_column(f"{protocol}: R²", justify="right", no_wrap=True)
            table.add_column("r", justify="right", no_wrap=True)
        for predictor in own["predictor"].unique():
            cells = []
            for protocol in protocols:
                row = own[(own["predictor"] == predictor) & (own["protocol"] == protocol)].iloc[0]
                cells += [
                    f"{row['r2']:.2f} [{row['r2_low']:.2f}, {row['r2_high']:.2f}]",
                    f"{row['pearson_r']:.2f}",
                ]
            table.add_row(predictor, *cells)
        console.print(table)
    for sentence in report.sentences:
        console.print(sentence, highlight=False, markup=False)
    tables = ", ".join(f"{name}.csv" for name, table in report.tables.items() if len(table))
    console.print(
        f"Written to {out}: {tables}, predictions.csv, findings.txt, summary.json, protocols.png"
        " and .svg",
        highlight=False,
    )
