"""Both models on one file: read once, put side by side, said in a sentence each."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from radiosens.errors import InputError, RadiosensWarning
from radiosens.models.bundle import Bundle
from radiosens.models.card import Card
from radiosens.models.defaults import load_model
from radiosens.models.prediction import columns_of, predict_opened
from radiosens.models.side_by_side import PREFIX, beside
from radiosens.panel import Data
from radiosens.sources import read
from radiosens.sources.expression import Expression

__all__ = [
    "both_sentences",
    "curve_sentence",
    "line_sentence",
    "predict_both",
    "second_card",
]


def predict_both(
    bundle: Bundle,
    data: Data,
    *,
    tissues: Mapping[str, str],
    together: bool,
    keep_unlike: bool,
    scale: str | None,
) -> pd.DataFrame:
    """Predict a file by ``nci60`` and by ``yard``.

    A file that one of them can't use, as it measures too few of its genes, is left to the other.

    Raises
    ------
    InputError
        If it can't be read, or neither can use it.
    """
    expression = read(data, scale=scale)
    yard = _yard()
    first, refused = None, InputError("it has no sample")
    try:
        first = predict_opened(
            bundle, expression, tissues=tissues, together=together, keep_unlike=keep_unlike
        )
    except InputError as error:
        refused = error
    try:
        with _quiet():
            second = predict_opened(yard, expression, tissues=tissues, together=together)
    except InputError as error:
        if first is None:
            raise refused from None
        second = _nothing(yard, expression, error.what)
    if first is None:
        first = _nothing(bundle, expression, refused.what)
    return beside(first, second, bundle.card)


def second_card() -> Card:
    """Return the card of the model that stands beside ``nci60``."""
    return _yard().card


@cache
def _yard() -> Bundle:
    return load_model("yard")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Say nothing twice: what was understood of the file, the first model has told."""
    logger = logging.getLogger("radiosens")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RadiosensWarning)
            yield
    finally:
        logger.setLevel(level)


def _nothing(bundle: Bundle, expression: Expression, reason: str) -> pd.DataFrame:
    """Return a table in which every sample is refused."""
    words = {"looks_like", "runner_up", "third", "compared_with", "platform", "recognised"}
    names = expression.obs.index.astype(str)
    empty = {c: "" if c in words else np.nan for c in columns_of(bundle)}
    table = pd.DataFrame(empty, index=names)
    counts = ["genes_measured", "genes_filled", "rsi_genes"]
    table[counts] = 0
    table["sample"], table["verdict"], table["reason"] = names, "refused", reason
    table["source"] = expression.source
    return table.reset_index(drop=True)


def both_sentences(table: pd.DataFrame) -> list[str]:
    """Say who speaks for how many samples, and how good ``yard`` is on unseen lines.

    Parameters
    ----------
    table : DataFrame
        Of both models.
    """
    words = {
        "yard": "yard speaks (they look solid)",
        "nci60": "nci60 speaks",
        "measured": "the line's measured SF2 speaks",
        "none": "no model speaks",
    }
    counts = table["speaks"].value_counts()
    card = _yard().card
    r, low, high = next(p for p in card.performance if p.subset == "all").metrics["pearson_r"]
    return [
        "For " + ", for ".join(f"{counts[k]} {v}" for k, v in words.items() if k in counts) + ".",
        f"Of unseen solid lines {card.name!r} ({len(card.lines)} lines) tells some of the order:"
        f" r {r:.2f} ({low:.2f} to {high:.2f}). {card.limits}",
    ]


def line_sentence(row: Mapping[str, Any]) -> str:
    """Say what ``yard`` says of a sample, and who speaks.

    Parameters
    ----------
    row : mapping
        Of a table of both models.
    """
    own = {k.removeprefix(PREFIX): v for k, v in row.items() if str(k).startswith(PREFIX)}
    who = {
        "nci60": "nci60 speaks for it",
        "yard": "yard speaks for it",
        "measured": "what was measured speaks for it",
        "none": "No model speaks for it",
    }[row["speaks"]]
    ending = f"{who[0].upper()}{who[1:]}: {row['speaks_because']}."
    if pd.isna(own["sf2"]):
        return f"By yard no number: {own['reason']}. {ending}"
    lines = len(_yard().card.lines)
    return f"By yard ({lines} lines, nine-day viability) {curve_sentence(own)} {ending}"


def curve_sentence(row: Mapping[str, Any]) -> str:
    """Say SF2, the area, the rank and the curve that a model of many tables predicts.

    Parameters
    ----------
    row : mapping
        ``sf2, sf2_low, sf2_high, auc, …, rank, sf_1gy, …`` as the model's table has them.
    """
    doses = [k for k in row if str(k).startswith("sf_") and str(k).endswith("gy")]
    curve = ", ".join(
        f"{row[k]:.2f} at {str(k)[3:-2]}" for k in doses if k in {"sf_1gy", "sf_4gy", "sf_8gy"}
    )
    return (
        f"SF2 {row['sf2']:.2f} (90 % interval {row['sf2_low']:.2f} to {row['sf2_high']:.2f}), area"
        f" under the curve {row['auc']:.1f} ({row['auc_low']:.1f} to {row['auc_high']:.1f}) Gy,"
        f" surviving {curve} Gy; more resistant than {row['rank']:.0%} of solid lines"
        f" ({row['third']} third)."
    )
