"""Predict the samples of files and leave table, sentences and figure in one directory."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anndata as ad
import pandas as pd

from radiosens.celllines import is_haematological
from radiosens.errors import InputError, SettingsError
from radiosens.evaluation.inputs import numeric_versions
from radiosens.models.bundle import Bundle
from radiosens.models.defaults import DEFAULT, load_model
from radiosens.panel import Data
from radiosens.report.both import predict_both, second_card
from radiosens.report.curve_figure import curve_columns, curve_figure
from radiosens.report.explain.files import sample_tables
from radiosens.report.explain.result import Explanation
from radiosens.report.inputs import file_hash
from radiosens.report.predict_figure import prediction_figure
from radiosens.report.predict_text import prediction_text
from radiosens.runs.files import csv_bytes
from radiosens.runs.results import ResultDirectory
from radiosens.sources.samplesheet import read_sample_sheet
from radiosens.sources.source import Source
from radiosens.survival.radiobiology import gard

__all__ = ["predict", "write_predictions"]

logger = logging.getLogger(__name__)


def predict(
    data: Data | Sequence[Data],
    model: str | Path | Bundle | None = None,
    *,
    samples: str | Path | None = None,
    together: bool = False,
    keep_unlike: bool = False,
    scale: str | None = None,
    dose_per_fraction: float | None = None,
    fractions: int | None = None,
    explained: Explanation | None = None,
    out: str | Path | None = None,
    inputs: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Predict SF2 of new samples, and say how far to trust it.

    Parameters
    ----------
    data : str, Path, AnnData, or several
        Expression files; each is aligned by itself.
    model : str, Path or Bundle, optional
        The name of a model that comes with radiosens, a bundle's folder, or a bundle. Without
        one, ``nci60`` and ``yard`` side by side (`radiosens.report.both.predict_both`).
    samples : str or Path, optional
        A sample sheet with ``sample``, ``line`` and ``tissue``; the tissue is used.
    together, keep_unlike, scale
        See `radiosens.models.prediction.predict`.
    dose_per_fraction, fractions : float and int, optional
        A treatment in Gy, for GARD.
    explained : Explanation, optional
        Of the same samples, from `radiosens.explain`: the page shows their genes.
    out : str or Path, optional
        A directory for ``predictions.csv``, ``predictions.txt``, a figure and the page.
    inputs : mapping, optional
        Names and hashes of the files for the record, where they are known by others than these.

    Returns
    -------
    DataFrame
        One row a sample: ``sf2`` (surviving fraction at 2 Gy) with its 90 % interval,
        ``verdict``, ``looks_like``, ``novelty_p`` and the rest, see
        `radiosens.models.prediction.COLUMNS`; beside it, what ``yard`` says, and ``speaks``
        (`radiosens.models.side_by_side.beside`).

    Raises
    ------
    RadiosensError
        If a file or the model can't be read, or does not fit.
    """
    if (dose_per_fraction is None) != (fractions is None):
        raise SettingsError(
            "GARD needs the dose of a fraction and their number",
            cure="give --dose-per-fraction and --fractions",
        )
    if out is not None:
        result_directory(out).refuse_foreign_files()
    bundle = model if isinstance(model, Bundle) else load_model(model or DEFAULT)
    files = _files(data)
    told = {} if samples is None else _tissues(Path(samples))
    options: dict[str, Any] = {"tissues": told, "together": together, "keep_unlike": keep_unlike}
    if model is None:
        tables = [predict_both(bundle, one, scale=scale, **options) for one in files]
    else:
        tables = [bundle.predict(one, scale=scale, **options) for one in files]
    table = pd.concat(tables, ignore_index=True)
    if samples is not None:
        _compare_sheet(told, table["sample"], Path(samples))
    if dose_per_fraction is not None and fractions is not None:
        table["gard"] = _gards(table["rsi"], dose_per_fraction, fractions)
    if out is not None:
        told_options = {
            "model": "nci60 and yard" if model is None else bundle.card.name,
            "model_data": bundle.card.data.get("sha256"),
            "together": together,
            "keep_unlike": keep_unlike,
            "scale": scale,
            "files": dict(inputs) if inputs else _hashes(files),
            "samples": None if samples is None else file_hash(samples),
            "dose_per_fraction": dose_per_fraction,
            "fractions": fractions,
        }
        write_predictions(table, bundle, out, told_options, explained)
    return table


def _files(data: Data | Sequence[Data]) -> list[Data]:
    files = [data] if isinstance(data, str | Path | ad.AnnData | Source) else list(data)
    if not files:
        raise SettingsError("there is nothing to predict", cure="name a file of expression")
    return files


def result_directory(out: str | Path) -> ResultDirectory:
    """Return the directory that predictions are written into."""
    return ResultDirectory(out, "predict")


def write_predictions(
    table: pd.DataFrame,
    bundle: Bundle,
    out: str | Path,
    options: Mapping[str, Any],
    explained: Explanation | None = None,
) -> None:
    """Write ``predictions.csv``, ``predictions.txt``, figures and ``report.html``.

    ``training_lines.csv`` holds what the page draws behind the samples; the figure ``curves`` is
    there where a model predicts survival curves, tables of genes where samples were explained.

    Raises
    ------
    RunError
        If the directory holds something else, or can't be written.
    """
    from radiosens.report.figures import figure_files
    from radiosens.report.page.kinds import with_page

    files = {
        "predictions.csv": csv_bytes(table),
        "training_lines.csv": csv_bytes(_training_lines(bundle, "speaks" in table)),
        "predictions.txt": prediction_text(table, bundle.card).encode(),
        **figure_files(prediction_figure(table, bundle.card), "predictions"),
    }
    if curve_columns(table):
        files |= figure_files(curve_figure(table), "curves")
    if explained is not None:
        files |= sample_tables(explained)
    verdicts = {str(k): int(v) for k, v in table["verdict"].value_counts().items()}
    summary: dict[str, Any] = {
        "samples": len(table),
        "verdicts": verdicts,
        "options": dict(options),
        "versions": numeric_versions(),
    }
    if explained is not None:
        summary["explanation"] = explained.summary() | {"of": _whose_genes(bundle, table)}
    result_directory(out).write(with_page("predict", files, summary), summary)


def _whose_genes(bundle: Bundle, table: pd.DataFrame) -> str:
    if "speaks" not in table:
        return ""
    return (
        f"They are genes of {bundle.card.name}'s number; yard's can't be explained. Where yard"
        " speaks, they don't say what its number rests on."
    )


def _training_lines(bundle: Bundle, both: bool) -> pd.DataFrame:
    """Return the lines of training with their measured SF2, for the page."""
    columns = ["line", "donor", "tissue", "sf2", "samples"]
    parts = [
        pd.DataFrame([one.model_dump() for one in card.lines], columns=columns).assign(
            model=card.name
        )
        for card in ([bundle.card, second_card()] if both else [bundle.card])
    ]
    table = pd.concat(parts, ignore_index=True)
    return table.assign(haematological=[is_haematological(t) for t in table["tissue"]])


def _hashes(files: Sequence[Data]) -> dict[str, str]:
    return {Path(f).name: file_hash(f) for f in files if isinstance(f, str | Path)}


def _tissues(sheet: Path) -> dict[str, str]:
    """Return each sample's tissue, ``unknown`` where the sheet does not say it."""
    table = read_sample_sheet(sheet)
    tissues = table["tissue"] if "tissue" in table else pd.Series(None, table.index, dtype=object)
    return {str(s): "unknown" if t is None else str(t) for s, t in tissues.items()}


def _compare_sheet(told: Mapping[str, str], samples: pd.Series, sheet: Path) -> None:
    """Refuse a sheet of other samples, and say where it tells nothing."""
    unused = sorted(set(told) - set(samples))
    if told and len(unused) == len(told):
        raise InputError(
            f"none of its samples is in the data (the sheet has {unused[0]!r}, the data"
            f" {samples.iloc[0]!r})",
            where=sheet,
            cure="name samples as the data do",
        )
    if unused:
        logger.info("%s: %d of its samples are not in the data", sheet.name, len(unused))
    if all(tissue == "unknown" for tissue in told.values()):
        logger.info("%s: it tells no tissue, and only that is used here", sheet.name)


def _gards(rsi: pd.Series, dose_per_fraction: float, fractions: int) -> list[float]:
    """Return GARD of each sample whose index is one, NaN of the others."""
    dose = dose_per_fraction * fractions
    gard(0.5, dose, dose_per_fraction)  # which refuses what is no dose
    return [gard(r, dose, dose_per_fraction) if 0 < r < 1 else math.nan for r in rsi]
