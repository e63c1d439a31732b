"""A fitted survival curve and what it says: its parameters, SF2, D10 and the like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiosens.survival.cooperation import Cooperation
from radiosens.survival.estimates import Estimate, fieller, from_log, of_function, plain
from radiosens.survival.models import Model
from radiosens.survival.regression import Problem, Regression
from radiosens.survival.scatter import Disagreement, Scatter

__all__ = ["Constrained", "Curve", "Plating", "Point"]

Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Plating:
    """Plating efficiency of one experiment, a fraction; `fitted` has no interval where fixed."""

    experiment: str
    measured: float
    fitted: Estimate


@dataclass(frozen=True)
class Point:
    """Measured survival at one dose, over all experiments.

    Attributes
    ----------
    dose : float
        Gy.
    survival : Estimate
        Surviving fraction; at a dose where no colony grew, 0 with an upper limit.
    experiments, dishes : int
        How many it rests on.
    colonies, cells : float
        Summed over dishes; NaN for ready surviving fractions.
    """

    dose: float
    survival: Estimate
    experiments: int
    dishes: int
    colonies: float
    cells: float


@dataclass(frozen=True)
class Constrained:
    """The best linear-quadratic curve whose α and β are not below 0 (1/Gy, 1/Gy²)."""

    alpha: float
    beta: float
    sf2: float
    d10: float
    mid: float


@dataclass(frozen=True)
class Curve:
    """A survival curve fitted to colonies or surviving fractions.

    Attributes
    ----------
    name, line, treatment : str
        What it is of.
    model : Model
        Of survival.
    method : {"ml", "ls"}
        Quasi-Poisson maximum likelihood, or least squares on log survival.
    plating_method : {"fit", "fix", "none"}
        Whether plating efficiencies were fitted, held fixed, or not needed.
    theta, covariance : numpy.ndarray
        Parameters of the model and their covariance, dispersion included.
    quantile : float
        Student's t of all intervals.
    confidence : float
        Of all intervals.
    scatter : Scatter
        Dispersion and its degrees of freedom.
    problem : Problem
        What was fitted.
    regression : Regression
        The fit behind it, with deviance.
    observations : int
        Dishes, or points.
    experiments : tuple of str
        That took part.
    plating : tuple of Plating
        One an experiment.
    points : tuple of Point
        Measured survival by dose.
    cooperation : Cooperation
        Whether survival depends on the density of seeding.
    ignoring : Curve, optional
        The fit as if it did not, where it does.
    disagreement : Disagreement, optional
        Between experiments, where it can be tested.
    constrained : Constrained, optional
        Where α or β is negative.
    auc_dose : float
        Upper end of the area in Gy.
    warnings : tuple of str
        What to beware of.
    """

    name: str
    line: str
    treatment: str
    model: Model
    method: str
    plating_method: str
    theta: Array = field(repr=False)
    covariance: Array = field(repr=False)
    quantile: float
    confidence: float
    scatter: Scatter
    problem: Problem = field(repr=False)
    regression: Regression = field(repr=False)
    observations: int
    experiments: tuple[str, ...]
    plating: tuple[Plating, ...] = field(repr=False)
    points: tuple[Point, ...] = field(repr=False)
    cooperation: Cooperation = field(repr=False)
    ignoring: Curve | None = field(repr=False)
    disagreement: Disagreement | None = field(repr=False)
    constrained: Constrained | None
    auc_dose: float
    warnings: tuple[str, ...]

    @property
    def dispersion(self) -> float:
        """Variance of colonies in units of Poisson's; of log survival for least squares."""
        return self.scatter.dispersion

    @property
    def top_dose(self) -> float:
        """Highest dose measured, in Gy."""
        return max(point.dose for point in self.points)

    def parameter(self, name: str) -> Estimate:
        """Return a parameter of the model, such as ``"alpha"`` (1/Gy) or ``"beta"`` (1/Gy²)."""
        i = self.model.parameters.index(name)
        se = (
            float(np.sqrt(max(self.covariance[i, i], 0.0))) or np.nan
        )  # 0: the data say nothing of it
        value = float(self.theta[i])
        if self.model.positive[i]:
            return from_log(float(np.log(value)), se / value, self.quantile)
        return plain(value, se, self.quantile)

    @property
    def alpha_beta(self) -> Estimate:
        """α/β in Gy with Fieller's interval; NaN for models without a β."""
        if "beta" not in self.model.parameters:
            return plain(np.nan, np.nan, self.quantile)
        alpha, beta = self.theta[:2]
        return fieller(float(alpha), float(beta), self.covariance[:2, :2], self.quantile)

    @np.errstate(all="ignore")
    def survival(self, dose: float | Array) -> tuple[Array, Array, Array]:
        """Return fitted survival and its pointwise interval at doses in Gy."""
        log, se = self.log_survival(dose)
        with np.errstate(over="ignore"):
            return (np.exp(log), np.exp(log - self.quantile * se), np.exp(log + self.quantile * se))

    @np.errstate(all="ignore")
    def log_survival(self, dose: float | Array) -> tuple[Array, Array]:
        """Return the log of fitted survival and its standard error at doses in Gy."""
        doses = np.atleast_1d(np.asarray(dose, dtype=float))
        gradient = self.model.gradient(self.theta, doses)
        variance = np.einsum("ij,jk,ik->i", gradient, self.covariance, gradient)
        return self.model.log_survival(self.theta, doses), np.sqrt(np.clip(variance, 0, None))

    def survival_at(self, dose: float) -> Estimate:
        """Return fitted survival at one dose in Gy."""
        log, se = self.log_survival(dose)
        return from_log(float(log[0]), float(se[0]), self.quantile)

    @property
    def sf2(self) -> Estimate:
        """Fitted surviving fraction at 2 Gy."""
        return self.survival_at(2.0)

    @property
    def sf2_measured(self) -> Estimate | None:
        """Measured surviving fraction at 2 Gy, None where that dose was not given."""
        return next((p.survival for p in self.points if abs(p.dose - 2) < 1e-6), None)

    def dose_at(self, survival: float) -> Estimate:
        """Return the dose in Gy at which a fraction survives, NaN where none does."""
        return self._function(lambda theta: self.model.dose_at(theta, survival))

    @property
    def d10(self) -> Estimate:
        """Dose in Gy at which a tenth survives."""
        return self.dose_at(0.10)

    @property
    def d37(self) -> Estimate:
        """Dose in Gy at which 37 % survive."""
        return self.dose_at(0.37)

    @property
    def mid(self) -> Estimate:
        """Mean inactivation dose in Gy: the area under the curve over all doses.

        NaN where the curve turns up again (β below 0) and the area has no end.

        References
        ----------
        Fertil et al. 1984, Radiat Res 99:73.
        """
        return self._function(self.model.mean_inactivation_dose)

    @property
    def auc(self) -> Estimate:
        """Area under the fitted curve from 0 Gy to `auc_dose`, in Gy."""
        return self._function(lambda theta: self.model.area(theta, self.auc_dose))

    def table(self, doses: Array) -> pd.DataFrame:
        """Return fitted survival with its band: ``dose, survival, low, high``."""
        value, low, high = self.survival(doses)
        return pd.DataFrame({"dose": doses, "survival": value, "low": low, "high": high})

    def _function(self, function: object) -> Estimate:
        return of_function(function, self.theta, self.covariance, self.quantile)  # type: ignore[arg-type]
