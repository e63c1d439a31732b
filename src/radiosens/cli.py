"""The command line: which commands there are, and what becomes of an error."""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer

from radiosens import __version__
from radiosens.commands import check, data, evaluation, experiment, runs
from radiosens.errors import RadiosensError

app = typer.Typer(
    name="radiosens",
    help="Predict how many cells of a tumour line survive 2 Gy (SF2) from gene expression.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(experiment.reproduce)
app.command()(evaluation.evaluate)
app.command()(evaluation.predictors)
app.command()(check.check)
app.add_typer(data.app, name="data")
app.add_typer(runs.app, name="runs")


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"radiosens {__version__}")
        raise typer.Exit


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
