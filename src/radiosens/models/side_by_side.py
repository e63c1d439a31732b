"""Two models, one sample: what each says, and which of them speaks for it.

``nci60`` knows clonogenic SF2 and tells blood from solid tumours, and whether a sample is like any
line at all; within solid tumours it knows nothing. ``yard`` knows solid lines, by another assay,
and orders them. So the first decides whether there is anything to say and of which lineage, and the
second says where among solid lines a sample stands.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from radiosens.celllines import is_haematological
from radiosens.models.card import Card
from radiosens.models.line_answers import LINE_COLUMNS

__all__ = ["PREFIX", "beside", "haematological_mean"]

#: Of the second model's columns.
PREFIX = "yard_"
_SHARED = (
    "sf2", "sf2_low", "sf2_high", "third", "verdict", "reason", "looks_like", "recognised",
    "measured_sf2", "genes_measured", *LINE_COLUMNS,
)  # fmt: skip


def beside(first: pd.DataFrame, second: pd.DataFrame, card: Card) -> pd.DataFrame:
    """Put the second model's table beside the first's, and say who speaks.

    Parameters
    ----------
    first : DataFrame
        Of ``nci60``, from `radiosens.models.prediction.predict`.
    second : DataFrame
        Of ``yard``, likewise; the same samples.
    card : Card
        Of the first.

    Returns
    -------
    DataFrame
        The first's columns; ``speaks``: ``nci60``, ``yard``, ``measured`` (the sample is a line
        that one of them was trained on) or ``none``; ``speaks_because``; then the second's, with
        ``yard_`` before each.
    """
    second = _withheld(first, second)
    own = [c for c in second.columns if c in _SHARED or c.startswith(("auc", "sf_"))]
    renamed = second[own].add_prefix(PREFIX)
    low, high = haematological_mean(card)
    said = [
        _speaker(
            dict(zip(first.columns, a, strict=True)), dict(zip(own, b, strict=True)), low, high
        )
        for a, b in zip(
            first.itertuples(index=False, name=None),
            second[own].itertuples(index=False, name=None),
            strict=True,
        )
    ]
    table = pd.concat([first.reset_index(drop=True), renamed.reset_index(drop=True)], axis=1)
    place = len(first.columns)
    table.insert(place, "speaks", [who for who, _ in said])
    table.insert(place + 1, "speaks_because", [why for _, why in said])
    return table


def _withheld(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Take the second's numbers back where the first has seen that none can be trusted.

    Not where the first measures too few genes to judge, nor of a line that the second recognises,
    nor if numbers of unlike samples were asked for.
    """
    verdict = first["verdict"].to_numpy()
    judged = first["genes_measured"].to_numpy() > 0
    bad = (judged & (verdict == "refused")) | ((verdict == "unlike") & first["sf2"].isna())
    bad &= second["verdict"].to_numpy() == "ok"
    table = second.copy()
    numbers = [c for c in table.columns if c.startswith(("sf2", "auc", "sf_")) or c == "rank"]
    table.loc[bad, numbers] = np.nan
    table.loc[bad, "third"] = ""
    table.loc[bad, "verdict"] = verdict[bad]
    table.loc[bad, "reason"] = "nci60: " + first["reason"].to_numpy()[bad]
    return table


def haematological_mean(card: Card) -> tuple[float, float]:
    """Return the mean SF2 of a card's haematological and of its solid lines; NaN if none."""
    blood = np.array([is_haematological(one.tissue) for one in card.lines])
    sf2 = np.array([one.sf2 for one in card.lines])
    return (
        float(sf2[blood].mean()) if blood.any() else float("nan"),
        float(sf2[~blood].mean()) if (~blood).any() else float("nan"),
    )


def _speaker(
    nci60: dict[str, object], yard: dict[str, object], blood: float, solid: float
) -> tuple[str, str]:
    """Decide who speaks for one sample, and say why: the first reason that holds."""
    sf2 = nci60["sf2"]
    as_blood = isinstance(sf2, float) and sf2 < (blood + solid) / 2  # NaN is not
    a, b = nci60["verdict"], yard["verdict"]
    reasons = (
        (
            a == "recognised",
            "measured",
            f"it is {nci60['looks_like']}, whose clonogenic SF2 was measured",
        ),
        (
            a == "unlike" and b != "recognised",
            "none",
            "it is unlike all lines, so that no number can be trusted",
        ),
        (a == b == "refused", "none", "neither model can read it"),
        (as_blood, "nci60", "it looks haematological, which yard does not know"),
        (
            b == "recognised",
            "measured",
            f"it is {yard['looks_like']}, whose SF2 was measured (viability, not colonies)",
        ),
        (b == "refused", "nci60", f"yard refuses it: {yard['reason']}"),
        (
            a == "refused",
            "yard",
            f"nci60 refuses it ({nci60['reason']}): whether it is like any line is not known",
        ),
    )
    for holds, who, why in reasons:
        if holds:
            return who, why
    return "yard", "it looks solid: nci60 knows their mean alone, yard their order"
