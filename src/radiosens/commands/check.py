"""The command `radiosens check`: parse, call, print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiosens.commands._shared import (
    AsJson,
    Files,
    Samples,
    Scale,
    Sheet,
    check_files,
    print_json,
)

__all__ = ["EXAMPLES", "check"]

EXAMPLES = (
    "radiosens check my_expression.csv --samples sheet.csv --out checked",
    "radiosens check arrays.csv --reference sequenced.csv --out checked",
)


def check(
    files: Files,
    out: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Directory for check.csv, check.txt and figures."),
    ],
    samples: Samples = None,
    scale: Scale = None,
    sheet: Sheet = None,
    reference: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Another measurement of the same lines whose labels are trusted, on the same"
            " platform or another; may be given several times.",
        ),
    ] = None,
    reference_samples: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Sample sheet of the reference: sample, line."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check whether each sample is what its label says, before any training."""
    from radiosens.errors import InputError
    from radiosens.terminal import show_notes

    if reference_samples and not reference:
        raise InputError("--reference-samples without --reference", cure="give both or neither")
    check_files([*files, samples, *(reference or []), reference_samples])
    console = show_notes()
    from radiosens.panel import load_panel
    from radiosens.quality import check as run
    from radiosens.report.check import result_directory, write_check
    from radiosens.report.inputs import again, file_hashes

    result_directory(out).refuse_foreign_files()
    with console.status("reading the data"):
        panel = load_panel(files, samples, scale=scale, sheet=sheet, for_training=False)
        trusted = None
        if reference:
            trusted = load_panel(reference, reference_samples, for_training=False)
    with console.status("comparing samples"):
        found = run(panel, trusted)
        told = again(
            "check",
            files,
            samples=samples,
            scale=scale,
            sheet=sheet,
            reference=[Path(r).name for r in reference or []],
            reference_samples=reference_samples,
        )
        used = file_hashes([*files, samples, *(reference or []), reference_samples])
        said = write_check(found, panel, out, inputs=used, again=told)
    if as_json:
        rows = found.samples.astype(object).where(found.samples.notna(), None)
        print_json({"findings": said, "samples": rows.to_dict(orient="records")})
        return
    for sentence in said:
        typer.echo(sentence)
    suspects = ", suspects" if (out / "suspects.png").exists() else ""
    typer.echo(f"Written to {out}: check.csv, check.txt, similarity{suspects}, report.html")
