"""What a page is made of: an answer, how far to trust it, sections of figures and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from radiosens.report.page.shown import plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Cell",
    "Column",
    "Figure",
    "Made",
    "Page",
    "Picture",
    "Row",
    "Rows",
    "Section",
    "Shape",
    "Table",
    "Text",
    "Trust",
    "shape",
]


@dataclass(frozen=True)
class Shape:
    """An element of an SVG figure; ``tip`` is what is told of it on hover."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    tip: str = ""
    text: str = ""


def shape(tag: str, cls: str = "", tip: str = "", text: str = "", **attributes: Any) -> Shape:
    """Return an element.

    Examples
    --------
    >>> shape("circle", "ok", "0.52", cx=10, cy=2.04, stroke_width=1).attributes
    (('class', 'ok'), ('cx', '10'), ('cy', '2'), ('stroke-width', '1'))
    """
    pairs = [("class", cls)] if cls else []
    pairs += [
        (k.replace("_", "-"), f"{v:.1f}".removesuffix(".0") if isinstance(v, float) else str(v))
        for k, v in attributes.items()
    ]
    return Shape(tag, tuple(pairs), tip, text)


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption; ``legend`` pairs a class of marks with words."""

    name: str
    title: str
    caption: str
    width: int
    height: int
    shapes: Sequence[Shape]
    legend: Sequence[tuple[str, str]] = ()
    template: str = "figure"


@dataclass(frozen=True)
class Picture:
    """A heat map: an image, names of rows and columns, values in hundredths as base64 int8."""

    name: str
    title: str
    caption: str
    png: str
    values: str
    rows: Sequence[str]
    columns: Sequence[str]
    notes: Sequence[str] = ()
    template: str = "picture"


@dataclass(frozen=True)
class Column:
    """A column of a table: its name in the file, its title here, how it is shown."""

    name: str
    title: str
    kind: str = "text"
    hint: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell: what is shown, and as what it stands in the file."""

    shown: str
    raw: str
    cls: str = ""


@dataclass(frozen=True)
class Table:
    """A table of a file; every cell keeps the text that stands there."""

    name: str
    title: str
    file: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    links: str = ""
    template: str = "table"

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        name: str,
        title: str,
        file: str,
        columns: Sequence[Column],
        *,
        badges: str = "",
        note: str = "",
        links: str = "",
        most: int = 2000,
    ) -> Table:
        """Make a table of a file's columns; ``badges`` names one shown as coloured labels."""
        there = [c for c in columns if c.name in frame and (frame[c.name] != "").any()]
        if len(frame) > most:
            note = f"{note} The first {most:,} of {len(frame):,} rows; all are in {file}.".strip()
        rows = [
            [
                Cell(plain(t, c.kind), t, f"badge {_class(t)}" if c.name == badges else "")
                for c, t in zip(there, texts, strict=True)
            ]
            for texts in frame[[c.name for c in there]].head(most).itertuples(index=False)
        ]
        return cls(name, title, file, there, rows, note, links)


def _class(verdict: str) -> str:
    """Return a verdict as a class of the style sheet; what is none is left out."""
    return verdict.replace(" ", "-") if verdict.replace(" ", "-").replace("-", "").isalpha() else ""


@dataclass(frozen=True)
class Row:
    """A sample's row: name, drawing, (words, number) pairs, verdict, and what it opens to.

    ``value`` is what rows are ordered by; ``words`` and then ``blocks`` are what it opens to.
    """

    key: str
    name: str
    shapes: Sequence[Shape]
    figures: Sequence[tuple[str, str]]
    verdict: str
    value: str = ""
    note: str = ""
    words: Sequence[str] = ()
    blocks: Sequence[Any] = ()


@dataclass(frozen=True)
class Rows:
    """Rows over one common axis: ``head`` is drawn above them, ``behind`` in each of them."""

    name: str
    title: str
    caption: str
    head: Figure
    behind: Sequence[Shape]
    rows: Sequence[Row]
    order: str = "by SF2"
    note: str = ""
    template: str = "rows"


@dataclass(frozen=True)
class Text:
    """Paragraphs, or a list; one that begins with ``Beware:`` is marked."""

    lines: Sequence[str]
    title: str = ""
    listed: bool = False
    folded: bool = False
    template: str = "text"


@dataclass(frozen=True)
class Section:
    """A part of the page with a heading and an anchor."""

    key: str
    title: str
    blocks: Sequence[Any]
    lead: str = ""


@dataclass(frozen=True)
class Trust:
    """How far to trust it: ``level`` is ``good``, ``care`` or ``bad``; ``more`` is folded."""

    level: str
    headline: str
    points: Sequence[str] = ()
    more: Sequence[str] = ()


@dataclass(frozen=True)
class Made:
    """How the result was made: the command to make it again, facts, what to cite."""

    command: str
    facts: Sequence[tuple[str, str]]
    citations: Sequence[str]


@dataclass(frozen=True)
class Page:
    """A page: the answer first, then trust, sections, and how it was made."""

    kind: str
    title: str
    answer: str
    trust: Trust
    sections: Sequence[Section]
    made: Made
    numbers: Sequence[tuple[str, str]] = field(default=())
    simulated: bool = False
