"""The page of an evaluation: what recognition is worth, what is left on unseen donors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from radiosens.report.page.check import checked_labels
from radiosens.report.page.facts import made_of, run_facts
from radiosens.report.page.files import ResultFiles, records, tables_of
from radiosens.report.page.lanes import Lanes
from radiosens.report.page.parts import (
    Column,
    Figure,
    Page,
    Section,
    Shape,
    Table,
    Text,
    Trust,
    shape,
)
from radiosens.report.page.scales import Axis, linear
from radiosens.report.page.shown import number, plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["page"]

_PROTOCOLS = {"replicate": 6, "line": 3, "donor": 1, "tissue": 5}
_SUBSETS = {"all": "all lines", "without leukaemia": "solid tumours only"}
#: R² below this lies on the edge: how far below zero does not matter.
_FLOOR = -1.0

_SCORES = (
    Column("predictor", "Predictor"),
    Column("protocol", "Protocol"),
    Column("subset", "Lines"),
    Column("donors", "Donors", "whole"),
    Column("r2", "R²", "fraction"),
    Column("r2_low", "from", "fraction"),
    Column("r2_high", "to", "fraction"),
    Column("pearson_r", "r", "fraction"),
    Column("pearson_r_low", "from", "fraction"),
    Column("pearson_r_high", "to", "fraction"),
    Column("rmsd", "RMSD", "three"),
    Column("accuracy", "Correct", "percent", "by the paper's bounds"),
)
_DIFFERENCES = (
    Column("predictor", "Predictor"),
    Column("versus", "against"),
    Column("protocol", "Protocol"),
    Column("subset", "Lines"),
    Column("r2", "R² gained", "fraction"),
    Column("r2_low", "from", "fraction"),
    Column("r2_high", "to", "fraction"),
    Column("p", "p", "p"),
)
_LEAKAGE = (
    Column("predictor", "Predictor"),
    Column("protocol", "Kept apart"),
    Column("r2_replicate", "R², replicates on both sides", "fraction"),
    Column("r2_strict", "R², kept apart", "fraction"),
    Column("r2_gap", "Gap", "fraction"),
    Column("r2_gap_low", "from", "fraction"),
    Column("r2_gap_high", "to", "fraction"),
)
_NULL = (
    Column("predictor", "Predictor"),
    Column("protocol", "Protocol"),
    Column("subset", "Lines"),
    Column("metric", "Figure"),
    Column("observed", "observed", "fraction"),
    Column("null_mean", "by chance", "fraction", "mean over shuffled SF2"),
    Column("null_95", "best 5 %", "fraction", "of shuffled SF2"),
    Column("p", "p", "p"),
    Column("permutations", "Shuffles", "whole"),
)


def page(files: ResultFiles) -> Page:
    """Return the page of an evaluation.

    Raises
    ------
    RunError
        If a file is missing or damaged.
    """
    scores = files.table("scores.csv", ["predictor", "protocol", "subset", "r2", "donors"])
    record, config = files.json("summary.json"), files.json("config.json")
    said = [str(s) for s in record.get("sentences", [])]
    recognition = [s for s in said if s.startswith("The nearest neighbour")]
    unseen = [s for s in said if s.startswith("On unseen")]
    answer = next((s for s in unseen if "all lines" in s), (said or ["An evaluation."])[0])
    rest = [s for s in said if s not in unseen and s not in recognition]
    command, facts = run_facts(config)
    return Page(
        kind="evaluate",
        title="Predictors compared without fooling oneself",
        answer=answer.split(". ")[0].rstrip(".") + ".",
        numbers=[(n, f"{record[n]:,}") for n in ("samples", "lines", "donors") if n in record],
        trust=_trust(answer, recognition),
        sections=[
            *_recognition(files, recognition),
            Section("unseen", "Unseen lines", [Text(unseen), *_unseen(scores)]),
            *_against(files),
            Section("findings", "More findings", [Text(rest, listed=True)]),
            Section("table", "Tables", _tables(files, scores)),
        ],
        made=made_of(command, {}, facts, config.get("versions", {})),
        simulated=bool(record.get("simulated")),
    )


def _trust(answer: str, recognition: Sequence[str]) -> Trust:
    nothing = "Not one has an interval of R² above zero" in answer
    first = (
        "No predictor is shown to know these lines better than their mean SF2 does."
        if nothing
        else "Intervals come from resampling donors, the unit of inference."
    )
    note = (
        "The more predictors and settings are compared, the better the best one looks by chance:"
        " read its interval, and the tissue mean beside it."
    )
    return Trust("care", first, [*recognition[:1], note])


def _recognition(files: ResultFiles, said: Sequence[str]) -> list[Section]:
    table = files.optional_table("leakage.csv", ["predictor", "protocol", "r2_replicate"])
    if table is None:
        return []
    blocks: list[Any] = [Text(list(said[:1]))]
    blocks += [
        _gap_figure(own, str(protocol)) for protocol, own in table.groupby("protocol", sort=False)
    ]
    return [Section("recognition", "Recognition", blocks)]


def _gap_figure(table: pd.DataFrame, protocol: str) -> Figure:
    """Draw R² with replicates on both sides and with the group kept apart, joined."""
    rows = records(table)
    lanes = Lanes([row["predictor"] for row in rows], _r2, "R² of lines' mean predictions", zero=0)
    for i, row in enumerate(rows):
        ends = [number(row["r2_replicate"]), number(row["r2_strict"])]
        if not all(map(math.isfinite, ends)):
            continue
        both, apart = (plain(row[c], "fraction") for c in ("r2_replicate", "r2_strict"))
        tip = f"{row['predictor']}: R² {both} with replicates on both sides, {apart} kept apart"
        lanes.shapes += [
            lanes.bar(i, ends[0], ends[1], "other-line", tip),
            lanes.point(i, ends[0], "k k6", tip),
            lanes.point(i, ends[1], "k k1", tip),
        ]
    return lanes.figure(
        f"gap-{protocol}",
        f"What is left when each {protocol} is kept on one side?",
        "The distance between the points is what recognising the line was worth. Below -1 at the"
        " edge.",
        [("k k6", "replicates on both sides"), ("k k1", f"each {protocol} on one side")],
    )


def _unseen(scores: pd.DataFrame) -> list[Figure]:
    """Draw R² with its interval, a figure a subset of lines, a colour a protocol."""
    figures: list[Figure] = []
    for subset, own in scores.groupby("subset", sort=False):
        predictors = list(dict.fromkeys(own["predictor"]))
        protocols = list(dict.fromkeys(own["protocol"]))
        title = "R² of lines' mean predictions, 95 % interval over donors"
        lanes = Lanes(predictors, _r2, title, step=14 * len(protocols) + 10, zero=0)
        for row in records(own):
            share = (protocols.index(row["protocol"]) + 0.5) / len(protocols)
            y = lanes.y(predictors.index(row["predictor"]), 0.1 + 0.8 * share)
            lanes.shapes += _score(row, lanes.x, y)
        who = _SUBSETS.get(str(subset), str(subset))
        legend = [(f"k k{_PROTOCOLS.get(p, 7)}", f"{p} kept apart" if p != "replicate" else
                   "replicates on both sides") for p in protocols]  # fmt: skip
        figures.append(
            lanes.figure(
                f"scores-{len(figures)}",
                f"How well is each predictor on {who}?",
                f"{own['donors'].iloc[0]} donors. Zero is the mean SF2; left of it is worse.",
                legend,
            )
        )
    return figures


def _r2(start: float, end: float) -> Axis:
    return linear(_FLOOR, 1.0, start, end, most=9)


def _score(row: dict[str, str], x: Axis, y: float) -> list[Shape]:
    value = number(row["r2"])
    if math.isnan(value):
        return []
    low, high = (number(row.get(c, "")) for c in ("r2_low", "r2_high"))
    three = [plain(row.get(c, ""), "fraction") for c in ("r2", "r2_low", "r2_high")]
    tip = f"{row['predictor']}, {row['protocol']}: R² {three[0]} ({three[1]} to {three[2]})"
    k = f"k k{_PROTOCOLS.get(row['protocol'], 7)}"
    drawn = []
    if math.isfinite(low) and math.isfinite(high):
        drawn.append(shape("line", f"{k} thin", tip, x1=x(low), x2=x(high), y1=y, y2=y))
    return [*drawn, shape("circle", k, tip, cx=x(value), cy=y, r=4)]


def _against(files: ResultFiles) -> list[Section]:
    table = files.optional_table("differences.csv", ["predictor", "versus", "r2", "p"])
    if table is None:
        return []
    note = "R² gained over the predictor named, on the same donors, drawn together."
    shown = Table.of(
        table, "differences", "Differences", "differences.csv", _DIFFERENCES, note=note
    )
    return [Section("against", "Differences", [shown])]


def _tables(files: ResultFiles, scores: pd.DataFrame) -> list[Table]:
    tables = [Table.of(scores, "scores", "All scores", "scores.csv", _SCORES)]
    further = (
        ("leakage.csv", "What recognition is worth", _LEAKAGE),
        ("null.csv", "SF2 shuffled between donors", _NULL),
    )
    return [*tables, *tables_of(files, further), *checked_labels(files)]
