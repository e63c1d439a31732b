"""The command line: which commands there are, and what becomes of an error."""

from __future__ import annotations

import gc
import io
import logging
import os
import sys
import tempfile
import traceback
from typing import Annotated, Any

import typer

from radiosens import __version__
from radiosens.commands import (
    benchmark,
    check,
    data,
    evaluate,
    explain,
    models,
    page,
    predict,
    reproduce,
    runs,
    serve,
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
app.command(epilog=_examples(explain.EXAMPLES))(explain.explain)
app.command(epilog=_examples(train.EXAMPLES))(train.train)
app.command(epilog=_examples(reproduce.EXAMPLES))(reproduce.reproduce)
app.command(epilog=_examples(evaluate.EVALUATE_EXAMPLES))(evaluate.evaluate)
app.command(epilog=_examples(evaluate.PREDICTORS_EXAMPLES))(evaluate.predictors)
app.command(epilog=_examples(benchmark.EXAMPLES))(benchmark.benchmark)
app.command(epilog=_examples(check.EXAMPLES))(check.check)
app.command(epilog=_examples(survival.EXAMPLES))(survival.survival)
app.command(epilog=_examples(page.EXAMPLES))(page.page)
app.command(epilog=_examples(serve.EXAMPLES))(serve.serve)
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


#: sysexits.h: an internal software error.
_INTERNAL = 70

#: Whatever is wrong with how a command was typed.
_UsageError: Any = typer.BadParameter.__base__


def main() -> None:
    """Run the command line.

    A refusal is one line on standard error and exit status 2; a fault of ours is one line that
    names a file to send, and 70; a reader that goes away (``| head``) is 141, without a word.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may know ASCII only
    gc.set_threshold(100_000)  # names of tables are many objects and no garbage
    status = 0
    try:
        status = _run()
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        # What is left to write would fail once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = 141
    logging.shutdown()
    sys.exit(status)


def _run() -> int:
    try:
        return int(app(standalone_mode=False) or 0)
    except RadiosensError as error:
        return _refuse(f"radiosens: {error}")
    except _UsageError as error:
        return _refuse(_usage(error))
    except MemoryError:
        return _refuse("radiosens: memory does not suffice; give less data or fewer --jobs")
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        raise
    except Exception as error:
        return _confess(error)


def _confess(error: Exception) -> int:
    """Say that radiosens is at fault, and keep what is needed to mend it in a file."""
    what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    try:
        handle, name = tempfile.mkstemp(prefix="radiosens-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"radiosens {__version__}, {' '.join(sys.argv)}\n\n")
            file.write("".join(traceback.format_exception(error)))
        where = f"please send {name}"
    except OSError:
        where = "no file could be written that tells more"
    typer.echo(f"radiosens: a fault of ours, not of your data ({what}); {where}", err=True)
    return _INTERNAL


def _usage(error: Any) -> str:
    """Say what is wrong with a command line, or show help where nothing was asked for."""
    message = str(error.format_message())
    if message.startswith("Usage:"):
        return message
    command = error.ctx.command_path if error.ctx else "radiosens"
    return f"radiosens: {' '.join(message.split()).rstrip('.')}; see '{command} --help'"


def _refuse(message: str) -> int:
    typer.echo(message, err=True)
    return 2


if __name__ == "__main__":
    main()
