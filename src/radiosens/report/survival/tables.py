"""Tables of survival curves: one row a curve, points with bands, the sheet for ``--samples``."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from radiosens.celllines import normalise, resolver
from radiosens.errors import SampleSheetError
from radiosens.sources.source import Source
from radiosens.survival import Comparison, Curve, Fits
from radiosens.survival.cooperation import survival_at_equal_colonies
from radiosens.survival.estimates import Estimate
from radiosens.survival.numbers import numbers_of
from radiosens.survival.table import read_text_table

__all__ = [
    "comparisons_table",
    "cooperation_table",
    "curves_table",
    "fitted_table",
    "merged_sheet",
    "plating_table",
    "samples_table",
]

logger = logging.getLogger(__name__)

_CONTROL = frozenset({"", "0", "control", "ctrl", "untreated", "none", "vehicle", "mock", "dmso"})
_STEPS = 101


def curves_table(curves: Sequence[Curve]) -> pd.DataFrame:
    """Return one row a curve: α (1/Gy), β (1/Gy²), doses in Gy, survival as a fraction."""
    return pd.DataFrame([_curve_row(curve) for curve in curves])


def _curve_row(curve: Curve) -> dict[str, Any]:
    names = curve.model.parameters
    row: dict[str, Any] = {
        "curve": curve.name,
        "model": curve.model.name,
        "experiments": len(curve.experiments),
    }
    nothing = Estimate(np.nan, np.nan, np.nan, np.nan)
    for name in ("alpha", "beta"):
        row |= _spread(name, curve.parameter(name) if name in names else nothing, se=True)
    row["dispersion"] = curve.dispersion
    row |= _spread("sf2", curve.sf2) | _spread("d10", curve.d10)
    row |= {"mid": curve.mid.value, "auc": curve.auc.value}
    row["cooperative"] = curve.cooperation.verdict
    row |= {"line": curve.line, "treatment": curve.treatment, "method": curve.method}
    row |= {"plating": curve.plating_method, "observations": curve.observations}
    row |= {"df": curve.scatter.df, "interval_from": curve.scatter.unit}
    row |= {"confidence": curve.confidence, "sf2_se": curve.sf2.se}
    row |= _spread("sf2_measured", curve.sf2_measured or nothing)
    row |= _spread("alpha_beta", curve.alpha_beta) | _spread("d37", curve.d37)
    row |= _bounds("mid", curve.mid) | _bounds("auc", curve.auc)
    row["auc_dose"] = curve.auc_dose
    for name in names[2:] if "alpha" in names else names:
        row |= _spread(name, curve.parameter(name), se=True)
    row |= _spread("cooperation_power", curve.cooperation.power)
    row["sf2_ignoring_cooperation"] = curve.ignoring.sf2.value if curve.ignoring else np.nan
    held = curve.constrained
    for name in ("alpha", "beta", "sf2", "d10", "mid"):
        row[f"constrained_{name}"] = np.nan if held is None else getattr(held, name)
    apart = curve.disagreement
    row["experiments_p"] = np.nan if apart is None else apart.p
    row["sf2_between_low"] = np.nan if apart is None else apart.low
    row["sf2_between_high"] = np.nan if apart is None else apart.high
    return row


def _spread(name: str, estimate: Estimate, *, se: bool = False) -> dict[str, float]:
    row = {name: estimate.value}
    if se:
        row[f"{name}_se"] = estimate.se
    return row | _bounds(name, estimate)


def _bounds(name: str, estimate: Estimate) -> dict[str, float]:
    return {f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def fitted_table(curves: Sequence[Curve]) -> pd.DataFrame:
    """Return the fitted curves on a grid of doses, and what was measured.

    ``kind`` is ``fit`` (``survival`` with its pointwise band, ``low`` and ``high``) or
    ``measured`` (``survival`` over all experiments with ``se`` and interval; 0 with an upper
    limit where no colony grew).
    """
    parts = []
    for curve in curves:
        fit = curve.table(np.linspace(0, curve.top_dose, _STEPS)).assign(kind="fit")
        measured = pd.DataFrame(
            [
                {
                    "kind": "measured",
                    "dose": p.dose,
                    "survival": p.survival.value,
                    "se": p.survival.se,
                    "low": p.survival.low,
                    "high": p.survival.high,
                    "experiments": p.experiments,
                    "dishes": p.dishes,
                    "colonies": p.colonies,
                    "cells": p.cells,
                }
                for p in curve.points
            ]
        )
        parts.append(pd.concat([fit, measured], ignore_index=True).assign(curve=curve.name))
    columns = ["curve", "kind", "dose", "survival", "low", "high", "se"]
    columns += ["experiments", "dishes", "colonies", "cells"]
    return pd.concat(parts, ignore_index=True)[columns]


def plating_table(curves: Sequence[Curve]) -> pd.DataFrame:
    """Return plating efficiencies (fractions) by curve and experiment, measured and fitted."""
    return pd.DataFrame(
        [
            {
                "curve": curve.name,
                "experiment": p.experiment,
                "measured": p.measured,
                **_spread("fitted", p.fitted),
            }
            for curve in curves
            for p in curve.plating
        ]
    )


def cooperation_table(fits: Fits) -> pd.DataFrame:
    """Return the power of density by curve and dose, and survival at 20 colonies a dish.

    Curves that were not seeded at several densities are not there. ``survival_20_colonies`` is
    CFAcoop's: each dose with a power of its own.
    """
    rows = []
    for curve in fits.curves:
        powers = {dose: (power, se) for dose, power, se in curve.cooperation.by_dose}
        if not powers:
            continue
        own = fits.table.rows[fits.table.rows["curve"] == curve.name]
        survival = survival_at_equal_colonies(own)
        for dose, (power, se) in powers.items():
            equal = survival.get(dose, np.nan) if dose else 1.0
            rows.append((curve.name, dose, power, se, equal))
    return pd.DataFrame(
        rows, columns=["curve", "dose", "power", "power_se", "survival_20_colonies"]
    )


def comparisons_table(comparisons: Sequence[Comparison]) -> pd.DataFrame:
    """Return tests and ratios of pairs of curves; ratios are the control's by the curve's."""
    return pd.DataFrame(
        [
            {
                "curve": c.curve,
                "control": c.control,
                "test": c.test,
                "f": c.f,
                "df1": c.df[0],
                "df2": c.df[1],
                "p": c.p,
                "p_holm": c.p_holm,
                **_spread("sf2_ratio", c.sf2_ratio),
                "at_survival": c.at_survival,
                **_spread("dose_enhancement_ratio", c.dose_ratio),
                **_spread("sensitiser_enhancement_ratio", c.mid_ratio),
            }
            for c in comparisons
        ]
    )


def samples_table(curves: Sequence[Curve], control: str | None = None) -> pd.DataFrame:
    """Return a sheet for ``--samples``, each line its own sample, with SF2 and its error.

    A line has one SF2: of several curves, that of the control, or none and a warning.

    Parameters
    ----------
    curves : sequence of Curve
        Fitted.
    control : str, optional
        Name of the curve that others were compared with.

    Returns
    -------
    pandas.DataFrame
        ``sample, line, sf2, sf2_se, sf2_low, sf2_high, sf2_measured``.
    """
    columns = ["sample", "line", "sf2", "sf2_se", "sf2_low", "sf2_high", "sf2_measured"]
    rows = []
    for line, own in _by_line(curves).items():
        chosen = _untreated(own, control)
        if chosen is None:
            logger.warning(
                "samples.csv leaves out %s: it has %d curves (%s) and none is called a control;"
                " name one with --control",
                line,
                len(own),
                ", ".join(c.name for c in own[:3]),
            )
            continue
        measured = chosen.sf2_measured
        values = (chosen.sf2.value, chosen.sf2.se, chosen.sf2.low, chosen.sf2.high)
        rows.append([line, line, *values, np.nan if measured is None else measured.value])
    return pd.DataFrame(rows, columns=columns)


def _by_line(curves: Sequence[Curve]) -> dict[str, list[Curve]]:
    """Group curves by line; spellings that name one line are one."""
    found: dict[str, tuple[str, list[Curve]]] = {}
    for curve in curves:
        found.setdefault(_key(curve.line), (curve.line, []))[1].append(curve)
    return dict(found.values())


def _key(line: str) -> str:
    spelling = normalise(line)
    return resolver().spellings.get(spelling, spelling)


def _untreated(curves: list[Curve], control: str | None) -> Curve | None:
    named = [c for c in curves if c.name == control]
    plain = [c for c in curves if c.treatment.strip().lower() in _CONTROL]
    for choice in (curves, named, plain):
        if len(choice) == 1:
            return choice[0]
    return None


def merged_sheet(path: Path, samples: pd.DataFrame) -> pd.DataFrame:
    """Return the user's sample sheet with SF2 and its error of the lines that were fitted.

    Parameters
    ----------
    path : Path
        A sheet with ``sample, line`` and whatever else; it is not changed.
    samples : pandas.DataFrame
        From `samples_table`.

    Returns
    -------
    pandas.DataFrame
        The sheet's own columns, ``sf2`` replaced where a line was fitted, and what
        `samples_table` adds.

    Raises
    ------
    SampleSheetError
        If it has no such columns, or none of its lines was fitted.
    """
    table = read_text_table(Source(path))
    header = [name.strip() for name in table.rows[0][1]]
    lower = [name.lower() for name in header]
    for name in ("sample", "line"):
        if name not in lower:
            raise SampleSheetError(
                f"the sample sheet has no column {name!r} but {', '.join(header)}",
                where=path,
                cure="its first line must name the columns sample and line",
            )
    width = len(header)
    body = [(row + [""] * width)[:width] for _, row in table.rows[1:]]
    sheet = pd.DataFrame(body, columns=lower)
    if "sf2" in sheet:
        where = [f"{path}, row {number}" for number, _ in table.rows[1:]]
        sheet["sf2"] = numbers_of(list(sheet["sf2"]), what="SF2", where=where)
    fitted = samples.set_index(samples["line"].map(_key))
    keys = sheet["line"].map(_key)
    known = keys.isin(fitted.index)
    if not known.any():
        raise SampleSheetError(
            f"none of its lines ({', '.join(sheet['line'].unique()[:3])}, …) was fitted",
            where=path,
            cure=f"lines must be those of the counts: {', '.join(samples['line'][:3])}, …",
        )
    for column in ("sf2", "sf2_se", "sf2_low", "sf2_high", "sf2_measured"):
        before = sheet[column] if column in sheet and column == "sf2" else np.nan
        sheet[column] = keys.map(fitted[column]).where(known, before)
    if not known.all():
        logger.warning(
            "%s: %d of %d samples are of lines without a curve (%s): their SF2 is as it was",
            path.name,
            int((~known).sum()),
            len(sheet),
            ", ".join(sheet.loc[~known, "line"].unique()[:3]),
        )
    return sheet
