"""The paper's figures: the flow of its figure 1 with a run's numbers, figures 2 and 3."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from radiosens.report.page.files import records
from radiosens.report.page.lanes import Lanes
from radiosens.report.page.parts import Figure, Shape, shape
from radiosens.report.page.scales import grid_x, grid_y, linear, logarithmic
from radiosens.report.page.shown import number, plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["error_figure", "flowchart", "truth_figure"]

#: What counts as correct: an absolute error below this, or a relative one below 10 %.
_ABSOLUTE, _RELATIVE = 0.01, 0.10
_CLASS = {"correct": "ok", "correct at second validation": "second", "prediction-hard": "hard"}
_LEGEND = (
    ("ok", "correct"),
    ("second", "correct at second validation"),
    ("hard", "prediction-hard"),
)


def flowchart(record: dict[str, Any], config: dict[str, Any]) -> Figure:
    """Draw the flow of the experiment, a number of samples at each step."""
    network, settings = record.get("network", {}), config.get("settings", {})
    first = network.get("first_validation", {})
    second = network.get("after_second_validation", {})
    total, correct = int(network.get("samples", 0)), int(first.get("correct", 0))
    again = int(second.get("correct", 0)) - correct
    hard = len(network.get("prediction_hard", []))
    folds = f"{settings.get('rounds', '')} rounds of {settings.get('folds', '')} folds"
    boxes = [
        (250, 8, "box", f"{total} samples", f"{network.get('lines', '')} lines with SF2"),
        (250, 88, "box", folds, "training sets fit the network"),
        (250, 168, "box", f"{total} predictions", "each the mean over rounds"),
        (20, 258, "box good", f"{correct} correct", "at first validation"),
        (480, 258, "box", f"{total - correct} failed", "predicted once more, alone"),
        (190, 348, "box good", f"{again} correct", "at second validation"),
        (480, 348, "box hot", f"{hard} prediction-hard", "failed twice"),
    ]
    drawn: list[Shape] = []
    for x1, y1, x2, y2 in (
        (380, 60, 380, 88),
        (380, 140, 380, 168),
        (330, 220, 150, 258),
        (430, 220, 610, 258),
        (640, 310, 640, 348),
        (570, 310, 320, 348),
    ):
        curve = f"M{x1} {y1}C{x1} {y2 - 12} {x2} {y1 + 12} {x2} {y2}"
        drawn.append(shape("path", "arrow", d=f"{curve}M{x2 - 5} {y2 - 6}L{x2} {y2}l5 -6"))
    for x0, y0, cls, text, below in boxes:
        drawn.append(shape("rect", cls, x=x0, y=y0, width=260, height=52, rx=8))
        middle = {"x": x0 + 130, "text_anchor": "middle"}
        drawn.append(shape("text", "label strong", "", text, y=y0 + 22, **middle))
        drawn.append(shape("text", "tick", "", below, y=y0 + 40, **middle))
    caption = (
        "As the paper's figure 1. Correct: an absolute error below 0.01, or a relative one below"
        " 10 %."
    )
    return Figure("flow", "What became of every sample", caption, 760, 410, drawn)


def truth_figure(samples: pd.DataFrame) -> Figure:
    """Draw the paper's figure 3: predicted against measured SF2."""
    rows = records(samples)
    values = [number(r[c]) for r in rows for c in ("true_sf2", "mean_prediction")]
    top = 1.05 * max([v for v in values if math.isfinite(v)], default=1.0)
    width, height = 620, 560
    x, y = linear(0, top, 60, width - 20), linear(0, top, height - 50, 14)
    edge = [t * top / 40 for t in range(41)]
    margin = [max(_ABSOLUTE, _RELATIVE * t) for t in edge]
    upper = [f"{x(t):.1f} {y(t + m):.1f}" for t, m in zip(edge, margin, strict=True)]
    lower = [f"{x(t):.1f} {y(max(t - m, 0)):.1f}" for t, m in zip(edge, margin, strict=True)]
    drawn = [
        shape("path", "tolerance", d=f"M{'L'.join([*upper, *reversed(lower)])}Z"),
        *grid_x(x, 14, height - 50, "Measured SF2"),
        *grid_y(y, 60, width - 20, "Predicted SF2, mean over rounds"),
        shape("line", "identity", x1=x(0), y1=y(0), x2=x(top), y2=y(top)),
    ]
    for row in sorted(rows, key=lambda r: r["verdict"] != "correct"):
        tip = (
            f"{row['sample']} ({row['line']})\nmeasured {plain(row['true_sf2'], 'three')},"
            f" predicted {plain(row['mean_prediction'], 'three')}"
        )
        at = {"cx": x(number(row["true_sf2"])), "cy": y(number(row["mean_prediction"]))}
        drawn.append(shape("circle", _CLASS.get(row["verdict"], "other"), tip, "", r=4, **at))
    caption = "As the paper's figure 3. The shaded band is what counts as correct."
    return Figure(
        "figure3", "Predicted against measured SF2", caption, width, height, drawn, _LEGEND
    )


def error_figure(samples: pd.DataFrame) -> Figure:
    """Draw the paper's figure 2: absolute errors, a row a line, on a logarithmic axis."""
    lines = list(dict.fromkeys(samples["line"]))
    errors = [number(v) for v in samples["absolute_error"]]
    most = max([1.0, *[e for e in errors if math.isfinite(e)]])
    lanes = Lanes(
        lines,
        lambda start, end: logarithmic(1e-5, most, start, end),
        "absolute error of predicted SF2 (logarithmic)",
        step=15,
        zero=_ABSOLUTE,
    )
    place = {line: i for i, line in enumerate(lines)}
    for row in sorted(records(samples), key=lambda r: r["verdict"] != "correct"):
        error = number(row["absolute_error"])
        if not math.isfinite(error):
            continue
        tip = f"{row['sample']} ({row['line']}): error {plain(row['absolute_error'], 'four')}"
        cls = _CLASS.get(row["verdict"], "other")
        lanes.shapes.append(lanes.point(place[row["line"]], error, cls, tip, 3.6))
    caption = (
        "As the paper's figure 2. Dotted: 0.01; a relative error below 10 % counts as correct too."
    )
    return lanes.figure("figure2", "Absolute error of every sample", caption, _LEGEND)
