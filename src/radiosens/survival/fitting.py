"""Fit survival curves: one curve, or all of a table."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from radiosens.errors import InputError
from radiosens.survival.cautions import cautions
from radiosens.survival.cooperation import NOT_TESTED, Cooperation, find_cooperation, group_codes
from radiosens.survival.counts import SurvivalTable, read_counts, table_of
from radiosens.survival.curve import Curve
from radiosens.survival.measured import constrained_lq, plating_of, points_of
from radiosens.survival.models import Model, model_named
from radiosens.survival.preparation import Prepared, prepare
from radiosens.survival.regression import fit_shape
from radiosens.survival.scatter import disagreement, scatter_of
from radiosens.survival.settings import FitSettings

__all__ = ["Fits", "fit_curve", "fit_curves", "survival_curve"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fits:
    """All curves of a table.

    Attributes
    ----------
    curves : tuple of Curve
        Those that could be fitted.
    failed : dict of str to str
        Why each of the others could not.
    table : SurvivalTable
        What they were fitted to.
    settings : FitSettings
        How.
    """

    curves: tuple[Curve, ...]
    failed: dict[str, str]
    table: SurvivalTable
    settings: FitSettings


def survival_curve(
    counts: str | Path | pd.DataFrame | Mapping[str, Any],
    *,
    model: str = "lq",
    method: str | None = None,
    plating: str = "fit",
    cooperation: str = "correct",
) -> Curve:
    """Fit one survival curve to colony counts, or to surviving fractions.

    Parameters
    ----------
    counts : str, Path, DataFrame or mapping
        A file or table with a row a dish: ``dose`` (Gy), ``cells`` seeded, ``colonies``
        counted, ``experiment``; or with ``dose`` and ``sf``. See `read_counts` for what other
        layouts and names are understood.
    model : {"lq", "linear", "lql", "shmt"}
        Of survival.
    method : {"ml", "ls"}, optional
        Quasi-Poisson maximum likelihood (for colonies, if not given), or least squares on the
        log of survival.
    plating : {"fit", "fix"}
        Whether plating efficiencies are fitted with the curve, or held at what the
        unirradiated dishes show.
    cooperation : {"correct", "ignore"}
        What becomes of survival that depends on the density of seeding.

    Returns
    -------
    Curve
        α in 1/Gy, β in 1/Gy², SF2, D10 and mean inactivation dose (Gy), with 95 % intervals.

    Raises
    ------
    InputError
        If the table is not understood, holds several curves, or can't be fitted.
    SettingsError
        If a setting is unknown.

    Examples
    --------
    >>> curve = survival_curve({
    ...     "experiment": ["a"] * 5 + ["b"] * 5,
    ...     "dose": [0, 1, 2, 4, 6] * 2,
    ...     "cells": [200, 300, 500, 2000, 9000, 200, 300, 500, 2000, 9000],
    ...     "colonies": [92, 97, 108, 140, 118, 81, 98, 98, 119, 124],
    ... })
    >>> round(curve.sf2.value, 2), round(curve.sf2.low, 2), round(curve.sf2.high, 2)
    (0.47, 0.43, 0.53)
    """
    table = read_counts(counts) if isinstance(counts, str | Path) else table_of(counts)
    if len(table.curves) > 1:
        raise InputError(
            f"the table holds {len(table.curves)} curves ({', '.join(table.curves[:3])}, …)",
            cure="use fit_curves, or keep the rows of one curve",
        )
    settings = FitSettings(model, method, plating, cooperation).checked()  # type: ignore[arg-type]
    return fit_curve(table.rows, table.kind, settings)


def fit_curves(table: SurvivalTable, settings: FitSettings | None = None) -> Fits:
    """Fit every curve of a table; one that can't be fitted doesn't stop the others.

    Raises
    ------
    InputError
        If none can be fitted: the first one's reason.
    """
    settings = (settings or FitSettings()).checked()
    curves, failed = [], {}
    first: InputError | None = None
    for name, rows in table.rows.groupby("curve", sort=False):
        try:
            curves.append(fit_curve(rows, table.kind, settings))
        except InputError as error:
            first = first or error
            failed[str(name)] = str(error)
    if first is not None and not curves:
        raise first
    for reason in failed.values():
        logger.warning("%s", reason)
    return Fits(tuple(curves), failed, table, settings)


@np.errstate(all="ignore")  # what overflows on absurd data becomes no estimate, or is refused
def fit_curve(
    rows: pd.DataFrame, kind: str, settings: FitSettings, *, quiet: bool = False
) -> Curve:
    """Fit the rows of one curve of a `SurvivalTable`.

    Raises
    ------
    InputError
        If it can’t be fitted, naming the curve.
    """
    try:
        curve = _fit_or_fail(rows, kind, settings)
    except InputError as error:
        where = f"curve {rows['curve'].iloc[0]!r}"
        raise InputError(error.what, where=where, cure=error.cure) from None
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        where = f"curve {rows['curve'].iloc[0]!r}"
        reason = str(error).partition("\n")[0]
        raise InputError(
            f"the fit breaks down ({reason})", where=where, cure="look for a value out of scale"
        ) from None
    for warning in () if quiet else curve.warnings:
        logger.warning("%s: %s", curve.name, warning)
    return curve


def _fit_or_fail(rows: pd.DataFrame, kind: str, settings: FitSettings) -> Curve:
    model = model_named(settings.model)
    prepared = prepare(rows, kind, settings, model)
    cooperation = NOT_TESTED if kind == "survival" else find_cooperation(rows, settings.confidence)
    curve = _fit(prepared, kind, settings, model, cooperation)
    if cooperation.verdict == "yes" and settings.cooperation == "correct":
        again = prepare(rows, kind, settings, model, power=cooperation.power.value)
        corrected = _fit(_by_density(again), kind, settings, model, cooperation, corrected=True)
        curve = replace(corrected, ignoring=curve)
    return replace(curve, warnings=(*prepared.warnings, *cautions(curve)))


def _by_density(prepared: Prepared) -> Prepared:
    """Take the cells out of what is given: their power is fitted."""
    problem, log_cells = prepared.problem, prepared.log_cells
    if problem.poisson:
        return replace(prepared, problem=replace(problem, offset=problem.offset - log_cells))
    return replace(prepared, problem=replace(problem, response=problem.response + log_cells))


def _fit(
    prepared: Prepared,
    kind: str,
    settings: FitSettings,
    model: Model,
    cooperation: Cooperation,
    *,
    corrected: bool = False,
) -> Curve:
    problem, rows = prepared.problem, prepared.rows
    log_cells = prepared.log_cells if corrected else None
    fit = fit_shape(problem, model, log_cells)
    scatter = scatter_of(problem, fit, group_codes(rows), log_cells)
    quantile = scatter.quantile(settings.confidence)
    n = len(model.parameters)
    constrained = None
    if model.name == "lq" and (fit.shape[:2] < -1e-9).any():
        constrained = constrained_lq(problem, log_cells)
    return Curve(
        name=str(rows["curve"].iloc[0]),
        line=str(rows["line"].iloc[0]),
        treatment=str(rows["treatment"].iloc[0]),
        model=model,
        method="ml" if problem.poisson else "ls",
        plating_method="none" if kind == "survival" else settings.plating,
        theta=fit.shape[:n],
        covariance=fit.covariance[:n, :n] * scatter.dispersion,
        quantile=quantile,
        confidence=settings.confidence,
        scatter=scatter,
        problem=problem,
        regression=fit,
        observations=len(rows),
        experiments=prepared.experiments,
        plating=plating_of(prepared, fit, scatter, quantile),
        points=points_of(prepared, model, fit, scatter, quantile, log_cells),
        cooperation=cooperation,
        ignoring=None,
        disagreement=None
        if corrected
        else disagreement(problem, model, fit, rows["experiment"], settings.confidence),
        constrained=constrained,
        auc_dose=settings.auc_dose or float(problem.dose.max()),
        warnings=(),
    )
