"""The page of predictions: a row a sample, over the measured SF2 of training's lines."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from radiosens.report.page.facts import made_of
from radiosens.report.page.files import ResultFiles, records
from radiosens.report.page.parts import (
    Column,
    Figure,
    Made,
    Page,
    Row,
    Rows,
    Section,
    Shape,
    Table,
    Trust,
    shape,
)
from radiosens.report.page.scales import Axis, grid_x, linear
from radiosens.report.page.shown import number, plain, visible

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["page"]

_TABLE, _LINES = "predictions.csv", "training_lines.csv"
_WIDTH, _MARGIN = 560, 12
#: What is said of samples is left to predictions.txt where there are more.
_MOST_WORDS = 300
_MOST_ROWS = 2000

_COLUMNS = (
    Column("sample", "Sample"),
    Column("sf2", "SF2", "fraction", "surviving fraction at 2 Gy"),
    Column("sf2_low", "from", "fraction", "lower end of the 90 % interval"),
    Column("sf2_high", "to", "fraction", "upper end of the 90 % interval"),
    Column("verdict", "Verdict"),
    Column("looks_like", "Looks like", "text", "the line of training it resembles"),
    Column("recognition", "Likeness", "fraction", "private similarity to that line"),
    Column("measured_sf2", "its SF2", "fraction", "measured, of the line it is recognised as"),
    Column("novelty_p", "Novelty p", "p", "share of held-out lines as unusual or more"),
    Column("genes_measured", "Genes measured", "whole", "of the model's genes"),
    Column("rsi", "RSI", "fraction", "Radiosensitivity Index (Eschrich et al. 2009)"),
    Column("gard", "GARD", "one", "genomic-adjusted radiation dose (Scott et al. 2017)"),
)
#: Of the second model, where two stand side by side.
_BESIDE = (
    Column("yard_sf2", "yard SF2", "fraction", "of the nine-day viability assay"),
    Column("yard_sf2_low", "from", "fraction", "lower end of the 90 % interval"),
    Column("yard_sf2_high", "to", "fraction", "upper end of the 90 % interval"),
    Column("yard_auc", "yard area", "one", "under the survival curve, Gy"),
    Column("yard_rank", "yard rank", "fraction", "share of solid lines that are more sensitive"),
    Column("speaks", "Speaks", "text", "which model's word to take"),
)
_WORDS = {
    "ok": "like training, of no line that it knows",
    "recognised": "recognised as a line of training",
    "unlike": "unlike all of training: no number",
    "refused": "not readable as expression",
}


def page(files: ResultFiles) -> Page:
    """Return the page of predictions.

    Raises
    ------
    RunError
        If a file is missing or damaged.
    """
    table = files.table(_TABLE, ["sample", "sf2", "sf2_low", "sf2_high", "verdict", "reason"])
    record = files.json("predict.json")
    summary, words, use = _said(files.text("predictions.txt"), len(table))
    lines = files.optional_table(_LINES, ["line", "tissue", "sf2", "haematological"])
    model = str(record.get("options", {}).get("model", ""))
    counts = table["verdict"].value_counts()
    return Page(
        kind="predict",
        title=f"Predicted radiosensitivity, model {model}",
        answer=_answer(table),
        numbers=[(_WORDS[v], f"{counts[v]:,}") for v in _WORDS if v in counts],
        trust=_trust(summary, use, table),
        sections=[
            Section("samples", "Samples", [_rows(table, words, lines)]),
            Section("table", "Table", [_numbers(table)]),
        ],
        made=_made(record),
        simulated=any("simulated values" in line for line in summary),
    )


def _said(text: str, samples: int) -> tuple[list[str], list[str], str]:
    """Part predictions.txt into its summary, the words on each sample, and the intended use."""
    parts = text.rstrip("\n").split("\n\n")
    if len(parts) != samples + 2:  # changed by hand, or of another version
        return parts[0].split("\n"), [], ""
    return parts[0].split("\n"), parts[1:-1], parts[-1]


def _answer(table: pd.DataFrame) -> str:
    """Say in one sentence what was found."""
    counts = table["verdict"].value_counts()
    new = table[(table["verdict"] == "ok") & (table["sf2"] != "")]
    said = []
    if known := int(counts.get("recognised", 0)):
        said.append(f"{known:,} {_are(known)} recognised as lines of training, whose SF2 is known")
    if len(new) == 1:
        row = new.iloc[0]
        said.append(
            f"“{visible(row['sample'])}” has a predicted SF2 of {plain(row['sf2'], 'fraction')}"
            f" ({plain(row['sf2_low'], 'fraction')} to {plain(row['sf2_high'], 'fraction')})"
        )
    elif len(new):
        ordered = sorted(new["sf2"], key=number)
        low, high = (plain(v, "fraction") for v in (ordered[0], ordered[-1]))
        reach = f"of {low}" if low == high else f"from {low} to {high}"
        said.append(f"{len(new):,} are new and have a predicted SF2 {reach}")
    if unlike := int(counts.get("unlike", 0)):
        said.append(f"{unlike:,} {_are(unlike)} too unlike training for a number")
    if refused := int(counts.get("refused", 0)):
        said.append(f"{refused:,} can't be read as expression")
    samples = "One sample" if len(table) == 1 else f"{len(table):,} samples"
    return f"{samples}: {'; '.join(said)}."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _trust(summary: Sequence[str], use: str, table: pd.DataFrame) -> Trust:
    """Say first how good the model is on lines it has not seen; its limits follow."""
    unusable = table["verdict"].isin(["unlike", "refused"]).mean() > 0.5
    first = (
        "Most of these samples are unlike what the model was trained on."
        if unusable
        else "Read the interval, not the point: a prediction is a rough estimate for cells in a"
        " dish."
    )
    told = [sentence for line in summary[1:] for sentence in _sentences(line)]
    points, more = told[:3], told[3:]
    if use:
        points.append(use)
    return Trust("bad" if unusable else "care", first, points, more)


def _sentences(text: str) -> list[str]:
    """Part a text where a sentence ends: before a capital that follows a point and a space."""
    return re.split(r"(?<=[a-z0-9%)]{2}\.) (?=[A-Z])", text)


def _rows(table: pd.DataFrame, words: Sequence[str], lines: pd.DataFrame | None) -> Rows:
    shown = table.head(_MOST_ROWS)
    axis = _axis(table, lines)
    worded = len(words) == len(table) and len(table) <= _MOST_WORDS
    rows = [
        _row(i, row, axis, words[i : i + 1] if worded else ())
        for i, row in enumerate(records(shown))
    ]
    note = "" if worded else "What is said of each sample stands in predictions.txt."
    if len(table) > len(shown):
        note += f" The first {len(shown):,} of {len(table):,} samples; all are in {_TABLE}."
    return Rows(
        "rows",
        "SF2 of each sample",
        "Point and bar: predicted SF2 with its 90 % interval. Ticks behind: measured SF2 of the"
        " lines of training. Dotted: thirds of training, sensitive at the left. Open a row to"
        " read what is known of the sample.",
        _head(axis, lines),
        _behind(axis, lines),
        rows,
        note=note.strip(),
    )


def _axis(table: pd.DataFrame, lines: pd.DataFrame | None) -> Axis:
    values = [
        number(v) for c in ("sf2", "sf2_high", "measured_sf2") if c in table for v in table[c]
    ]
    values += [] if lines is None else [number(v) for v in lines["sf2"]]
    finite = [v for v in values if math.isfinite(v)]
    return linear(0.0, max([1.0, *finite]) * 1.02, _MARGIN, _WIDTH - _MARGIN)


def _head(axis: Axis, lines: pd.DataFrame | None) -> Figure:
    """Draw training's lines as points, and the axis below."""
    drawn: list[Shape] = grid_x(axis, 4, 50)
    for i, row in enumerate([] if lines is None else records(lines)):
        blood = row["haematological"] == "True"
        tip = f"{row['line']} ({row['tissue']}), measured SF2 {plain(row['sf2'], 'fraction')}"
        height = 8 + 38 * (0.61803 * i % 1)  # spread evenly, so that points don't hide
        cls = "blood" if blood else "train"
        drawn.append(shape("circle", cls, tip, cx=axis(number(row["sf2"])), cy=height, r=3.2))
    legend = [("ok", "predicted"), ("recognised", "predicted, of a recognised line")]
    legend += [("measured", "measured, of that line"), ("train", "line of training")]
    if lines is not None and (lines["haematological"] == "True").any():
        legend.append(("blood", "line of training, leukaemia or lymphoma"))
    caption = "Measured SF2 of the lines of training."
    return Figure("training", "Lines of training", caption, _WIDTH, 70, drawn, legend)


def _behind(axis: Axis, lines: pd.DataFrame | None) -> list[Shape]:
    """Draw training's lines as ticks, for every row."""
    if lines is None or lines.empty:
        return []
    drawn = []
    for flag, cls in (("False", "train"), ("True", "blood")):
        own = [axis(number(v)) for v in lines.loc[lines["haematological"] == flag, "sf2"]]
        if own:
            drawn.append(shape("path", cls, d="".join(f"M{x:.1f} 8V18" for x in own)))
    for third in np.quantile([number(v) for v in lines["sf2"]], [1 / 3, 2 / 3]):
        x = axis(float(third))
        drawn.append(shape("line", "third", x1=x, x2=x, y1=0, y2=26))
    return drawn


def _row(i: int, row: dict[str, str], axis: Axis, words: Sequence[str]) -> Row:
    verdict, sf2 = row["verdict"], number(row["sf2"])
    drawn: list[Shape] = []
    figures: list[tuple[str, str]] = []
    if math.isfinite(sf2):
        low, high, point = (plain(row[c], "fraction") for c in ("sf2_low", "sf2_high", "sf2"))
        left, right = axis(number(row["sf2_low"])), axis(number(row["sf2_high"]))
        tip = f"SF2 {point}, 90 % interval {low} to {high}"
        drawn.append(shape("line", f"{verdict} span", tip, x1=left, x2=right, y1=13, y2=13))
        drawn.append(shape("circle", verdict, tip, cx=axis(sf2), cy=13, r=5.5))
        figures = [("", f"SF2 {point}"), (f"({low} to {high})", "")]
    else:
        figures = [("no number", "")]
    measured = number(row.get("measured_sf2", ""))
    if math.isfinite(measured):
        tip = f"measured SF2 of {row['looks_like']}: {plain(row['measured_sf2'], 'fraction')}"
        x = axis(measured)
        drawn.append(shape("line", "measured", tip, x1=x, x2=x, y1=4, y2=22))
    if row.get("looks_like"):
        figures.append((f"{'maybe ' if row.get('recognised') == 'unsure' else 'is '}"
                        f"{row['looks_like']}", ""))  # fmt: skip
    if not words and row["reason"]:
        words = [f"{row['reason']}."]
    value = "" if math.isnan(sf2) else row["sf2"]
    return Row(f"s{i}", row["sample"], drawn, figures, verdict, value, "", words)


def _numbers(table: pd.DataFrame) -> Table:
    return Table.of(
        table,
        "predictions",
        "All samples",
        _TABLE,
        _COLUMNS + (_BESIDE if "speaks" in table else ()),
        badges="verdict",
        links="s",
        most=_MOST_ROWS,
    )


def _made(record: dict[str, Any]) -> Made:
    options = record.get("options", {})
    words = ["radiosens predict", *options.get("files", {})]
    for name in ("model", "scale", "dose_per_fraction", "fractions"):
        if options.get(name) not in {None, "nci60 and yard"}:  # which is what stands for none
            words += [f"--{name.replace('_', '-')}", str(options[name])]
    words += [f"--{name.replace('_', '-')}" for name in ("together", "keep_unlike")
              if options.get(name)]  # fmt: skip
    facts = [("model's data", options.get("model_data")), ("sample sheet", options.get("samples"))]
    return made_of(words, options.get("files", {}), facts, record.get("versions", {}))
