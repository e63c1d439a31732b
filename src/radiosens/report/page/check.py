"""The page of a check of labels: suspects first, each against its own line and the one it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from radiosens.report.page.check_figures import heat_map, moved_labels
from radiosens.report.page.facts import made_of
from radiosens.report.page.files import ResultFiles, records
from radiosens.report.page.parts import (
    Column,
    Figure,
    Page,
    Row,
    Rows,
    Section,
    Table,
    Text,
    Trust,
    shape,
)
from radiosens.report.page.scales import Axis, grid_x, linear
from radiosens.report.page.shown import number, plain, visible

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["checked_labels", "page"]

_TABLE, _SIMILARITY = "check.csv", "similarity.csv"
_WIDTH, _MARGIN = 560, 12
_MOST_SUSPECTS = 100
_BAD = ("mislabelled", "suspect")

_COLUMNS = (
    Column("sample", "Sample"),
    Column("line", "Labelled"),
    Column("verdict", "Verdict"),
    Column("probability", "P (wrong)", "p", "probability that the label is wrong"),
    Column("looks_like", "Looks like"),
    Column("own_similarity", "to its label", "fraction", "similarity to other samples of the line"),
    Column("best_other_similarity", "to the best other", "fraction", "similarity to another line"),
)
_WORDS = {
    "ok": "what their labels say",
    "mislabelled": "mislabelled",
    "suspect": "suspect",
    "undecidable": "can't be decided",
}


def page(files: ResultFiles) -> Page:
    """Return the page of a check of labels.

    Raises
    ------
    RunError
        If a file is missing or damaged.
    """
    table = files.table(_TABLE, [c.name for c in _COLUMNS])
    record = files.json("check.json")
    similarity = files.optional_table(_SIMILARITY, ["sample"])
    findings = [str(f) for f in record.get("findings", [])]
    counts = table["verdict"].value_counts()
    bad = table[table["verdict"].isin(_BAD)]
    moved = moved_labels(record, table)
    sections = [
        Section("suspects", "Suspects", _suspects(bad, findings, similarity)),
        *([Section("moved", "Swaps", moved)] if moved else []),
        Section("findings", "Findings", [Text(findings[1:] or ["Nothing else."], listed=True)]),
    ]
    if similarity is not None:
        picture = heat_map(similarity, table)
        sections.append(Section("map", "Map", [picture]))
    sections.append(Section("table", "Table", [_label_table(table)]))
    data = record.get("data", {})
    facts = [(n, data.get(n)) for n in ("samples", "features", "sources")]
    facts.append(("data, SHA-256", data.get("sha256")))
    facts.append(("compared with", record.get("reference")))
    return Page(
        kind="check",
        title="Is each sample what its label says?",
        answer=_answer(table, bad),
        numbers=[(_WORDS[v], f"{counts[v]:,}") for v in _WORDS if v in counts],
        trust=_trust(table, record),
        sections=sections,
        made=made_of(
            record.get("again") or ["radiosens check", "FILE"],
            record.get("inputs", {}),
            facts,
            record.get("versions", {}),
        ),
        simulated=bool(record.get("simulated")),
    )


def _label_table(table: pd.DataFrame) -> Table:
    """Return the table of ``check.csv``, doubtful samples first."""
    rank = {"mislabelled": 0, "suspect": 1, "undecidable": 2}
    order = table["verdict"].map(lambda v: rank.get(v, 3)).sort_values(kind="stable").index
    return Table.of(table.loc[order], "labels", "All samples", _TABLE, _COLUMNS, badges="verdict")


def checked_labels(files: ResultFiles) -> list[Table]:
    """Return the table of labels that another command checked before its work, if it did."""
    table = files.optional_table(_TABLE, [c.name for c in _COLUMNS])
    return [] if table is None else [_label_table(table)]


def _answer(table: pd.DataFrame, bad: pd.DataFrame) -> str:
    lines = table["line"].nunique()
    all_of = f"{len(table):,} samples of {lines:,} lines"
    if bad.empty:
        undecided = int((table["verdict"] == "undecidable").sum())
        if undecided == len(table):
            return f"Nothing can be said of the labels of {all_of}: there is nothing to compare."
        rest = f"; {undecided:,} can't be decided" if undecided else ""
        return f"No label of {all_of} contradicts what the sample looks like{rest}."
    named = [
        f"{visible(r['sample'])} ({visible(r['line'])}, looks like"
        f" {visible(r['looks_like']) or 'no line at hand'})"
        for r in records(bad.head(3))
    ]
    more = f" and {len(bad) - 3:,} more" if len(bad) > 3 else ""
    word = "label is" if len(bad) == 1 else "labels are"
    return f"{len(bad):,} {word} doubtful among {all_of}: {', '.join(named)}{more}."


def _trust(table: pd.DataFrame, record: dict[str, Any]) -> Trust:
    undecided = int((table["verdict"] == "undecidable").sum())
    points = []
    if undecided:
        points.append(
            f"{undecided:,} of {len(table):,} samples have no replicate or reference to be"
            " compared with, or lines too alike to be told apart: of them nothing is known."
        )
    if record.get("reference"):
        points.append(f"Compared with the reference {record['reference']}.")
    points += [
        "A probability is that the label is wrong, given how alike replicates are here and how"
        " alike different lines; no SF2 is used.",
        "Looks can't tell two lines of one donor apart, nor a sample that was exchanged before it"
        " was grown. Genotyping (STR profile) decides.",
    ]
    decided = undecided <= len(table) / 2
    first = (
        "Expression tells a line well, where there are replicates or a reference to compare with."
        if decided
        else "Most labels can't be checked here: add replicates, or a --reference of the same"
        " lines."
    )
    return Trust("good" if decided else "care", first, points)


def _suspects(
    bad: pd.DataFrame, findings: Sequence[str], similarity: pd.DataFrame | None
) -> list[Any]:
    if bad.empty:
        return [Text(["No label is doubtful."])]
    ordered = bad.iloc[sorted(range(len(bad)), key=lambda i: -number(bad["probability"].iloc[i]))]
    axis = linear(-0.6, 1.05, _MARGIN, _WIDTH - _MARGIN, most=9)
    rows = [
        _row(i, row, axis, findings, similarity)
        for i, row in enumerate(records(ordered.head(_MOST_SUSPECTS)))
    ]
    head = Figure(
        "lines",
        "Similarity",
        "Correlation of profiles.",
        _WIDTH,
        24,
        grid_x(axis, 0, 6),
        [("own", "the line of its label"), ("like", "the line it looks like"),
         ("other", "every other line")],
    )  # fmt: skip
    note = f"The {len(rows)} most doubtful of {len(bad):,}." if len(bad) > len(rows) else ""
    caption = (
        "Similarity (correlation) of each doubtful sample to every line. A right label lies far"
        " right. Open a row to read what was found and what to do."
    )
    title = "Each doubtful sample against its own line and the one it resembles"
    order = "by probability"
    return [Rows("doubtful", title, caption, head, [], rows, order=order, note=note)]


def _row(
    i: int,
    row: dict[str, str],
    axis: Axis,
    findings: Sequence[str],
    similarity: pd.DataFrame | None,
) -> Row:
    own, like = row["line"], row["looks_like"]
    drawn = [shape("line", "grid", x1=axis(0), x2=axis(0), y1=0, y2=26)]
    mine = None if similarity is None else similarity[similarity["sample"] == row["sample"]]
    if mine is not None and len(mine):
        for line, text in mine.iloc[0].drop("sample").items():
            if math.isfinite(number(text)) and line not in (own, like):
                tip = f"{line}: {plain(text, 'fraction')}"
                drawn.append(shape("circle", "other", tip, cx=axis(number(text)), cy=13, r=2.5))
    for line, cls, name in (
        (own, "own", "own_similarity"),
        (like, "like", "best_other_similarity"),
    ):
        if line and math.isfinite(number(row[name])):
            tip = f"{line}: {plain(row[name], 'fraction')}"
            drawn.append(shape("circle", cls, tip, cx=axis(number(row[name])), cy=13, r=5.5))
    about = [f for f in findings[1:] if row["sample"] in f]
    figures = [
        (f"label {visible(own)}", plain(row["own_similarity"], "fraction")),
        (f"looks like {visible(like)}" if like else "looks like none here",
         plain(row["best_other_similarity"], "fraction")),
    ]  # fmt: skip
    value = str(-number(row["probability"]))
    return Row(f"d{i}", row["sample"], drawn, figures, row["verdict"], value, "", about)
