"""``radiosens page``: parse, call, print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["EXAMPLES", "page"]

EXAMPLES = ("radiosens page my_predictions", "radiosens page my_predictions my_check curves")


def page(
    directories: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR...",
            show_default=False,
            help="What predict, explain, check, survival, evaluate or reproduce has written.",
        ),
    ],
) -> None:
    """Make the page of a result anew: report.html, one file that opens anywhere."""
    from radiosens.report.page.write import make_page

    for directory in directories:
        typer.echo(f"Written: {make_page(directory)}")
