"""Figures of explanations: a waterfall a sample, genes and pathways of a model."""

from __future__ import annotations

import math
from collections.abc import Sequence

from radiosens.report.page.lanes import Lanes
from radiosens.report.page.parts import Figure, shape
from radiosens.report.page.scales import Axis, linear
from radiosens.report.page.shown import number, plain

__all__ = ["genes_figure", "pathways_figure", "waterfall"]

_MOST_STEPS, _MOST_GENES, _MOST_SETS = 12, 25, 20
#: Of false discovery rates.
_LEVEL = 0.05
_WAYS = [("up", "raises SF2"), ("down", "lowers it")]

Rows = Sequence[dict[str, str]]


def waterfall(key: str, genes: Rows, baseline: str, sf2: str) -> Figure:
    """Draw how a sample's prediction comes about, from the baseline's to its own.

    Parameters
    ----------
    key : str
        Of the figure.
    genes : sequence of dict
        Rows of ``contributions.csv`` of the sample, the largest first.
    baseline, sf2 : str
        As ``explained.csv`` has them.
    """
    shown = genes[:_MOST_STEPS]
    steps = [number(row["contribution"]) for row in shown]
    names = [row["gene"] for row in shown]
    start, end = number(baseline), number(sf2)
    if len(genes) > len(shown):
        names.append("all others")
        steps.append(end - start - sum(steps))
    at = [start]
    for step in steps:
        at.append(at[-1] + step)
    lanes = Lanes(names, _around([*at, end]), "SF2", left=170, right=80)
    lanes.shapes += [
        lanes.upright(start, "zero", f"baseline: SF2 {plain(baseline, 'three')}"),
        lanes.upright(end, "measured", f"predicted: SF2 {plain(sf2, 'three')}"),
    ]
    for i, step in enumerate(steps):
        rest = i == len(shown)
        cls = "rest" if rest else "up" if step > 0 else "down"
        told = "" if rest else f"{names[i]}: {plain(shown[i]['contribution'], 'signed')} of SF2"
        lanes.shapes.append(lanes.box(i, at[i], at[i + 1], cls, told))
        text = plain(str(step), "signed")
        place = {"x": lanes.x(max(at[i], at[i + 1])) + 6, "y": lanes.y(i) + 4}
        lanes.shapes.append(shape("text", "tick", "", text, **place))
    caption = (
        f"From the baseline (dotted, SF2 {plain(baseline, 'three')}) to what was predicted (line,"
        f" {plain(sf2, 'three')}): what each gene adds."
    )
    legend = [*_WAYS, ("rest", "all other genes together")]
    return lanes.figure(key, "Genes of this prediction", caption, legend)


def _around(values: Sequence[float]) -> _Axes:
    low, high = min(values), max(values)
    room = max(0.08 * (high - low), 0.002)
    return _Axes(low - room, high + room)


class _Axes:
    """Makes a linear axis from value to value."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def __call__(self, start: float, end: float) -> Axis:
        return linear(self.low, self.high, start, end, most=6)


def genes_figure(key: str, genes: Rows, where: str) -> Figure:
    """Draw the genes of a model by mean absolute contribution; filled where above chance."""
    shown = genes[:_MOST_GENES]
    sizes = [number(row["mean_absolute"]) for row in shown]
    high = max([s for s in sizes if math.isfinite(s)], default=0) or 1.0
    lanes = Lanes(
        [row["gene"] for row in shown],
        _Axes(0, high * 1.05),
        "mean absolute contribution to SF2",
        step=20,
    )
    for i, (row, size) in enumerate(zip(shown, sizes, strict=True)):
        way = "down" if number(row["effect"]) < 0 else "up"
        chance = "" if row["above_chance"] == "True" else " hollow"
        tip = (
            f"{row['gene']}: {plain(row['mean_absolute'], 'four')} on average, in the first genes"
            f" of {plain(row['stability'], 'percent')} of fits, p = {plain(row['p'], 'p')}"
        )
        lanes.shapes.append(lanes.box(i, 0, size, way + chance, tip))
    legend = [("up", "more expression, higher SF2"), ("down", "lower SF2")]
    legend.append(("rest hollow", "hollow: no more than shuffled SF2 gives"))
    caption = f"On {where}: the {len(shown)} genes that contribute most."
    return lanes.figure(key, f"Genes, {where}", caption, legend)


def pathways_figure(key: str, sets: Rows, column: str, title: str, caption: str) -> Figure:
    """Draw gene sets as dots: place by score or contribution, size by measured genes.

    Parameters
    ----------
    key, title, caption : str
    sets : sequence of dict
        Rows of ``pathways.csv``, the best first; filled where a false discovery rate is below
        5 %.
    column : {"score", "contribution"}
        ``contribution`` is of one sample, in SF2; its colour says the way.
    """
    shown = sets[:_MOST_SETS]
    values = [number(row[column]) for row in shown]
    of_sample = column == "contribution"
    axis = _around([0, *values]) if of_sample else _around([0, *values, 3])
    name = "what its genes add up to, in SF2" if of_sample else "standard deviations above chance"
    names = [row["set"] for row in shown]
    lanes = Lanes(names, axis, name, left=340, right=70, step=20, letters=36, zero=0)
    for i, (row, value) in enumerate(zip(shown, values, strict=True)):
        kind = "signed" if of_sample else "fraction"
        tip = f"{row['set']}: {plain(row[column], kind)}, {plain(row['genes'], 'whole')} genes"
        cls = "up" if value > 0 else "down"
        if not of_sample:
            tip += f", FDR {plain(row['fdr'], 'p')}"
            cls = "up" if number(row["fdr"]) < _LEVEL else "rest hollow"
        radius = min(2.5 + 0.35 * math.sqrt(number(row["genes"])), 8)
        lanes.shapes.append(lanes.point(i, value, cls, tip, radius))
    legend = [*_WAYS] if of_sample else [("up", "false discovery rate below 5 %"),
                                        ("rest hollow", "no more than chance")]  # fmt: skip
    return lanes.figure(key, title, caption, legend)
