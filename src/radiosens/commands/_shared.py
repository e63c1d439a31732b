"""What commands share: options, reading a panel, and being stopped."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import anndata as ad
    from rich.console import Console

Data = Annotated[
    list[str],
    typer.Option(
        help="A file (GEO series matrix, csv, tsv, gct, parquet, h5ad), a fetched data set"
        " (gse32474), or 'simulated'. Give it several times to join files on their common"
        " features."
    ),
]
Samples = Annotated[
    Path | None,
    typer.Option(
        help="Sample sheet: sample, line and optionally tissue, donor, replicate, sf2, sex."
    ),
]
Out = Annotated[Path, typer.Option(help="Directory of the run; the same one continues it.")]
Preset = Annotated[str, typer.Option(help="The network: 'paper' (Table 2) or 'quick'.")]
Rounds = Annotated[int, typer.Option(min=1, help="Rounds of cross-validation.")]
Folds = Annotated[int, typer.Option(min=2, help="Folds in each round.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of folds and fits.")]
Epochs = Annotated[
    int | None,
    typer.Option(min=1, help="Passes of the network over the training samples; the preset's."),
]
Exclude = Annotated[
    str | None,
    typer.Option(help="'mislabelled' leaves out samples that the check of labels calls so."),
]
Jobs = Annotated[
    int | None, typer.Option(min=1, help="Fits side by side; one a core if not given.")
]
Cluster = Annotated[
    str | None,
    typer.Option(
        help="Address of a Dask scheduler whose workers do the fits, or 'local' to start one with"
        " --jobs workers.",
    ),
]
Cache = Annotated[
    Path | None,
    typer.Option(
        envvar="RADIOSENS_FITS",
        help="Folder of finished fits shared with other runs; none is done twice.",
    ),
]


def read_panel(console: Console, data: list[str], samples: Path | None) -> ad.AnnData:
    """Load a panel and say its size."""
    from radiosens.panel import load_panel

    with console.status("reading the data"):
        panel = load_panel(data, samples)
    counts = [f"{panel.obs[what].nunique()} {what}s" for what in ("line", "donor", "tissue")]
    console.print(
        f"{panel.n_obs} samples × {panel.n_vars:,} features, {', '.join(counts)}"
        + (" [bold](simulated)[/]" if panel.uns["simulated"] else "")
    )
    return panel


@contextlib.contextmanager
def stoppable(out: Path) -> Iterator[None]:
    """Turn Ctrl-C into a word on how to go on, and exit status 130."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"Stopped. The same command continues the run in {out}.", err=True)
        raise typer.Exit(130) from None
