"""The command `radiosens check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiosens.commands._shared import Data, Samples

__all__ = ["check"]


def check(
    data: Data,
    out: Annotated[Path, typer.Option(help="Directory for check.csv, check.txt and figures.")],
    samples: Samples = None,
    reference: Annotated[
        list[str] | None,
        typer.Option(
            help="Expression files of the same lines whose labels are trusted, on the same"
            " platform or another."
        ),
    ] = None,
    reference_samples: Annotated[
        Path | None, typer.Option(help="Sample sheet of the reference: sample, line.")
    ] = None,
) -> None:
    """Check whether each sample is what its label says, before any training."""
    from radiosens.terminal import show_notes

    console = show_notes()
    from radiosens.errors import InputError, RunError

    if reference_samples and not reference:
        raise InputError("--reference-samples without --reference", cure="give both or neither")
    if out.exists() and not out.is_dir():
        raise RunError("it is a file", where=out, cure="choose another --out")
    from radiosens.panel import load_panel
    from radiosens.quality import check as run
    from radiosens.report.check import write_check

    with console.status("reading the data"):
        panel = load_panel(data, samples, for_training=False)
        trusted = None
        if reference:
            trusted = load_panel(reference, reference_samples, for_training=False)
    with console.status("comparing samples"):
        found = run(panel, trusted)
        told = write_check(found, panel, out)
    for sentence in told:
        typer.echo(sentence)
    suspects = ", suspects" if (out / "suspects.png").exists() else ""
    typer.echo(f"Written to {out}: check.csv, check.txt, similarity{suspects}")
