"""Fit survival curves: one curve, or all of a table."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiosens.errors import InputError
from radiosens.survival.cautions import cautions
from radiosens.survival.cooperation import NOT_TESTED, Cooperation, find_cooperation
from radiosens.survival.counts import SurvivalTable, read_counts, table_of
from radiosens.survival.curve import Constrained, Curve, Plating, Point
from radiosens.survival.estimates import Estimate, from_log
from radiosens.survival.models import MODELS, Model, model_named
from radiosens.survival.preparation import Prepared, prepare
from radiosens.survival.regression import Problem, Regression, fit_shape, solve
from radiosens.survival.scatter import Scatter, disagreement, scatter_of
from radiosens.survival.settings import FitSettings

__all__ = ["Fits", "fit_curve", "fit_curves", "survival_curve"]

Array = npt.NDArray[np.float64]

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
    (0.47, 0.42, 0.52)
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
            logger.warning("%s", error)
    if first is not None and not curves:
        raise first
    return Fits(tuple(curves), failed, table, settings)


def fit_curve(rows: pd.DataFrame, kind: str, settings: FitSettings) -> Curve:
    """Fit the rows of one curve of a `SurvivalTable`.

    Raises
    ------
    InputError
        If it can't be fitted, naming the curve.
    """
    first = rows.iloc[0]
    model = model_named(settings.model)
    try:
        prepared = prepare(rows, kind, settings, model)
    except InputError as error:
        raise InputError(error.what, where=f"curve {first['curve']!r}", cure=error.cure) from None
    cooperation = NOT_TESTED if kind == "survival" else find_cooperation(rows, settings.confidence)
    curve = _fit(prepared, kind, settings, model, cooperation)
    if cooperation.verdict == "yes" and settings.cooperation == "correct":
        corrected = _fit(_by_density(prepared), kind, settings, model, cooperation, corrected=True)
        curve = replace(corrected, ignoring=curve)
    curve = replace(curve, warnings=(*prepared.warnings, *cautions(curve)))
    for warning in curve.warnings:
        logger.warning("%s: %s", curve.name, warning)
    return curve


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
    groups = rows.groupby(["experiment", "dose"], sort=False).ngroup().to_numpy()
    scatter = scatter_of(problem, fit, groups, log_cells)
    quantile = scatter.quantile(settings.confidence)
    n = len(model.parameters)
    constrained = None
    if model.name == "lq" and (fit.shape[:2] < 0).any():
        constrained = _constrained(problem, log_cells)
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
        plating=_plating(prepared, fit, scatter, quantile),
        points=_points(prepared, model, fit, scatter, quantile, log_cells),
        cooperation=cooperation,
        ignoring=None,
        disagreement=None
        if corrected
        else disagreement(problem, model, rows["experiment"], settings.confidence),
        constrained=constrained,
        auc_dose=settings.auc_dose or float(problem.dose.max()),
        warnings=(),
    )


def _constrained(problem: Problem, log_cells: Array | None) -> Constrained:
    """Return the best curve without negative α or β: on an edge, as the likelihood has one top."""
    lq = MODELS["lq"]
    best: tuple[float, Array] | None = None
    for kept in ((0,), (1,), ()):
        columns = lq.gradient(np.zeros(2), problem.dose)[:, kept]
        if log_cells is None:
            fit = solve(problem, columns)
            own = fit.shape
        else:
            fit = solve(problem, np.column_stack([columns, log_cells]))
            own = fit.shape[:-1] / fit.shape[-1]
        theta = np.zeros(2)
        theta[list(kept)] = own
        if (theta >= 0).all() and (best is None or fit.deviance < best[0]):
            best = fit.deviance, theta
    assert best is not None  # noqa: S101  # no parameters at all is always allowed
    theta = best[1]
    return Constrained(
        float(theta[0]),
        float(theta[1]),
        float(np.exp(lq.log_survival(theta, np.array([2.0]))[0])),
        lq.dose_at(theta, 0.1),
        lq.mean_inactivation_dose(theta),
    )


def _plating(
    prepared: Prepared, fit: Regression, scatter: Scatter, quantile: float
) -> tuple[Plating, ...]:
    n = len(fit.shape)
    found = []
    for experiment in prepared.experiments:
        measured = prepared.plating.get(experiment, np.nan)
        if experiment in prepared.fitted_experiments:
            i = prepared.fitted_experiments.index(experiment)
            se = float(np.sqrt(fit.covariance[n + i, n + i] * scatter.dispersion))
            estimate = from_log(float(fit.nuisance[i]), se, quantile)
        else:
            estimate = Estimate(measured, np.nan, np.nan, np.nan)
        found.append(Plating(experiment, measured, estimate))
    return tuple(found) if prepared.plating else ()


def _points(
    prepared: Prepared,
    model: Model,
    fit: Regression,
    scatter: Scatter,
    quantile: float,
    log_cells: Array | None,
) -> tuple[Point, ...]:
    """Measure survival dose by dose: the same regression with doses as factors."""
    problem, rows = prepared.problem, prepared.rows
    doses = np.unique(problem.dose[problem.dose > 0])
    by_dose = (problem.dose[:, None] == doses).astype(float)
    grown = np.ones(len(doses), dtype=bool)
    if problem.poisson:
        grown = by_dose.T @ problem.response > 0
    used = (problem.dose == 0) | (by_dose[:, grown] > 0).any(axis=1)
    columns = by_dose[:, grown]
    if log_cells is not None:
        columns = np.column_stack([columns, log_cells])
    measured = solve(problem.subset(used), columns[used])
    power = 1.0 if log_cells is None else float(measured.shape[-1])
    order = np.cumsum(grown) - 1
    points = []
    for i, dose in enumerate(doses):
        here = problem.dose == dose
        own = rows[here]
        if grown[i]:
            j = int(order[i])
            se = float(np.sqrt(measured.covariance[j, j] * scatter.dispersion)) / abs(power)
            survival = from_log(float(measured.shape[j]) / power, se, quantile)
        else:
            # None seen: 3 expected is the 95 % limit, as a Poisson of mean 3 gives none in 5 %.
            log_survival = model.log_survival(fit.shape[: len(model.parameters)], doses[i : i + 1])
            log_limit = np.log(3 / fit.fitted[here].sum()) / power + float(log_survival[0])
            survival = Estimate(0.0, np.nan, 0.0, float(np.exp(min(log_limit, 0.0))))
        counted = "colonies" in own
        points.append(
            Point(
                float(dose),
                survival,
                int(own["experiment"].nunique()),
                len(own),
                float(own["colonies"].sum()) if counted else np.nan,
                float(own["cells"].sum()) if counted else np.nan,
            )
        )
    return tuple(points)
