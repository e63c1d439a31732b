"""The commands `radiosens data fetch`, `radiosens data show` and `radiosens data join`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(help="Fetch data sets, and look at what a file holds.", no_args_is_help=True)


@app.command()
def fetch(
    name: Annotated[
        str, typer.Argument(help="Name of the data set: gse32474, or reactome (gene sets).")
    ],
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
    from radiosens.sources.gene_sets import GENE_SETS, fetch_gene_sets
    from radiosens.terminal import show_notes, watch_bytes

    console = show_notes()
    if name.lower() in GENE_SETS:
        path = fetch_gene_sets(GENE_SETS[name.lower()], url=base_url, local=source, force=force)
        typer.echo(f"{path}\nUse it with: radiosens explain --gene-sets {name.lower()} --out DIR")
        return
    if name.lower() not in DATASETS:
        raise SettingsError(
            f"there is no data set {name!r}",
            cure=f"choose one of {', '.join([*DATASETS, *GENE_SETS])}",
        )
    with watch_bytes(console, name) as progress:
        path = run(
            DATASETS[name.lower()],
            base_url=base_url or GEO_BASE_URL,
            local=source,
            force=force,
            progress=progress,
        )
    typer.echo(f"{path}\nUse it with: radiosens reproduce {name.lower()} --out DIR")


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="Any expression file.")],
    samples: Annotated[
        Path | None, typer.Option(help="A sample sheet that says the lines.")
    ] = None,
    scale: Annotated[
        str | None,
        typer.Option(help="What the values are: log2, ln, log10, linear, counts, centred."),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(help="The sheet of a workbook, where several hold tables.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Say what a file holds: samples, features and what names them, scale, gaps, and lines."""
    from radiosens.report.contents import contents_of, contents_text
    from radiosens.sources import read
    from radiosens.sources.samplesheet import read_sample_sheet
    from radiosens.terminal import show_notes

    show_notes()
    rows = None if samples is None else read_sample_sheet(samples)
    known = frozenset() if rows is None else frozenset(rows.index)
    found = read(file, known_samples=known, scale=scale, sheet=sheet)
    contents = contents_of(found, rows)
    typer.echo(json.dumps(contents, indent=2) if as_json else contents_text(contents))


@app.command()
def join(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            show_default=False,
            help="Tables of lines, each of one platform, in any layout that radiosens reads.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The panel, a new .h5ad.")],
    proteins: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="A file among these whose features are proteins."),
    ] = None,
) -> None:
    """Put tables of other lines, genes and platforms together; check each by the others."""
    from radiosens.commands._shared import check_files
    from radiosens.errors import SettingsError
    from radiosens.report.join import join as run
    from radiosens.report.join import join_text
    from radiosens.terminal import show_notes

    check_files(files)
    told = {Path(name) for name in proteins or ()}
    if told - set(files):
        raise SettingsError(
            f"{min(told - set(files))} is not among the files", cure="name it twice"
        )
    console = show_notes()
    with console.status("joining"):
        panel, found = run(files, out, ["proteins" if f in told else None for f in files])
    typer.echo(join_text(panel, found) + f"Written to {out}")
