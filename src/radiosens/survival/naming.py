"""Whose dishes the rows of a table are: line, treatment, experiment and the name of the curve."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from radiosens.survival.columns import Column

__all__ = ["Notes", "name_rows"]

logger = logging.getLogger(__name__)

#: Cells without a name; "none" and "-" may name a treatment.
_NO_NAME = frozenset({"", "na", "n/a", "nan", "null", "#n/a"})


@dataclass
class Notes:
    """What is understood of one file, and what to beware of in it."""

    source: str
    told: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)

    def tell(self, sentence: str) -> None:
        """Note how something was understood."""
        self.told.append(f"{self.source}: {sentence}")
        logger.info("%s: %s", self.source, sentence)

    def warn(self, sentence: str) -> None:
        """Note what to beware of."""
        self.warned.append(f"{self.source}: {sentence}")
        logger.warning("%s: %s", self.source, sentence)


def name_rows(
    rows: pd.DataFrame,
    columns: dict[str, Column],
    cells: list[list[str]],
    stem: str,
    notes: Notes,
) -> None:
    """Add line, treatment, experiment and the name of the curve."""
    times = len(rows) // len(cells[0])
    named = {}
    for role in ("line", "treatment", "experiment", "curve"):
        if role in columns:
            named[role] = _filled(cells[columns[role].index], columns[role].header, notes)
    if "line" not in named and "curve" not in named:
        notes.tell(f"no column names the line: the curve is called {stem!r}")
    lines = named.get("line") or named.get("curve") or [stem] * len(cells[0])
    treatments = named.get("treatment") or [""] * len(lines)
    experiments = named.get("experiment") or ["1"] * len(lines)
    several = len(set(treatments)) > 1
    curves = named.get("curve") or [
        f"{line}, {treatment}" if several and treatment else line
        for line, treatment in zip(lines, treatments, strict=True)
    ]
    if "experiment" not in named and "colonies" in rows:
        notes.warn(
            "no column names the experiment: all dishes of a curve are taken as one experiment"
            + (
                f" and {columns['dish'].header!r} as its dishes; if these are experiments, call"
                " the column 'experiment'"
                if "dish" in columns
                else ""
            )
        )
    for role, values in (
        ("curve", curves),
        ("line", lines),
        ("treatment", treatments),
        ("experiment", experiments),
    ):
        rows[role] = np.tile(np.array(values, dtype=object), times)
    dish = cells[columns["dish"].index] if "dish" in columns else [""] * len(lines)
    rows["dish"] = np.tile(np.array(dish, dtype=object), times)


def _filled(values: list[str], header: str, notes: Notes) -> list[str]:
    """Repeat a name over the empty cells below it, as merged cells of a spreadsheet are read."""
    filled, last, empty = [], "", 0
    for value in values:
        name = "".join(c if c.isprintable() else " " for c in value).strip()
        missing = name.lower() in _NO_NAME
        empty += missing and bool(last)
        last = last if missing else name
        filled.append(last)
    if empty and any(filled):
        notes.tell(f"{header!r} is empty in {empty} rows: taken from the row above")
    return filled
