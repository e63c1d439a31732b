"""How far dishes scatter about a curve, and whether experiments tell of the same curve.

Dishes of one dose and experiment share a flask, a dilution and an irradiation. Where they are
more alike than the doses are along the curve, the doses are what was measured independently, and
intervals must be made from their scatter; otherwise every dish counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiosens.survival.models import Model
from radiosens.survival.regression import Problem, Regression, fit_shape, solve

__all__ = ["Disagreement", "Scatter", "disagreement", "scatter_of"]

Array = npt.NDArray[np.floating[Any]]

_ALPHA = 0.05


@dataclass(frozen=True)
class Scatter:
    """What standard errors are made from.

    Attributes
    ----------
    unit : {"dishes", "doses", "none"}
        What counts as an independent measurement; ``"none"`` where nothing is left to tell.
    pearson : float
        Pearson's chi-squared of the units (weighted sum of squares for least squares).
    df : int
        Its degrees of freedom.
    p : float
        Of the test whether doses scatter no more than dishes do; NaN where there was none.
    poisson : bool
        Whether a dispersion of 1 can be assumed where none can be estimated.
    """

    unit: str
    pearson: float
    df: int
    p: float
    poisson: bool

    @property
    def dispersion(self) -> float:
        """Variance in units of Poisson's (of log survival for least squares)."""
        if self.df > 0:
            return self.pearson / self.df
        return 1.0 if self.poisson else np.nan

    def quantile(self, confidence: float) -> float:
        """Return Student's t for a two-sided interval; the normal's where none is estimated."""
        from scipy.stats import norm, t

        tail = (1 + confidence) / 2
        return float(t.ppf(tail, self.df)) if self.df > 0 else float(norm.ppf(tail))


def scatter_of(
    problem: Problem, fit: Regression, groups: npt.NDArray[np.integer[Any]], extra: Array | None
) -> Scatter:
    """Choose between dishes and doses as what was measured independently.

    Parameters
    ----------
    problem, fit : Problem, Regression
        The curve.
    groups : numpy.ndarray of int
        Code of each row's experiment and dose.
    extra : numpy.ndarray, optional
        A covariate besides dose and experiment: the log of the cells, under cooperation.
    """
    from scipy.stats import f

    dishes = Scatter(
        "dishes" if fit.df > 0 else "none", fit.pearson, fit.df, np.nan, problem.poisson
    )
    saturated = np.eye(int(groups.max()) + 1)[groups]
    within_df = len(groups) - saturated.shape[1] - (extra is not None)
    between_df = fit.df - within_df
    if within_df < 2 or between_df < 1:
        return dishes
    within, between = _partition(problem, fit, saturated, extra)
    ratio = (between / between_df) / (within / within_df) if within > 0 else np.inf
    p = float(f.sf(ratio, between_df, within_df))
    if p < _ALPHA:
        return Scatter("doses", between, between_df, p, problem.poisson)
    return Scatter("dishes", fit.pearson, fit.df, p, problem.poisson)


def _partition(
    problem: Problem, fit: Regression, saturated: Array, extra: Array | None
) -> tuple[float, float]:
    """Return the scatter within groups, and that of groups about the curve."""
    if extra is not None or not problem.poisson:
        columns = np.empty((len(saturated), 0)) if extra is None else extra[:, None]
        alone = Problem(
            problem.response,
            problem.offset,
            saturated,
            problem.dose,
            problem.poisson,
            problem.weights,
        )
        full = solve(alone, columns)
        return full.pearson, max(fit.deviance - full.deviance, 0.0)
    observed, expected = saturated.T @ problem.response, saturated.T @ fit.fitted
    own = fit.fitted * (saturated @ (observed / expected))
    used = own > 0
    within = float(np.sum((problem.response - own)[used] ** 2 / own[used]))
    return within, float(np.sum((observed - expected) ** 2 / expected))


@dataclass(frozen=True)
class Disagreement:
    """Whether experiments of one curve have different slopes, and what they say apart.

    Attributes
    ----------
    f, p : float
        F-test of one curve for all experiments against a curve each.
    sf2 : dict of str to float
        SF2 of each experiment on its own.
    low, high : float
        95 % interval of their geometric mean, from their scatter alone.
    """

    f: float
    p: float
    sf2: dict[str, float]
    low: float
    high: float


def disagreement(
    problem: Problem, model: Model, fit: Regression, experiments: pd.Series, confidence: float
) -> Disagreement | None:
    """Test whether the experiments of a curve agree; None where they can't be told apart."""
    from scipy.stats import f, t

    names = experiments.to_numpy()
    need = len(model.parameters)
    grown = problem.response > 0 if problem.poisson else np.ones(len(names), dtype=bool)
    apart = [
        name
        for name in dict.fromkeys(names)
        if len(np.unique(problem.dose[(names == name) & grown & (problem.dose > 0)])) >= need
    ]
    if len(apart) < 2 or model.basis is None:
        return None
    used = np.isin(names, apart)
    common = fit if used.all() else fit_shape(problem.subset(used), model)
    rows, own = problem.subset(used), names[used]
    basis = model.basis(rows.dose)
    # One regression in which every experiment has columns of its own is as good as one each.
    each = solve(rows, np.column_stack([basis * (own == name)[:, None] for name in apart]))
    more = common.df - each.df
    if each.df < 1 or more < 1:
        return None
    difference = common.deviance - each.deviance
    ratio = difference / more / each.dispersion if each.pearson > 0 else np.inf
    at_2 = np.array([2.0])
    logs = np.array(
        [float(model.log_survival(theta, at_2)[0]) for theta in each.shape.reshape(-1, need)]
    )
    half = t.ppf((1 + confidence) / 2, len(logs) - 1) * logs.std(ddof=1) / np.sqrt(len(logs))
    return Disagreement(
        float(ratio),
        float(f.sf(ratio, more, each.df)),
        dict(zip(apart, np.exp(logs).tolist(), strict=True)),
        float(np.exp(logs.mean() - half)),
        float(np.exp(logs.mean() + half)),
    )
