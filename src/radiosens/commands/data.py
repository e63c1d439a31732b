"""The commands `radiosens data fetch` and `radiosens data show`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = ["app"]

app = typer.Typer(help="Fetch data sets, and look at what a file holds.", no_args_is_help=True)


@app.command()
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
    typer.echo(f"{path}\nUse it with: radiosens reproduce {name.lower()} --out DIR")


@app.command()
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
