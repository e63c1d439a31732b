"""The figure of an evaluation: what each predictor is worth under each protocol."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

__all__ = ["protocols_figure"]

# Paul Tol's muted scheme, readable with colour blindness (personal.sron.nl/~pault).
_LOOKS = {
    "replicate": ("#882255", "D"),
    "line": ("#44AA99", "^"),
    "donor": ("#332288", "o"),
    "tissue": ("#DDAA33", "s"),
}
#: R² below this is drawn as an arrow: how far below zero does not matter.
_FLOOR = -1.0


def protocols_figure(scores: pd.DataFrame, note: str = "") -> Figure:
    """Draw R² with its interval, a row a predictor, a colour a protocol, a panel a subset.

    Parameters
    ----------
    scores : DataFrame
        From `radiosens.evaluation.verdict.scores`.
    note : str
        Printed below the figure.
    """
    predictors = list(scores["predictor"].unique())
    protocols = list(scores["protocol"].unique())
    subsets = list(scores["subset"].unique())
    figure = Figure(
        figsize=(2.0 + 3.1 * len(subsets), 1.3 + 0.31 * len(predictors)), layout="constrained"
    )
    panels = figure.subplots(1, len(subsets), sharex=True, sharey=True, squeeze=False)[0]
    ends = scores["r2_low"].fillna(scores["r2"])  # what is constant has no interval
    lowest = min(-0.2, float(ends.clip(lower=_FLOOR).min()))
    panels[0].set_xlim(lowest - 0.05, 1.03)
    for axes, subset in zip(panels, subsets, strict=True):
        own = scores[scores["subset"] == subset]
        for k, protocol in enumerate(protocols):
            shift = 0.36 * ((k + 0.5) / len(protocols) - 0.5)
            table = own[own["protocol"] == protocol].set_index("predictor").loc[predictors]
            _draw(axes, table, np.arange(len(predictors)) + shift, protocol)
        _frame(axes, own, predictors, subset)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4, fontsize=7, frameon=False)
    if note:
        figure.supxlabel(note, fontsize=7, color="#666666")
    return figure


def _draw(axes: Axes, table: pd.DataFrame, rows: np.ndarray, protocol: str) -> None:
    color, marker = _LOOKS[protocol]
    value = table["r2"].to_numpy(dtype=float)
    low, high = (table[f"r2_{side}"].to_numpy(dtype=float) for side in ("low", "high"))
    axes.hlines(
        rows,
        np.maximum(low, _FLOOR),
        np.maximum(high, _FLOOR),
        color=color,
        linewidth=1.1,
        alpha=0.7,
    )
    inside = value >= _FLOOR
    axes.plot(
        value[inside],
        rows[inside],
        marker,
        color=color,
        markersize=4.5,
        label=f"{protocol} protocol",
    )
    axes.plot(np.full((~inside).sum(), _FLOOR), rows[~inside], "<", color=color, markersize=4.5)


def _frame(axes: Axes, scores: pd.DataFrame, predictors: list[str], subset: str) -> None:
    axes.axvline(0, color="black", linewidth=0.8, linestyle=":")
    axes.set_ylim(len(predictors) - 0.4, -0.6)
    axes.set_yticks(range(len(predictors)), predictors, fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=7)
    axes.set_xlabel("R² of lines' mean predictions, 95 % interval over donors", fontsize=7)
    count = int(scores["donors"].iloc[0])
    title = {"all": "all lines", "without leukaemia": "solid tumours only"}.get(subset, subset)
    axes.set_title(f"{title} ({count} donors)", fontsize=9)
    axes.grid(axis="y", color="#EEEEEE", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
