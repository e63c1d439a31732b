"""Rows of samples over the measured SF2 of training's lines, of one model or of two."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from radiosens.report.page.files import records
from radiosens.report.page.parts import Figure, Row, Rows, Shape, shape
from radiosens.report.page.scales import Axis, grid_x, linear
from radiosens.report.page.shown import number, plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MOST_ROWS", "Spoken", "sample_rows", "spoken"]

MOST_ROWS = 2000
#: More rows than this have the model that speaks alone, told at its point: a page stays below 3 MB.
_MOST_FULL = 300
_WIDTH, _MARGIN = 560, 12


@dataclass(frozen=True)
class Spoken:
    """What is to be told of a sample's SF2, as texts of the table.

    ``who`` is the model that speaks; of a line that a model was trained on ``measured``, with
    its measured SF2 and no interval; ``none`` where nothing can be said. Where a table is of
    one model, that is called ``model``.
    """

    who: str
    sf2: str = ""
    low: str = ""
    high: str = ""


def spoken(row: dict[str, str]) -> Spoken:
    """Return what the model that speaks for a sample says.

    Examples
    --------
    >>> spoken({"speaks": "yard", "sf2": "0.5", "yard_sf2": "0.4", "yard_sf2_low": "0.2",
    ...         "yard_sf2_high": "0.7"})
    Spoken(who='yard', sf2='0.4', low='0.2', high='0.7')
    >>> spoken({"verdict": "ok", "sf2": "0.5", "sf2_low": "0.2", "sf2_high": "0.7"}).who
    'model'
    """
    of_one = {"recognised": "measured", "ok": "model"}.get(row.get("verdict", ""), "none")
    who = row.get("speaks") or of_one
    if who == "measured":
        by_first = row.get("verdict") == "recognised"
        return Spoken(who, row.get("measured_sf2" if by_first else "yard_measured_sf2", ""))
    if who == "none":
        return Spoken(who)
    prefix = "yard_" if who == "yard" else ""
    return Spoken(who, *(row.get(f"{prefix}{c}", "") for c in ("sf2", "sf2_low", "sf2_high")))


@dataclass(frozen=True)
class _Band:
    """Where a model's numbers are drawn in a row, over its own lines of training."""

    prefix: str
    name: str
    lines: pd.DataFrame
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def sample_rows(
    table: pd.DataFrame,
    words: Sequence[str],
    lines: pd.DataFrame | None,
    blocks: Callable[[int, dict[str, str]], Sequence[Any]] = lambda i, row: (),
    note: str = "",
) -> Rows:
    """Draw a row a sample, up to 2,000.

    Parameters
    ----------
    table : DataFrame
        ``predictions.csv``.
    words : sequence of str
        What is said of each sample; nothing where that stands elsewhere.
    lines : DataFrame, optional
        ``training_lines.csv``.
    blocks : callable
        Gives what else a row opens to.
    note : str
    """
    shown = table.head(MOST_ROWS)
    bands, axis = _bands(table, lines), _axis(table, lines)
    rows = [
        _row(i, row, axis, bands, words[i : i + 1], blocks(i, row), len(shown) <= _MOST_FULL)
        for i, row in enumerate(records(shown))
    ]
    if len(table) > len(shown):
        note += f" The first {len(shown):,} of {len(table):,} samples; all are in predictions.csv."
    said = ["Point and bar: predicted SF2 with its 90 % interval."]
    if len(bands) > 1:
        said.append(
            "Above: nci60, SF2 of colonies; below: yard, SF2 of a nine-day viability assay; faint:"
            " the model that does not speak for the sample."
        )
    if any(len(band.lines) for band in bands):
        said.append(
            "Ticks behind: measured SF2 of the lines of training; dotted: their thirds, sensitive"
            " at the left."
        )
    said.append("Open a row to read what is known of the sample.")
    head, behind = _head(axis, bands), [s for band in bands for s in _behind(axis, band)]
    title = "SF2 of each sample"
    return Rows("rows", title, " ".join(said), head, behind, rows, note=note.strip())


def _bands(table: pd.DataFrame, lines: pd.DataFrame | None) -> list[_Band]:
    own = table.iloc[:0] if lines is None else lines
    if "speaks" not in table:
        return [_Band("", "", own, 0, 26)]
    name = own["model"] if "model" in own else own.iloc[:, 0]
    return [
        _Band("", "nci60", own[name != "yard"], 0, 13),
        _Band("yard_", "yard", own[name == "yard"], 13, 26),
    ]


def _axis(table: pd.DataFrame, lines: pd.DataFrame | None) -> Axis:
    columns = ("sf2", "sf2_high", "measured_sf2", "yard_sf2", "yard_sf2_high")
    values = [number(v) for c in columns if c in table for v in table[c]]
    values += [] if lines is None else [number(v) for v in lines["sf2"]]
    finite = [v for v in values if math.isfinite(v)]
    return linear(0.0, max([1.0, *finite]) * 1.02, _MARGIN, _WIDTH - _MARGIN)


def _head(axis: Axis, bands: Sequence[_Band]) -> Figure:
    """Draw training's lines as points, and the axis below."""
    drawn: list[Shape] = grid_x(axis, 4, 50)
    blood = False
    for band in bands:
        top, height = 4 + 46 * band.top / 26, 46 * (band.bottom - band.top) / 26
        for i, row in enumerate(records(band.lines)):
            haematological = row["haematological"] == "True"
            blood |= haematological
            sf2 = plain(row["sf2"], "fraction")
            tip = f"{row['line']} ({row['tissue']}), measured SF2 {sf2}"
            tip += f", of {band.name}" if band.name else ""
            spread = top + 4 + (height - 8) * (0.61803 * i % 1)  # evenly, so that none hides
            cls = "blood" if haematological else "train"
            drawn.append(
                shape("circle", cls, tip, cx=axis(number(row["sf2"])), cy=spread, r=_radius(band))
            )
    legend = [("ok", "predicted"), ("recognised", "predicted, of a recognised line")]
    if len(bands) > 1:
        legend = [("ok", "nci60"), ("k k2", "yard"), ("recognised", "of a recognised line")]
    legend.append(("measured", "measured, of that line"))
    if any(len(band.lines) for band in bands):
        legend.append(("train", "line of training"))
    if blood:
        legend.append(("blood", "line of training, leukaemia or lymphoma"))
    caption = "Measured SF2 of the lines of training."
    return Figure("training", "Lines of training", caption, _WIDTH, 70, drawn, legend)


def _radius(band: _Band) -> float:
    return 3.2 if len(band.lines) < 100 else 2.0


def _behind(axis: Axis, band: _Band) -> list[Shape]:
    """Draw a model's lines of training as ticks, for every row."""
    if band.lines.empty:
        return []
    drawn = []
    ends = (band.middle - 5, band.middle + 5)
    for flag, cls in (("False", "train"), ("True", "blood")):
        own = [axis(number(v)) for v in band.lines.loc[band.lines["haematological"] == flag, "sf2"]]
        own = sorted(set(map(round, own))) if len(own) > 100 else own
        if own:
            ticks = "".join(f"M{x:.1f} {ends[0]:.1f}V{ends[1]:.1f}" for x in own)
            drawn.append(shape("path", cls, d=ticks))
    for third in np.quantile([number(v) for v in band.lines["sf2"]], [1 / 3, 2 / 3]):
        x = axis(float(third))
        drawn.append(shape("line", "third", x1=x, x2=x, y1=band.top, y2=band.bottom))
    return drawn


def _row(
    i: int,
    row: dict[str, str],
    axis: Axis,
    bands: Sequence[_Band],
    words: Sequence[str],
    blocks: Sequence[Any],
    full: bool,
) -> Row:
    said = spoken(row)
    drawn = [s for band in bands for s in _drawn(row, axis, band, said.who, full)]
    figures = [("no number", "")]
    if said.sf2:
        figures = [
            ("measured" if said.who == "measured" else "", f"SF2 {plain(said.sf2, 'fraction')}")
        ]
        if said.low:
            ends = [plain(text, "fraction") for text in (said.low, said.high)]
            figures.append((f"({ends[0]} to {ends[1]})", ""))
        if said.who in ("nci60", "yard"):
            figures.append((f"by {said.who}", ""))
    elif row.get("sf2"):  # a number was asked for in spite of what speaks against it
        figures = [("", f"SF2 {plain(row['sf2'], 'fraction')}"), ("unlike training", "")]
    if line := row.get("looks_like") or row.get("yard_looks_like"):
        sure = row.get("recognised") if row.get("looks_like") else row.get("yard_recognised")
        figures.append((f"{'maybe' if sure == 'unsure' else 'is'} {line}", ""))
    if not words and row["reason"]:
        words = [f"{row['reason']}."]
    value = said.sf2 or row.get("sf2", "")
    verdict = "recognised" if said.who == "measured" else row["verdict"]
    return Row(f"s{i}", row["sample"], drawn, figures, verdict, value, "", words, blocks)


def _drawn(row: dict[str, str], axis: Axis, band: _Band, who: str, full: bool) -> list[Shape]:
    """Draw what one model predicts, and what was measured of the line that it recognises."""
    knows = row.get(f"{band.prefix}verdict") == "recognised"
    silent = bool(band.name) and who != band.name and not (who == "measured" and knows)
    sf2, low, high = (row.get(f"{band.prefix}{c}", "") for c in ("sf2", "sf2_low", "sf2_high"))
    verdict = row.get(f"{band.prefix}verdict", "")
    drawn: list[Shape] = []
    if math.isfinite(number(sf2)) and (full or not silent):
        three = [plain(text, "fraction") for text in (sf2, low, high)]
        name = f"{band.name}: " if band.name else ""
        tip = f"{name}SF2 {three[0]}, 90 % interval {three[1]} to {three[2]}"
        cls = "k k2" if band.prefix and verdict == "ok" else verdict
        faint = " faint" if silent else ""
        left, right, y = axis(number(low)), axis(number(high)), band.middle
        small = len(band.name) > 0
        drawn = [
            shape("line", f"{cls} span{faint}", tip if full else "", x1=left, x2=right, y1=y, y2=y),
            shape(
                "circle", f"{cls}{faint}", tip, cx=axis(number(sf2)), cy=y, r=4.5 if small else 5.5
            ),
        ]
    measured = row.get(f"{band.prefix}measured_sf2", "")
    if math.isfinite(number(measured)):
        line = row[f"{band.prefix}looks_like"]
        tip = f"measured SF2 of {line}: {plain(measured, 'fraction')}"
        x = axis(number(measured))
        ends = (band.top + 2, band.bottom - 2)
        drawn.append(shape("line", "measured", tip, x1=x, x2=x, y1=ends[0], y2=ends[1]))
    return drawn
