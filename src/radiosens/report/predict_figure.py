"""Draw predictions: each sample with its interval, over the measured SF2 of training's lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from radiosens.celllines import is_haematological
from radiosens.models.card import Card
from radiosens.report.figures import figure_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["MOST_SAMPLES", "prediction_figure"]

#: More samples than this can't be read on a page; the first are drawn.
MOST_SAMPLES = 40

# Paul Tol's muted scheme, readable with colour blindness (personal.sron.nl/~pault).
_STYLE = {
    "ok": ("#332288", "o", "predicted"),
    "recognised": ("#44AA99", "D", "predicted, of a recognised line"),
    "unlike": ("#882255", "s", "predicted, though unlike training"),
}
_SOLID, _BLOOD = "#BBBBBB", "#DDAA33"


def prediction_figure(table: pd.DataFrame, card: Card) -> Figure:
    """Draw up to 40 samples.

    Parameters
    ----------
    table : DataFrame
        From `radiosens.predict`.
    card : Card
        Of the model.
    """
    shown = table.iloc[:MOST_SAMPLES]
    figure = Figure(figsize=(7.2, 2.1 + 0.2 * max(3, len(shown))), layout="constrained", dpi=150)
    FigureCanvasAgg(figure)
    ratio = [1.0, 0.2 * max(3, len(shown))]
    top, axes = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": ratio})
    _training(top, card)
    _samples(axes, shown)
    highest = max(one.sf2 for one in card.lines)
    ends = shown["sf2_high"].replace(np.inf, np.nan).max()
    axes.set_xlim(0, 1.05 * float(np.nanmax([highest, ends, 0.5])))
    axes.set_xlabel("SF2, surviving fraction at 2 Gy", fontsize=8)
    if len(shown) < len(table):
        axes.set_title(f"the first {len(shown)} of {len(table):,} samples", fontsize=7, loc="left")
    if card.data.get("simulated"):
        figure.supxlabel("simulated training data: says nothing of biology", fontsize=7)
    for one in (top, axes):
        one.spines[["top", "right", "left"]].set_visible(False)
        one.tick_params(axis="x", labelsize=7)
    return figure


def _training(axes: Axes, card: Card) -> None:
    """Draw training's lines, haematological ones apart, in sensitive, middle and resistant."""
    sf2 = np.array([one.sf2 for one in card.lines])
    blood = np.array([is_haematological(one.tissue) for one in card.lines])
    heights = np.random.default_rng(0).uniform(0.15, 0.85, len(sf2))  # so that points don't hide
    for mask, color, label in (
        (~blood, _SOLID, "training line"),
        (blood, _BLOOD, "training line, leukaemia or lymphoma"),
    ):
        if mask.any():
            axes.scatter(sf2[mask], heights[mask], s=14, color=color, label=label, linewidths=0)
    for third in np.quantile(sf2, [1 / 3, 2 / 3]):
        axes.axvline(third, color="#999999", linewidth=0.7, linestyle=":")
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_ylabel("measured", fontsize=7)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=7, frameon=False)


def _samples(axes: Axes, shown: pd.DataFrame) -> None:
    rows = np.arange(len(shown))
    drawn = []
    for verdict, (color, marker, label) in _STYLE.items():
        own = ((shown["verdict"] == verdict) & shown["sf2"].notna()).to_numpy()
        if not own.any():
            continue
        part = shown[own]
        high = part["sf2_high"].replace(np.inf, 10)
        axes.hlines(rows[own], part["sf2_low"], high, color=color, linewidth=1.4, alpha=0.55)
        drawn.append(
            axes.scatter(
                part["sf2"], rows[own], s=20, color=color, marker=marker, label=label, zorder=3
            )
        )
    known = shown["measured_sf2"].notna().to_numpy()
    if known.any():
        drawn.append(
            axes.scatter(
                shown["measured_sf2"][known],
                rows[known],
                s=26,
                marker="|",
                color="black",
                label="measured, of the line it looks like",
                zorder=4,
            )
        )
    for i in np.flatnonzero(shown["sf2"].isna().to_numpy()):
        axes.text(
            0.01, float(i), f"no prediction: {shown['verdict'].iloc[i]}", fontsize=6.5, va="center"
        )
    names = [figure_text(s, 28) for s in shown["sample"]]
    axes.set_yticks(rows, names, fontsize=6.5)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    if drawn:
        axes.figure.legend(
            handles=drawn, loc="outside lower center", ncols=2, fontsize=7, frameon=False
        )
