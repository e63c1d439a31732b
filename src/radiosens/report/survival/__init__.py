"""Write everything a reader wants of survival curves into one directory."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from radiosens.evaluation.inputs import numeric_versions
from radiosens.report.figures import figure_files
from radiosens.report.page.kinds import with_page
from radiosens.report.survival.figure import MOST_PANELS, survival_figure
from radiosens.report.survival.tables import (
    comparisons_table,
    cooperation_table,
    curves_table,
    fitted_table,
    merged_sheet,
    plating_table,
    samples_table,
)
from radiosens.report.survival.text import survival_text
from radiosens.runs.files import csv_bytes
from radiosens.runs.results import ResultDirectory
from radiosens.survival import Comparison, Fits

__all__ = ["SurvivalReport", "result_directory", "write_survival"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SurvivalReport:
    """What was written: tables by name, the text, and the names of all files."""

    tables: dict[str, pd.DataFrame]
    text: str
    files: tuple[str, ...]


def result_directory(out: str | Path) -> ResultDirectory:
    """Return the directory that survival curves are written into."""
    return ResultDirectory(out, "survival")


def write_survival(
    fits: Fits,
    out: str | Path,
    *,
    comparisons: Sequence[Comparison] = (),
    models: pd.DataFrame | None = None,
    control: str | None = None,
    sheet: str | Path | None = None,
    inputs: Mapping[str, str] | None = None,
    again: Sequence[str] = (),
) -> SurvivalReport:
    """Write tables, figure and sentences of fitted curves.

    ``curves.csv``, ``fitted.csv``, ``plating.csv``, ``samples.csv``, ``survival.png`` and
    ``.svg``, ``survival.txt``, ``cooperation.csv`` where lines were seeded at several densities,
    ``comparisons.csv`` and ``models.csv`` where asked for; the page of it all, ``report.html``.

    Parameters
    ----------
    fits : Fits
        From `radiosens.survival.fit_curves`.
    out : str or Path
        New, empty, or holding an earlier result of this function, which is replaced.
    comparisons : sequence of Comparison
        From `radiosens.survival.compare_all`.
    models : pandas.DataFrame, optional
        From `radiosens.survival.model_choice.compare_models`.
    control : str, optional
        The curve whose SF2 stands for a line that has several.
    sheet : str or Path, optional
        A sample sheet that ``samples.csv`` is to be, with SF2 of the lines.
    inputs : mapping, optional
        Files' names to their hashes, for the record.
    again : sequence of str
        The command that makes the same, for the page.

    Raises
    ------
    RunError
        If the directory holds other files, or can't be written.
    SampleSheetError
        If the sheet can't be used.
    """
    directory = result_directory(out)
    directory.refuse_foreign_files()
    samples = samples_table(fits.curves, control)
    if sheet is not None:
        samples = merged_sheet(Path(sheet), samples)
    tables = {
        "curves": curves_table(fits.curves),
        "fitted": fitted_table(fits.curves),
        "plating": plating_table(fits.curves),
        "samples": samples,
        "cooperation": cooperation_table(fits),
        "comparisons": comparisons_table(comparisons),
        "models": pd.DataFrame() if models is None else models,
    }
    text = survival_text(fits, comparisons, models)
    if len(fits.curves) > MOST_PANELS:
        logger.warning("the figure shows the first %d of %d curves", MOST_PANELS, len(fits.curves))
    files = {f"{name}.csv": csv_bytes(table) for name, table in tables.items() if len(table)}
    files |= figure_files(survival_figure(fits.curves), "survival")
    files["survival.txt"] = text.encode()
    summary = _record(fits) | {"inputs": dict(inputs or {}), "again": list(again)}
    files = with_page("survival", files, summary)
    directory.write(files, summary)
    return SurvivalReport(tables, text, tuple(files))


def _record(fits: Fits) -> dict[str, Any]:
    """Return what the record says besides the list of files."""
    settings = fits.settings
    return {
        "curves": len(fits.curves),
        "failed": fits.failed,
        "settings": {
            "model": settings.model,
            "method": fits.curves[0].method,
            "plating": fits.curves[0].plating_method,
            "cooperation": settings.cooperation,
            "confidence": settings.confidence,
            "auc_dose": settings.auc_dose,
        },
        "versions": numeric_versions(),
    }
