"""``radiosens models``: which models there are, and their cards."""

from __future__ import annotations

from typing import Annotated

import typer

from radiosens.commands._shared import AsJson

__all__ = ["app"]

app = typer.Typer(help="Models: list them, show a card.", invoke_without_command=True)


@app.callback(invoke_without_command=True)
def models(context: typer.Context) -> None:
    """List the models that come with radiosens."""
    if context.invoked_subcommand is not None:
        return
    from radiosens.models.bundle import read_card
    from radiosens.models.defaults import find_model, model_names

    for name in model_names():
        card = read_card(find_model(name))
        typer.echo(
            f"{name}: {card.predictor}, {len(card.lines)} lines, {len(card.features):,}"
            f" {card.level}; see 'radiosens models show {name}'"
        )


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME_OR_DIR", help="A model or a bundle.")],
    as_json: AsJson = False,
) -> None:
    """Print a model's card: what it is, from what, how good, for what."""
    from radiosens.models.bundle import read_card
    from radiosens.models.defaults import find_model
    from radiosens.report.card_text import card_text

    card = read_card(find_model(name))
    typer.echo(card.model_dump_json(indent=2) if as_json else card_text(card))
