"""Figures of survival curves: log survival against dose, and values with their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from radiosens.report.page.files import records
from radiosens.report.page.lanes import Lanes
from radiosens.report.page.parts import Figure, Shape, shape
from radiosens.report.page.scales import Axis, grid_x, grid_y, linear, logarithmic
from radiosens.report.page.shown import cut, number, plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["curve_figure", "interval_figure", "panels_figure"]

#: More panels, or rows of intervals, than this can't be read on a page.
MOST_PANELS, MOST_ROWS = 40, 120
_CAPTION = (
    "Points: measured, with standard error; an arrow is an upper limit where no colony grew."
    " Lines: fitted, shaded with their interval."
)


def curve_figure(fitted: pd.DataFrame, names: Sequence[str]) -> Figure:
    """Draw up to eight curves in one pair of axes, each named at its end."""
    width, height = 760, 440
    x = linear(0, _top(fitted) * 1.02, 60, width - 170, most=10)
    y = _survival_axis(fitted, height - 50, 14)
    drawn = [*grid_x(x, 14, height - 50, "Dose (Gy)")]
    drawn += grid_y(y, 60, width - 170, "Surviving fraction")
    ends: list[tuple[float, str, int]] = []
    for k, name in enumerate(names, start=1):
        own = fitted[fitted["curve"] == name]
        drawn += _curve(own, x, y, k)
        fit = own[own["kind"] == "fit"]
        if len(fit):
            ends.append((y(max(number(fit["survival"].iloc[-1]), 0)), name, k))
    last = -math.inf
    for place, name, k in sorted(ends):
        last = max(place, last + 15)  # so that names don't lie on each other
        at = {"x": x.end + 8, "y": min(last + 4, height)}
        drawn.append(shape("text", f"k k{k}", "", cut(name, 22), **at))
    title = "Survival against dose"
    return Figure("survival", title, _CAPTION, width, height, drawn)


def panels_figure(fitted: pd.DataFrame, names: Sequence[str]) -> Figure:
    """Draw a panel a curve, up to forty, on common axes."""
    shown = names[:MOST_PANELS]
    columns, wide, high = 4, 235, 190
    y_axis = _survival_axis(fitted, 0, 1)
    top = _top(fitted) * 1.02
    drawn = []
    for i, name in enumerate(shown):
        left, above = (i % columns) * wide, (i // columns) * high
        x = linear(0, top, left + 42, left + wide - 12, most=5)
        ticks = [t for t in y_axis.ticks if math.log10(t) % 1 < 1e-9]
        y = Axis(y_axis.low, y_axis.high, above + high - 34, above + 26, ticks, log=True)
        drawn += [*grid_x(x, above + 26, above + high - 34), *grid_y(y, left + 42, x.end)]
        drawn.append(shape("text", "label strong", "", cut(name, 28), x=left + 42, y=above + 18))
        drawn += _curve(fitted[fitted["curve"] == name], x, y, 1)
    rows = -(-len(shown) // columns)
    more = f" The first {len(shown)} of {len(names)}." if len(names) > len(shown) else ""
    caption = f"{_CAPTION} Surviving fraction against dose in Gy.{more}"
    return Figure("survival", "Survival against dose", caption, columns * wide, rows * high, drawn)


def _top(fitted: pd.DataFrame) -> float:
    doses = [number(d) for d in fitted["dose"]]
    return max([d for d in doses if math.isfinite(d)], default=1.0) or 1.0


def _survival_axis(fitted: pd.DataFrame, start: float, end: float) -> Axis:
    """Return an axis for what was measured and fitted, not for how wide a band may get."""
    values = [number(v) for v in fitted["survival"]]
    limits = fitted.loc[fitted["survival"].map(number) == 0, "high"]
    values += [0.5 * number(v) for v in limits]
    seen = [v for v in values if math.isfinite(v) and v > 0]
    return logarithmic(
        max(min(seen, default=0.01), 1e-8) / 1.6, max([*seen, 1.0]) * 1.2, start, end
    )


def _curve(own: pd.DataFrame, x: Axis, y: Axis, k: int) -> list[Shape]:
    """Draw one curve: band, line, points."""
    fit = [r for r in records(own[own["kind"] == "fit"]) if number(r["survival"]) > 0]
    drawn = []
    band = [r for r in fit if number(r["low"]) > 0 and math.isfinite(number(r["high"]))]
    if band:
        edge = [_at(r, "high", x, y) for r in band] + [_at(r, "low", x, y) for r in reversed(band)]
        drawn.append(shape("path", f"band k{k}", d=f"M{'L'.join(edge)}Z"))
    if fit:
        drawn.append(
            shape("path", f"fit k{k}", d="M" + "L".join(_at(r, "survival", x, y) for r in fit))
        )
    for row in records(own[own["kind"] == "measured"]):
        drawn += _point(row, x, y, k)
    return drawn


def _at(row: dict[str, str], name: str, x: Axis, y: Axis) -> str:
    return f"{x(number(row['dose'])):.1f} {y(number(row[name])):.1f}"


def _point(row: dict[str, str], x: Axis, y: Axis, k: int) -> list[Shape]:
    value, dose = number(row["survival"]), x(number(row["dose"]))
    told = [f"{row['curve']}, {plain(row['dose'], 'one')} Gy"]
    if value > 0:
        told.append(f"surviving fraction {plain(row['survival'], 'three')}")
    else:
        told.append(f"no colony; survival below {plain(row['high'], 'three')}")
    told += [
        f"{plain(row[name], 'whole')} {name}"
        for name in ("dishes", "colonies", "cells")
        if row.get(name)
    ]
    tip = "\n".join(told)
    if not value > 0:
        limit = y(number(row["high"]))
        arrow = f"M{dose - 4:.1f} {limit:.1f}h8M{dose:.1f} {limit:.1f}v14m-4 -5l4 5l4 -5"
        return [shape("path", f"k k{k}", tip, d=arrow)]
    drawn = []
    spread = number(row.get("se", "")) / value
    if math.isfinite(spread):
        low, high = y(value * math.exp(-spread)), y(value * math.exp(spread))
        drawn.append(shape("line", f"k k{k}", x1=dose, x2=dose, y1=low, y2=high))
    drawn.append(shape("circle", f"k k{k}", tip, cx=dose, cy=y(value), r=4.2))
    return drawn


def interval_figure(
    rows: Sequence[tuple[str, str, str, str]],
    name: str,
    title: str,
    caption: str,
    axis_title: str,
    *,
    reference: float | None = None,
    kind: str = "fraction",
) -> Figure:
    """Draw values with their intervals, a row each; ratios, which have a reference, in logarithm.

    Parameters
    ----------
    rows : sequence of (name, value, low, high)
        As texts of a table.
    name, title, caption, axis_title : str
    reference : float, optional
        Of ratios, where a line is drawn.
    kind : str
        How numbers are shown.
    """
    shown = rows[:MOST_ROWS]
    values = [number(v) for _, *three in shown for v in three]
    finite = [v for v in values if math.isfinite(v)]

    def axis(start: float, end: float) -> Axis:
        if reference is None:
            return linear(min([0.0, *finite]), max([1.0, *finite]), start, end)
        positive = [v for v in finite if v > 0] + [reference]
        return logarithmic(min(positive) / 1.1, max(positive) * 1.1, start, end)

    names = [label for label, *_ in shown]
    lanes = Lanes(names, axis, axis_title, left=260, right=80, letters=34, zero=reference)
    for i, (label, value, low, high) in enumerate(shown):
        if not math.isfinite(number(value)):
            continue
        tip = f"{label}: {plain(value, kind)} ({plain(low, kind)} to {plain(high, kind)})"
        left, right = (
            number(v) if not math.isnan(number(v)) else number(value) for v in (low, high)
        )
        lanes.shapes += [
            lanes.bar(i, left, right, "ok span", tip),
            lanes.point(i, number(value), "ok", tip),
            shape("text", "tick", text=plain(value, kind), x=lanes.x.end + 10, y=lanes.y(i) + 4),
        ]
    if len(rows) > len(shown):
        caption += f" The first {len(shown)} of {len(rows)}."
    return lanes.figure(name, title, caption)
