"""What stands beside a curve: survival by dose, plating efficiencies, a curve held at 0."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from radiosens.survival.curve import Constrained, Plating, Point
from radiosens.survival.estimates import Estimate, from_log
from radiosens.survival.models import MODELS, Model
from radiosens.survival.preparation import Prepared
from radiosens.survival.regression import Problem, Regression, solve
from radiosens.survival.scatter import Scatter

__all__ = ["constrained_lq", "plating_of", "points_of"]

Array = npt.NDArray[np.floating[Any]]


def constrained_lq(problem: Problem, log_cells: Array | None) -> Constrained:
    """Return the best curve without negative α or β: on an edge, as the likelihood has one top."""
    lq = MODELS["lq"]
    least, theta = np.inf, np.zeros(2)
    for kept in ((0,), (1,), ()):
        columns = lq.gradient(np.zeros(2), problem.dose)[:, kept]
        if log_cells is None:
            fit = solve(problem, columns)
            own = fit.shape
        else:
            fit = solve(problem, np.column_stack([columns, log_cells]))
            own = fit.shape[:-1] / fit.shape[-1]
        if (own >= 0).all() and fit.deviance < least:
            least, theta = fit.deviance, np.zeros(2)
            theta[list(kept)] = own
    return Constrained(
        float(theta[0]),
        float(theta[1]),
        float(np.exp(lq.log_survival(theta, np.array([2.0]))[0])),
        lq.dose_at(theta, 0.1),
        lq.mean_inactivation_dose(theta),
    )


def plating_of(
    prepared: Prepared, fit: Regression, scatter: Scatter, quantile: float
) -> tuple[Plating, ...]:
    """Return the plating efficiency of each experiment, measured and as the curve has it."""
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


def _linked(
    problem: Problem, columns: Array, fit: Regression, used: npt.NDArray[np.bool_]
) -> Problem:
    """Hold plating efficiencies as fitted where nothing links an experiment's doses to 0 Gy."""
    rows = problem.subset(used)
    design = np.column_stack([columns, rows.nuisance])
    if np.linalg.matrix_rank(design) == design.shape[1] or not rows.nuisance.size:
        return rows
    kept = problem.nuisance[used] @ fit.nuisance
    return replace(rows, offset=rows.offset + kept, nuisance=np.empty((used.sum(), 0)))


def points_of(
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
    measured = solve(_linked(problem, columns[used], fit, used), columns[used])
    power = 1.0 if log_cells is None else float(measured.shape[-1])
    order = np.cumsum(grown) - 1
    names = rows["experiment"].to_numpy()
    counted = "colonies" in rows
    colonies = rows["colonies"].to_numpy(dtype=float) if counted else np.full(len(rows), np.nan)
    cells = rows["cells"].to_numpy(dtype=float) if counted else colonies
    points = []
    for i, dose in enumerate(doses):
        here = problem.dose == dose
        if grown[i]:
            j = int(order[i])
            se = float(np.sqrt(measured.covariance[j, j] * scatter.dispersion)) / abs(power)
            survival = from_log(float(measured.shape[j]) / power, se, quantile)
        else:
            # None seen: 3 expected is the 95 % limit, as a Poisson of mean 3 gives none in 5 %.
            log_survival = model.log_survival(fit.shape[: len(model.parameters)], doses[i : i + 1])
            log_limit = np.log(3 / fit.fitted[here].sum()) / power + float(log_survival[0])
            survival = Estimate(0.0, np.nan, 0.0, float(np.exp(min(log_limit, 0.0))))
        points.append(
            Point(
                float(dose),
                survival,
                len(set(names[here])),
                int(here.sum()),
                float(colonies[here].sum()),
                float(cells[here].sum()),
            )
        )
    return tuple(points)
