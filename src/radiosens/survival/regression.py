"""The two regressions behind a curve: quasi-Poisson for colonies, least squares for logarithms.

Both have the same shape: what stands for plating efficiencies (one column an experiment), and
columns for the dose. statsmodels fits the generalised linear model; where a model is not
linear in its parameters, scipy searches for those that are not.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from radiosens.survival.models import Model

__all__ = ["Problem", "Regression", "fit_shape", "solve"]

Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Problem:
    """What is to be explained, before any dose.

    Attributes
    ----------
    response : numpy.ndarray
        Colonies (counts), or with least squares the log of survival or plating.
    offset : numpy.ndarray
        Log of cells seeded, and of the plating efficiency where that is held fixed.
    nuisance : numpy.ndarray
        Rows × experiments, 0 and 1: which plating efficiency is fitted for a row.
    dose : numpy.ndarray
        Gy.
    poisson : bool
        Quasi-Poisson with log link, or least squares.
    weights : numpy.ndarray
        Of the rows, for least squares; ones otherwise.
    """

    response: Array
    offset: Array
    nuisance: Array
    dose: Array
    poisson: bool
    weights: Array

    def subset(self, rows: npt.NDArray[np.bool_]) -> Problem:
        """Return some of the rows, with the nuisance columns that they need."""
        nuisance = self.nuisance[rows]
        return Problem(
            self.response[rows],
            self.offset[rows],
            nuisance[:, nuisance.any(axis=0)],
            self.dose[rows],
            self.poisson,
            self.weights[rows],
        )


@dataclass(frozen=True)
class Regression:
    """A fitted regression.

    Attributes
    ----------
    shape : numpy.ndarray
        Parameters of the dose (the model's, or coefficients of the columns given).
    nuisance : numpy.ndarray
        Logarithms of the plating efficiencies that were fitted.
    covariance : numpy.ndarray
        Of shape and nuisance in this order, for a dispersion of 1.
    fitted : numpy.ndarray
        Expected response of each row.
    deviance, pearson : float
        Deviance and Pearson's chi-squared; both the weighted sum of squares for least squares.
    df : int
        Residual degrees of freedom.
    """

    shape: Array
    nuisance: Array
    covariance: Array
    fitted: Array
    deviance: float
    pearson: float
    df: int

    @property
    def dispersion(self) -> float:
        """Pearson's chi-squared by degrees of freedom; NaN where none are left."""
        return self.pearson / self.df if self.df > 0 else np.nan


def solve(problem: Problem, columns: Array, extra_offset: Array | float = 0.0) -> Regression:
    """Fit the coefficients of some columns beside the plating efficiencies.

    Parameters
    ----------
    problem : Problem
        Rows to fit.
    columns : numpy.ndarray
        Rows × coefficients.
    extra_offset : numpy.ndarray or float
        Added to the offset, as the part of a model that is held fixed.
    """
    design = np.column_stack([columns, problem.nuisance])
    offset = problem.offset + extra_offset
    if problem.poisson:
        return _poisson(problem, design, offset, columns.shape[1])
    root = np.sqrt(problem.weights)
    coefficients, *_ = np.linalg.lstsq(
        design * root[:, None], root * (problem.response - offset), rcond=None
    )
    fitted = design @ coefficients + offset
    rss = float(problem.weights @ (problem.response - fitted) ** 2)
    inverse = np.linalg.pinv((design * problem.weights[:, None]).T @ design)
    return _parted(coefficients, inverse, fitted, rss, rss, design, columns.shape[1])


def _poisson(problem: Problem, design: Array, offset: Array, n_shape: int) -> Regression:
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    if design.shape[1] == 0:
        fitted = np.exp(offset)
        coefficients, inverse = np.empty(0), np.empty((0, 0))
    else:
        with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
            # A perfect fit is one; whether rows determine a curve is asked before.
            warnings.simplefilter("ignore", PerfectSeparationWarning)
            warnings.filterwarnings("ignore", message="The design matrix is rank-deficient")
            model: Any = GLM(
                problem.response, design, family=Poisson(), offset=offset, hasconst=False
            )
            # The scale is made elsewhere; left to itself, it fails without degrees of freedom.
            result = model.fit(tol=1e-12, tol_criterion="deviance", scale=1.0)
        fitted, coefficients = result.fittedvalues, result.params
        inverse = result.cov_params()
    y = problem.response
    with np.errstate(divide="ignore", invalid="ignore"):
        deviance = 2 * float(np.sum(np.where(y > 0, y * np.log(y / fitted), 0.0) - (y - fitted)))
    pearson = float(np.sum((y - fitted) ** 2 / fitted))
    return _parted(coefficients, inverse, fitted, deviance, pearson, design, n_shape)


def _parted(
    coefficients: Array,
    inverse: Array,
    fitted: Array,
    deviance: float,
    pearson: float,
    design: Array,
    n_shape: int,
) -> Regression:
    return Regression(
        coefficients[:n_shape],
        coefficients[n_shape:],
        inverse,
        fitted,
        deviance,
        pearson,
        design.shape[0] - design.shape[1],
    )


def fit_shape(problem: Problem, model: Model, log_cells: Array | None = None) -> Regression:
    """Fit a model of survival.

    Parameters
    ----------
    problem : Problem
        Rows to fit. With `log_cells`, its offset must not hold the cells.
    model : Model
        What falls with dose.
    log_cells : numpy.ndarray, optional
        Logarithm of the cells seeded, centred, for lines that grow cooperatively: colonies are
        then PE (cells × survival)^b, and b is the last parameter of the shape.
    """
    if model.basis is None:
        return _fit_nonlinear(problem, model, log_cells)
    columns = model.basis(problem.dose)
    if log_cells is None:
        return solve(problem, columns)
    return _without_power(solve(problem, np.column_stack([columns, log_cells])))


def _without_power(found: Regression) -> Regression:
    """Turn coefficients b θ, b into θ, b, and their covariance with them."""
    power = found.shape[-1]
    theta = found.shape[:-1] / power
    jacobian = np.eye(len(found.covariance))
    last = len(theta)
    jacobian[:last, :last] /= power
    jacobian[:last, last] = -theta / power
    return Regression(
        np.append(theta, power),
        found.nuisance,
        jacobian @ found.covariance @ jacobian.T,
        found.fitted,
        found.deviance,
        found.pearson,
        found.df,
    )


def _fit_nonlinear(problem: Problem, model: Model, log_cells: Array | None) -> Regression:
    """Search for the parameters that no regression gives, and make the covariance there.

    A linear-quadratic-linear curve is a regression once the dose D_T is chosen; of a
    multi-target curve both parameters are searched, on the log scale.
    """
    from scipy.optimize import minimize, minimize_scalar

    def inner(log_survival: Array) -> Regression:
        if log_cells is None:
            return solve(problem, np.empty((len(problem.dose), 0)), log_survival)
        return solve(problem, (log_survival + log_cells)[:, None])

    if model.name == "lql":
        doses = np.unique(problem.dose[problem.dose > 0])

        def columns_at(turn: float) -> Array:
            return model.gradient(np.array([0.0, 0.0, turn]), problem.dose)[:, :2]

        def best_at(turn: float) -> Regression:
            if log_cells is None:
                return solve(problem, columns_at(turn))
            return _without_power(solve(problem, np.column_stack([columns_at(turn), log_cells])))

        # One or two doses before the turn say nothing of curvature, one beyond nothing of slope.
        spans = list(pairwise(doses)) or [(doses[0], doses[0] * 2)]
        tried = [
            minimize_scalar(lambda t: best_at(t).deviance, bounds=span, method="bounded")
            for span in spans
        ]
        turn = float(min(tried, key=lambda r: r.fun).x)
        found = best_at(turn)
        theta = np.append(found.shape[:2], turn)
        power = 1.0 if log_cells is None else float(found.shape[-1])
    else:
        start = np.log([2.0, max(problem.dose.max() / 5, 0.1)])
        best = minimize(
            lambda p: inner(model.log_survival(np.exp(p), problem.dose)).deviance,
            start,
            method="Nelder-Mead",
            options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 2000},
        )
        theta = np.exp(np.clip(best.x, -20, 20))
        found = inner(model.log_survival(theta, problem.dose))
        power = 1.0 if log_cells is None else float(found.shape[-1])
    return _at_optimum(problem, model, theta, power, found, log_cells)


def _at_optimum(
    problem: Problem,
    model: Model,
    theta: Array,
    power: float,
    found: Regression,
    log_cells: Array | None,
) -> Regression:
    """Make the covariance of all parameters from the expected information at the optimum."""
    columns = [power * model.gradient(theta, problem.dose)]
    shape = theta
    if log_cells is not None:
        columns.append((log_cells + model.log_survival(theta, problem.dose))[:, None])
        shape = np.append(theta, power)
    jacobian = np.column_stack([*columns, problem.nuisance])
    if model.name == "lql" and theta[2] > 0.99 * problem.dose.max():
        jacobian[:, 2] = 0.0  # no dose beyond the turn says where it is
    weight = found.fitted if problem.poisson else problem.weights
    information = (jacobian * weight[:, None]).T @ jacobian
    return Regression(
        shape,
        found.nuisance,
        np.linalg.pinv(information),
        found.fitted,
        found.deviance,
        found.pearson,
        len(problem.response) - jacobian.shape[1],
    )
