"""The command line: parse, call, print."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from radiosens import __version__
from radiosens.commands import evaluation, labels
from radiosens.errors import RadiosensError

app = typer.Typer(
    name="radiosens",
    help="Predict how many cells of a tumour line survive 2 Gy (SF2) from gene expression.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
data_app = typer.Typer(help="Fetch data sets, and look at what a file holds.", no_args_is_help=True)
app.add_typer(data_app, name="data")

_DATA_HELP = (
    "A file (GEO series matrix, csv, tsv, gct, parquet, h5ad), a fetched data set (gse32474), or"
    " 'simulated'. Give it several times to join files on their common features."
)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"radiosens {__version__}")
        raise typer.Exit


@app.command()
def reproduce(
    data: Annotated[list[str], typer.Option(help=_DATA_HELP)],
    out: Annotated[Path, typer.Option(help="Directory of the run; the same one continues it.")],
    samples: Annotated[
        Path | None,
        typer.Option(
            help="Sample sheet: sample, line and optionally tissue, donor, replicate, sf2."
        ),
    ] = None,
    preset: Annotated[str, typer.Option(help="'paper' (Table 2) or 'quick'.")] = "paper",
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of cross-validation.")] = 5,
    folds: Annotated[int, typer.Option(min=2, help="Folds in each round.")] = 6,
    seed: Annotated[int, typer.Option(min=0, help="Seed of folds and fits.")] = 0,
    epochs: Annotated[
        int | None,
        typer.Option(min=1, help="Passes over the training samples; the preset's if not given."),
    ] = None,
    exclude: Annotated[
        str | None,
        typer.Option(help="'mislabelled' leaves out samples that look like another line."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Fits side by side; one a core if not given.")
    ] = None,
) -> None:
    """Run the paper's experiment: five rounds of six folds, a second look at failures, verdicts."""
    from radiosens.terminal import show_notes, watch

    console = show_notes()
    from radiosens.evaluation.settings import ReproduceSettings

    settings = ReproduceSettings.checked(
        preset=preset, rounds=rounds, folds=folds, seed=seed, epochs=epochs, exclude=exclude
    )
    from radiosens.evaluation.experiment import reproduce as run
    from radiosens.panel import load_panel
    from radiosens.report.run import write_results
    from radiosens.terminal import print_summary

    with console.status("reading the data"):
        panel = load_panel(data, samples)
    obs = panel.obs
    console.print(
        f"{panel.n_obs} samples × {panel.n_vars:,} features, {obs['line'].nunique()} lines,"
        f" {obs['donor'].nunique()} donors"
        + (" [bold](simulated)[/]" if panel.uns["simulated"] else "")
    )
    try:
        with watch(console) as progress:
            result = run(panel, out, settings, jobs=jobs, progress=progress)
    except KeyboardInterrupt:
        typer.echo(f"Stopped. The same command continues the run in {out}.", err=True)
        raise typer.Exit(130) from None
    print_summary(write_results(result, out), out)


app.command()(labels.check)
app.command()(evaluation.evaluate)
app.command()(evaluation.predictors)


@data_app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="Name of the data set: gse32474.")],
    source: Annotated[
        Path | None, typer.Option("--from", help="Take this local copy instead of downloading.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Another server that lays out files as GEO does.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Fetch again even if it is cached.")
    ] = False,
) -> None:
    """Download a data set into the cache, or take a local copy."""
    from radiosens.errors import SettingsError
    from radiosens.sources.download import DATASETS, GEO_BASE_URL
    from radiosens.sources.download import fetch as run
    from radiosens.terminal import show_notes, watch_bytes

    if name.lower() not in DATASETS:
        raise SettingsError(
            f"there is no data set {name!r}", cure=f"choose one of {', '.join(DATASETS)}"
        )
    console = show_notes()
    with watch_bytes(console, name) as progress:
        path = run(
            DATASETS[name.lower()],
            base_url=base_url or GEO_BASE_URL,
            local=source,
            force=force,
            progress=progress,
        )
    typer.echo(f"{path}\nUse it with: radiosens reproduce --data {name.lower()} --out DIR")


@data_app.command()
def show(
    file: Annotated[Path, typer.Argument(help="Any expression file.")],
) -> None:
    """Say what a file holds: samples, features, platform, scale, and the lines it names."""
    from radiosens.celllines import resolver
    from radiosens.sources import read_expression
    from radiosens.terminal import show_notes

    show_notes()
    adata = read_expression(file)
    titles = [str(t) for t in adata.obs["title"]]
    lines = {line for t in titles if (line := resolver().find(t)) is not None}
    rows: dict[str, Any] = {
        "samples": adata.n_obs,
        "features": f"{adata.n_vars:,}",
        "platform": adata.uns.get("platform") or "not stated",
        "scale": adata.uns["scale"],
        "range": f"{adata.X.min():.2f} to {adata.X.max():.2f} (log2)",
        "known lines": len(lines),
        "first sample": f"{adata.obs_names[0]}: {titles[0]}",
    }
    for name, value in rows.items():
        typer.echo(f"{name:<13}{value}")


def main() -> None:
    """Run the command line; a refusal is one line on standard error and exit status 2."""
    try:
        app()
    except RadiosensError as error:
        typer.echo(f"radiosens: {error}", err=True)
        sys.exit(2)
    finally:
        logging.shutdown()


if __name__ == "__main__":
    main()
