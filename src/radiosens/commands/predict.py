"""``radiosens predict``: parse, call, print."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from radiosens.commands._shared import AsJson, Samples, check_files
from radiosens.errors import SettingsError

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from radiosens.models.bundle import Bundle
    from radiosens.report.explain import Explanation

__all__ = ["EXAMPLES", "predict"]

EXAMPLES = (
    "radiosens predict my_samples.csv --out my_predictions",
    "radiosens predict my_samples.csv --explain why --gene-sets reactome --out p",
    "radiosens predict tumour_line.tsv --dose-per-fraction 2 --fractions 30 --out p",
)
_MOST_ROWS = 30


def predict(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", show_default=False, help="Expression files; no SF2 is needed."
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Directory for the results.")],
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME_OR_DIR",
            help="A model, see 'radiosens models', or a bundle; nci60 and yard side by side if"
            " not given.",
        ),
    ] = None,
    samples: Samples = None,
    together: Annotated[
        bool,
        typer.Option(
            "--together",
            help="Take out what all samples of a file differ by from training; for several"
            " mixed samples of one laboratory.",
        ),
    ] = False,
    keep_unlike: Annotated[
        bool,
        typer.Option("--keep-unlike", help="Give numbers to samples unlike training as well."),
    ] = False,
    scale: Annotated[
        str | None,
        typer.Option(metavar="SCALE", help="What values are: log2, ln, log10, linear, counts."),
    ] = None,
    dose_per_fraction: Annotated[
        float | None, typer.Option(metavar="GY", help="Of a treatment, for GARD.")
    ] = None,
    fractions: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Of a treatment, for GARD.")
    ] = None,
    explain: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Explain the predictions too, into this directory; the page shows their genes.",
        ),
    ] = None,
    gene_sets: Annotated[
        list[Path] | None,
        typer.Option(
            "--gene-sets",
            metavar="GMT",
            help="For --explain: gene sets, or reactome once fetched; may be given several times.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Predict SF2 of new samples, and say how far to trust it."""
    if gene_sets and explain is None:
        raise SettingsError("--gene-sets without --explain", cure="give both or neither")
    check_files([*files, samples, *(gene_sets or [])])
    from radiosens.terminal import show_notes

    console = show_notes()
    from radiosens.models.defaults import DEFAULT, load_model
    from radiosens.report.predict import predict as run
    from radiosens.report.predict import result_directory
    from radiosens.report.predict_text import summary_sentences

    bundle = load_model(model or DEFAULT)
    result_directory(out).refuse_foreign_files()
    explained = None
    if explain is not None:
        with console.status("explaining"):
            explained = _explain(files, bundle, samples, together, keep_unlike, scale,
                                 gene_sets or [], explain)  # fmt: skip
    with console.status("predicting"):
        table = run(
            list(files),
            None if model is None else bundle,
            samples=samples,
            together=together,
            keep_unlike=keep_unlike,
            scale=scale,
            dose_per_fraction=dose_per_fraction,
            fractions=fractions,
            explained=explained,
            out=out,
        )
    if as_json:
        typer.echo(table.to_json(orient="records", indent=2, force_ascii=False))
        return
    _print(table)
    for sentence in summary_sentences(table, bundle.card):
        typer.echo(sentence)
    pictures = "predictions.png and .svg"
    if any("sf_1gy" in c for c in table.columns):
        pictures += ", curves.png and .svg"
    typer.echo(f"Written to {out}: predictions.csv, predictions.txt, {pictures}, report.html")
    for sentence in () if explained is None else explained.sentences:
        typer.echo(sentence)


def _explain(
    files: list[str], bundle: Bundle, samples: Path | None, together: bool, keep_unlike: bool,
    scale: str | None, gene_sets: list[Path], out: Path,
) -> Explanation:  # fmt: skip
    """Say what the predictions rest on."""
    from radiosens.report.explain import explain

    if len(files) > 1:
        raise SettingsError("samples of one file are explained at once", cure="give one file")
    return explain(
        files[0],
        bundle,
        samples=samples,
        together=together,
        keep_unlike=keep_unlike,
        scale=scale,
        gene_sets=gene_sets,
        out=out,
    )


def _print(table: pd.DataFrame) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    shown = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    if "speaks" in table:
        _both(shown, table)
    else:
        _one(shown, table)
    console.print(shown)
    if len(table) > _MOST_ROWS:
        typer.echo(f"… and {len(table) - _MOST_ROWS:,} more in predictions.csv")


def _one(shown: Table, table: pd.DataFrame) -> None:
    for title in ("sample", "SF2", "90 %", "verdict", "looks like", "p"):
        shown.add_column(title, no_wrap=title not in {"sample", "looks like"})
    for row in table.head(_MOST_ROWS).to_dict("records"):
        looks = f"{row['looks_like']} ({row['recognised']})" if row["looks_like"] else ""
        shown.add_row(
            _name(row["sample"]),
            *_number(row["sf2"], row["sf2_low"], row["sf2_high"]),
            row["verdict"],
            looks,
            f"{row['novelty_p']:.2g}" if row["novelty_p"] == row["novelty_p"] else "",
        )


def _both(shown: Table, table: pd.DataFrame) -> None:
    for title in ("sample", "nci60", "verdict", "yard", "90 %", "rank", "speaks"):
        shown.add_column(title, no_wrap=title != "sample")
    for row in table.head(_MOST_ROWS).to_dict("records"):
        shown.add_row(
            _name(row["sample"]),
            _number(row["sf2"], row["sf2_low"], row["sf2_high"])[0],
            row["verdict"],
            *_number(row["yard_sf2"], row["yard_sf2_low"], row["yard_sf2_high"]),
            f"{row['yard_rank']:.0%}" if row["yard_rank"] == row["yard_rank"] else "",
            row["speaks"],
        )


def _name(sample: object) -> str:
    from rich.markup import escape

    return escape("".join(c for c in str(sample) if c.isprintable()))


def _number(value: float, low: float, high: float) -> tuple[str, str]:
    """Return a number and its interval; nothing where there is none."""
    return ("", "") if math.isnan(value) else (f"{value:.2f}", f"{low:.2f} to {high:.2f}")
