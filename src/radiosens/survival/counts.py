"""A table of colonies, or of surviving fractions, in one validated form."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from radiosens.errors import InputError
from radiosens.sources.source import Source
from radiosens.survival.checks import check_counts, check_survival
from radiosens.survival.layout import Kind, lay_out
from radiosens.survival.naming import Notes
from radiosens.survival.table import TextTable, read_text_table

__all__ = ["SurvivalTable", "read_counts", "table_of"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SurvivalTable:
    """Dishes, or surviving fractions, of one or several curves.

    Attributes
    ----------
    kind : {"colonies", "survival"}
        Whether a row is a dish or a surviving fraction.
    rows : pandas.DataFrame
        ``curve, line, treatment, experiment`` (text), ``dose`` (Gy), ``where`` (the row's
        place, for messages), and of dishes ``cells``, ``colonies`` (counts) and ``pe`` (given
        plating efficiency, a fraction, or NaN); of surviving fractions ``survival`` (fraction),
        ``sd`` (standard deviation) and ``n`` (how many were averaged), NaN where not given.
    notes, warnings : tuple of str
        What was understood, and what to beware of, in sentences.
    """

    kind: Kind
    rows: pd.DataFrame
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def curves(self) -> list[str]:
        """Names of the curves in the order they come in."""
        return list(dict.fromkeys(self.rows["curve"]))


def read_counts(
    paths: str | Path | Source | Sequence[str | Path | Source],
) -> SurvivalTable:
    """Read one or several tables of colony counts or surviving fractions.

    Parameters
    ----------
    paths : str, Path, Source, or a sequence of them
        CSV with any separator and decimal mark, or xlsx. Long: a row a dish, with columns for
        line, experiment, dose, cells seeded and colonies, or for line, dose and surviving
        fraction. Wide: a column a dose (``"2 Gy"``), holding colonies where a column gives the
        cells seeded, else surviving fractions. Usual other names of the columns are understood.

    Returns
    -------
    SurvivalTable
        All files together. Experiments of one name in two files are told apart where each
        has unirradiated dishes of its own.

    Raises
    ------
    InputError
        Naming the file, the row and the cure.
    """
    files = [
        Source.of(one) for one in ([paths] if isinstance(paths, str | Path | Source) else paths)
    ]
    if not files:
        raise InputError("no table of colonies was named", cure="name at least one file")
    return _join(
        [
            _understand(read_text_table(one), one.called or str(one.where), Path(one.name).stem)
            for one in files
        ]
    )


def table_of(data: pd.DataFrame | Mapping[str, Any], name: str = "the table") -> SurvivalTable:
    """Validate a table in memory, with the columns that `read_counts` understands.

    Examples
    --------
    >>> table = table_of({"dose": [0, 2], "cells": [100, 200], "colonies": [50, 48]})
    >>> table.kind, table.curves
    ('colonies', ['the table'])
    """
    frame = pd.DataFrame(data)
    header = [str(c) for c in frame.columns]
    body = [
        (i, ["" if pd.isna(v) else _text(v) for v in row])
        for i, row in enumerate(frame.itertuples(index=False, name=None), 1)
    ]
    return _join([_understand(TextTable([(0, header), *body]), name, name)])


def _text(value: object) -> str:
    if isinstance(value, float | np.floating):
        return repr(float(value))
    return str(value).strip()


def _understand(table: TextTable, source: str, stem: str) -> SurvivalTable:
    notes = Notes(Path(source).name)
    kind, rows = lay_out(table, source, stem, notes)
    check = check_counts if kind == "colonies" else check_survival
    rows = check(rows, source, notes.warn)
    return SurvivalTable(kind, rows, tuple(notes.told), tuple(notes.warned))


def _join(tables: list[SurvivalTable]) -> SurvivalTable:
    kinds = {table.kind for table in tables}
    if len(kinds) > 1:
        raise InputError(
            "some of the files hold colonies and some surviving fractions",
            cure="run them apart, each with an --out of its own",
        )
    if len(tables) > 1:
        for number, table in enumerate(tables, 1):
            table.rows["file"] = number
    rows = pd.concat([table.rows for table in tables], ignore_index=True)
    notes = [note for table in tables for note in table.notes]
    warnings = [warning for table in tables for warning in table.warnings]
    if "file" in rows:
        rows, shared = _tell_experiments_apart(rows)
        if shared:
            note = (
                "experiments of one name stand in several files, each with unirradiated dishes of"
                f" its own, and are taken as different ones: {', '.join(shared[:3])}"
            )
            notes.append(note)
            logger.info("%s", note)
    return SurvivalTable(kinds.pop(), rows, tuple(notes), tuple(warnings))


def _tell_experiments_apart(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Name an experiment by its file too where two files have one of that name."""
    shared = []
    for (curve, experiment), group in rows.groupby(["curve", "experiment"], sort=False):
        files = group["file"].unique()
        own_control = group.loc[group["dose"] == 0, "file"].nunique() == len(files)
        if len(files) > 1 and own_control:
            shared.append(f"{experiment} of {curve}")
            rows.loc[group.index, "experiment"] = [
                f"{experiment} ({file})" for file in group["file"]
            ]
    return rows.drop(columns="file"), shared
