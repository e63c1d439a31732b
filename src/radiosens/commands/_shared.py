"""What commands share: options, reading a panel, and being stopped."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from radiosens.errors import InputError
from radiosens.sources.source import FORMATS

if TYPE_CHECKING:
    import anndata as ad
    from rich.console import Console

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        show_default=False,
        help=f"Expression files ({FORMATS}), a fetched data set (gse32474), or 'simulated'."
        " Several are joined, on features or genes.",
    ),
]
Samples = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Sample sheet: sample, line and optionally tissue, donor, replicate, sf2, sex.",
    ),
]
Out = Annotated[
    Path,
    typer.Option(metavar="DIR", help="Directory of the run; the same one continues it."),
]
Preset = Annotated[
    str, typer.Option(metavar="NAME", help="The network: 'paper' (Table 2) or 'quick'.")
]
Rounds = Annotated[int, typer.Option(metavar="N", min=1, help="Rounds of cross-validation.")]
Folds = Annotated[int, typer.Option(metavar="N", min=2, help="Folds in each round.")]
Seed = Annotated[int, typer.Option(metavar="N", min=0, help="Seed of folds and fits.")]
Epochs = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        help="Passes of the network over the training samples; the preset's if not given.",
    ),
]
Exclude = Annotated[
    str | None,
    typer.Option(
        metavar="VERDICT",
        help="'mislabelled' leaves out samples that the check of labels calls so.",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Fits side by side; one a core if not given."),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="A Dask scheduler whose workers do the fits, or 'local' to start one with --jobs"
        " workers.",
    ),
]
Cache = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        envvar="RADIOSENS_FITS",
        help="Folder of finished fits shared with other runs; none is done twice.",
    ),
]
Scale = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Scale of the values, where what is found is wrong: log2, ln, log10, linear, counts,"
        " centred.",
    ),
]
Sheet = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Sheet of an Excel file, where several hold tables."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def check_files(files: Sequence[str | Path | None]) -> None:
    """Refuse a file that is not there before anything heavy is imported.

    A name without a folder or an ending may be a data set's, and is left alone.
    """
    for path in (Path(file) for file in files if file is not None):
        if not path.exists() and (path.suffix or len(path.parts) > 1):
            raise InputError("there is no such file", where=path, cure="check the path")


def read_panel(
    console: Console,
    files: list[str],
    samples: Path | None,
    scale: str | None = None,
    sheet: str | None = None,
) -> ad.AnnData:
    """Load a panel and say its size."""
    from radiosens.panel import load_panel

    with console.status("reading the data"):
        panel = load_panel(files, samples, scale=scale, sheet=sheet)
    counts = [f"{panel.obs[what].nunique()} {what}s" for what in ("line", "donor", "tissue")]
    console.print(
        f"{panel.n_obs} samples × {panel.n_vars:,} features, {', '.join(counts)}"
        + (" [bold](simulated)[/]" if panel.uns["simulated"] else "")
    )
    return panel


def names(text: str) -> tuple[str, ...]:
    """Split names with commas between."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def print_json(content: Any) -> None:
    """Print a value as JSON; what JSON lacks becomes null or text."""
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False, default=str))


@contextlib.contextmanager
def stoppable(out: Path) -> Iterator[None]:
    """Turn Ctrl-C into a word on how to go on, and exit status 130."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"Stopped. The same command continues the run in {out}.", err=True)
        raise typer.Exit(130) from None
