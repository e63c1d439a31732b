"""Draw survival curves as journals print them: log survival against dose, with points and band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from radiosens.report.figures import figure_text
from radiosens.survival import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["MOST_PANELS", "survival_figure"]

# Paul Tol's bright scheme, in an order that keeps neighbours apart with colour blindness
# (personal.sron.nl/~pault); markers tell them apart in print without colour.
_COLORS = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#777777", "#222222")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")

#: More curves than this in one pair of axes can't be told apart; each gets its own.
MOST_TOGETHER = len(_COLORS)
#: More panels than this can't be read on a page.
MOST_PANELS = 40

_POINTS = 200

_KEY: dict[str, Any] = {
    "linewidth": 1.3,
    "markersize": 4.2,
    "markeredgecolor": "white",
    "markeredgewidth": 0.4,
}


@np.errstate(all="ignore")
def survival_figure(curves: Sequence[Curve]) -> Figure:
    """Draw up to 8 curves in one pair of axes, more in a panel each, up to 40.

    Points are measured survival with its standard error, an arrow an upper 95 % limit where no
    colony grew; lines are fits, shading their pointwise interval.

    Parameters
    ----------
    curves : sequence of Curve
        Fitted; those beyond the fortieth are not drawn.
    """
    if len(curves) <= MOST_TOGETHER:
        return _together(curves)
    return _apart(curves[:MOST_PANELS])


def _together(curves: Sequence[Curve]) -> Figure:
    beside = len(curves) > 3
    figure = Figure(figsize=(5.2 if beside else 3.9, 3.4), layout="constrained")
    axes = figure.subplots()
    for i, curve in enumerate(curves):
        _draw(axes, curve, _COLORS[i], _MARKERS[i])
    _dress(axes, curves)
    axes.set_xlabel("Dose (Gy)", fontsize=9)
    axes.set_ylabel("Surviving fraction", fontsize=9)
    if len(curves) == 1:
        axes.set_title(figure_text(curves[0].name), fontsize=9)
    else:
        handles = [
            Line2D(
                [], [], color=_COLORS[i], marker=_MARKERS[i], label=figure_text(curve.name), **_KEY
            )
            for i, curve in enumerate(curves)
        ]
        look = {"handles": handles, "fontsize": 8, "frameon": False, "handlelength": 2.0}
        if beside:
            axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), **look)
        else:
            axes.legend(loc="best", **look)
    return figure


def _apart(curves: Sequence[Curve]) -> Figure:
    columns = 5 if len(curves) > 16 else 4
    rows = -(-len(curves) // columns)
    figure = Figure(figsize=(7.2, 1.45 * rows + 0.4), layout="constrained")
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes, curve in zip(grid.flat, curves, strict=False):
        _draw(axes, curve, _COLORS[0], _MARKERS[0])
        axes.set_title(figure_text(curve.name), fontsize=7, pad=3)
    for axes in grid.flat[len(curves) :]:
        axes.set_visible(False)
    _dress(grid[0, 0], curves, size=6.5)
    for axes in grid.flat:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=6.5, length=2.5)
    for i, axes in enumerate(grid.flat[: len(curves)]):
        if i + columns >= len(curves):  # nothing below it in its column
            axes.tick_params(labelbottom=True)
    figure.supxlabel("Dose (Gy)", fontsize=9)
    figure.supylabel("Surviving fraction", fontsize=9)
    return figure


def _draw(axes: Axes, curve: Curve, color: str, marker: str) -> None:
    doses = np.linspace(0, curve.top_dose, _POINTS)
    value, low, high = curve.survival(doses)
    if np.isfinite(low).all():
        axes.fill_between(doses, low, high, color=color, alpha=0.16, linewidth=0, zorder=1)
    axes.plot(doses, value, color=color, linewidth=1.3, zorder=2)
    seen = [p for p in curve.points if p.survival.value > 0]
    dose = np.array([p.dose for p in seen])
    survival = np.array([p.survival.value for p in seen])
    spread = np.nan_to_num(np.array([p.survival.se for p in seen]) / survival)
    bars = np.array([survival * (1 - np.exp(-spread)), survival * np.expm1(spread)])
    axes.errorbar(
        dose,
        survival,
        yerr=bars,
        fmt=marker,
        color=color,
        markersize=4.2,
        markeredgecolor="white",
        markeredgewidth=0.4,
        elinewidth=0.9,
        capsize=2,
        capthick=0.9,
        zorder=3,
    )
    for point in curve.points:
        if point.survival.value == 0:
            axes.errorbar(
                point.dose,
                point.survival.high,
                yerr=0.4 * point.survival.high,
                uplims=True,
                fmt="none",
                color=color,
                elinewidth=0.9,
                capsize=2,
                zorder=3,
            )


def _dress(axes: Axes, curves: Sequence[Curve], size: float = 8) -> None:
    """Set scales and limits to what was measured, not to how wide a band may get."""
    axes.set_yscale("log")
    lowest, highest = [], [1.0]
    for curve in curves:
        value, low, _ = (float(v[0]) for v in curve.survival(curve.top_dose))
        lowest.append(max(low, value / 2) if np.isfinite(low) else value)
        for point in curve.points:
            value = point.survival.value or 0.5 * point.survival.high
            spread = np.nan_to_num(point.survival.se / value) if value else 0.0
            lowest.append(value * float(np.exp(-spread)))
            highest.append(value * float(np.exp(spread)))
    bottom = max(min(lowest), 1e-8) / 1.25
    axes.set_ylim(bottom, max(highest) * 1.15)
    axes.set_xlim(0, max(curve.top_dose for curve in curves) * 1.03)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1.0,) if bottom < 0.2 else (1.0, 2, 5)))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda y, _: f"{y:g}" if y >= 1e-4 else f"{y:.0e}")
    )
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=size)
