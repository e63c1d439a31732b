"""``radiosens evaluate`` and ``radiosens predictors``: parse, call, print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from radiosens.report.evaluation import EvaluationReport

__all__ = ["evaluate", "predictors"]


def evaluate(
    data: Annotated[
        list[str],
        typer.Option(
            help="A file, a fetched data set, or 'simulated'; several are joined on their features."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Directory of the run; the same one continues it.")],
    samples: Annotated[
        Path | None,
        typer.Option(
            help="Sample sheet: sample, line and optionally tissue, donor, replicate, sf2."
        ),
    ] = None,
    protocol: Annotated[
        str, typer.Option(help="Of replicate, line, donor, tissue; with commas between.")
    ] = "replicate,donor",
    predictors: Annotated[
        str, typer.Option(help="Names with commas between, see 'radiosens predictors', or 'all'.")
    ] = "all",
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of cross-validation.")] = 3,
    folds: Annotated[int, typer.Option(min=2, help="Folds in each round.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Seed of folds and fits.")] = 0,
    preset: Annotated[
        str, typer.Option(help="The network: 'paper' (Table 2) or 'quick'.")
    ] = "paper",
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Passes of the network; the preset's if not given.")
    ] = None,
    permutations: Annotated[
        int, typer.Option(min=0, help="Fits to shuffled SF2 of quick predictors, for a p value.")
    ] = 0,
    seeds: Annotated[
        int, typer.Option(min=1, help="Seeds for predictors that draw, on the first round.")
    ] = 1,
    shuffle: Annotated[
        bool, typer.Option("--shuffle", help="Shuffle SF2 between donors first: a leak alarm.")
    ] = False,
    exclude: Annotated[
        str | None,
        typer.Option(help="'mislabelled': leave out samples that the check of labels calls so."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Fits side by side; one a core if not given.")
    ] = None,
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
    from radiosens.panel import load_panel
    from radiosens.report.evaluation import write_evaluation

    with console.status("reading the data"):
        panel = load_panel(data, samples)
    obs = panel.obs
    console.print(
        f"{panel.n_obs} samples × {panel.n_vars:,} features, {obs['line'].nunique()} lines,"
        f" {obs['donor'].nunique()} donors, {obs['tissue'].nunique()} tissues"
        + (" [bold](simulated)[/]" if panel.uns["simulated"] else "")
    )
    try:
        with watch(console) as progress:
            evaluation = run(panel, out, settings, jobs=jobs, progress=progress)
    except KeyboardInterrupt:
        typer.echo(f"Stopped. The same command continues the run in {out}.", err=True)
        raise typer.Exit(130) from None
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
