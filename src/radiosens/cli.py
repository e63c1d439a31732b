"""The command line: which commands there are, and what becomes of an error."""

from __future__ import annotations

import logging
import sys
from typing import Annotated, Any

import typer

from radiosens import __version__
from radiosens.commands import (
    check,
    data,
    evaluate,
    models,
    predict,
    reproduce,
    runs,
    survival,
    train,
)
from radiosens.errors import RadiosensError

app = typer.Typer(
    name="radiosens",
    help="Predict how many cells of a tumour line survive 2 Gy (SF2) from gene expression.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


def _examples(lines: tuple[str, ...]) -> str:
    """Word the end of a command's help, its lines kept as they are."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


app.command(epilog=_examples(predict.EXAMPLES))(predict.predict)
app.command(epilog=_examples(train.EXAMPLES))(train.train)
app.command(epilog=_examples(reproduce.EXAMPLES))(reproduce.reproduce)
app.command(epilog=_examples(evaluate.EVALUATE_EXAMPLES))(evaluate.evaluate)
app.command(epilog=_examples(evaluate.PREDICTORS_EXAMPLES))(evaluate.predictors)
app.command(epilog=_examples(check.EXAMPLES))(check.check)
app.command(epilog=_examples(survival.EXAMPLES))(survival.survival)
app.add_typer(models.app, name="models")
app.add_typer(data.app, name="data")
app.add_typer(runs.app, name="runs")


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"radiosens {__version__}")
        raise typer.Exit


#: Whatever is wrong with how a command was typed.
_UsageError: Any = typer.BadParameter.__base__


def main() -> None:
    """Run the command line; a refusal is one line on standard error and exit status 2."""
    try:
        sys.exit(app(standalone_mode=False))
    except RadiosensError as error:
        _refuse(f"radiosens: {error}")
    except _UsageError as error:
        _refuse(_usage(error))
    except typer.Abort:
        sys.exit(130)
    finally:
        logging.shutdown()


def _usage(error: Any) -> str:
    """Say what is wrong with a command line, or show help where nothing was asked for."""
    message = str(error.format_message())
    if message.startswith("Usage:"):
        return message
    command = error.ctx.command_path if error.ctx else "radiosens"
    return f"radiosens: {' '.join(message.split()).rstrip('.')}; see '{command} --help'"


def _refuse(message: str) -> None:
    typer.echo(message, err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
