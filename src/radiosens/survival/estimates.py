"""Numbers with their intervals, and how an interval is made.

Every interval is the estimate plus and minus Student's t times its standard error, the standard
error by the delta method where it is not a coefficient. What cannot be negative gets its
interval on the log scale; a ratio of coefficients gets Fieller's, which does not pretend that
the denominator is known to differ from zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["NO_ESTIMATE", "Estimate", "fieller", "from_log", "of_function", "plain"]

Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Estimate:
    """A number, its standard error and its interval; NaN where there is none."""

    value: float
    se: float
    low: float
    high: float


NO_ESTIMATE = Estimate(np.nan, np.nan, np.nan, np.nan)


def plain(value: float, se: float, quantile: float) -> Estimate:
    """Return an estimate with an interval symmetric about it.

    Examples
    --------
    >>> plain(1.0, 0.1, 2.0)
    Estimate(value=1.0, se=0.1, low=0.8, high=1.2)
    """
    return Estimate(value, se, value - quantile * se, value + quantile * se)


@np.errstate(all="ignore")
def from_log(log_value: float, log_se: float, quantile: float) -> Estimate:
    """Return the exponential of an estimate, its interval symmetric on the log scale.

    Examples
    --------
    >>> bool(from_log(0.0, 0.5, 2.0).high == np.exp(1.0))
    True
    """
    with np.errstate(over="ignore"):
        value = float(np.exp(log_value))
        low, high = np.exp([log_value - quantile * log_se, log_value + quantile * log_se])
        return Estimate(value, value * log_se, float(low), float(high))


@np.errstate(all="ignore")
def of_function(
    function: Callable[[Array], float], theta: Array, covariance: Array, quantile: float
) -> Estimate:
    """Return a positive function of parameters, by the delta method on the log scale.

    Parameters
    ----------
    function : callable
        Of a vector of parameters; NaN where it is not defined.
    theta, covariance : numpy.ndarray
        Parameters and their covariance, dispersion included.
    quantile : float
        Student's t for the interval.

    Returns
    -------
    Estimate
        Without interval where a parameter a hair away leaves the function undefined.
    """
    value = function(theta)
    if not (np.isfinite(value) and value > 0):
        return NO_ESTIMATE
    gradient = log_gradient(function, theta, covariance)
    variance = float(gradient @ covariance @ gradient)
    return from_log(float(np.log(value)), np.sqrt(max(variance, 0.0)), quantile)


def log_gradient(function: Callable[[Array], float], theta: Array, covariance: Array) -> Array:
    """Differentiate the log of a function numerically, in steps small beside standard errors."""
    spread = np.sqrt(np.clip(np.diag(covariance), 0, None))
    step = np.maximum(1e-4 * np.nan_to_num(spread), 1e-7 * np.maximum(np.abs(theta), 1e-3))
    gradient = np.empty(len(theta))
    with np.errstate(invalid="ignore", divide="ignore"):
        for i, move in enumerate(np.diag(step)):
            above, below = function(theta + move), function(theta - move)
            if np.isfinite(below):
                gradient[i] = (np.log(above) - np.log(below)) / (2 * step[i])
            else:  # beyond an edge, such as β = 0 for the mean inactivation dose
                gradient[i] = (np.log(above) - np.log(function(theta))) / step[i]
    return gradient


def fieller(top: float, bottom: float, covariance: Array, quantile: float) -> Estimate:
    """Return a ratio of two coefficients with Fieller's interval.

    Parameters
    ----------
    top, bottom : float
        Coefficients, such as α and β.
    covariance : numpy.ndarray
        2 × 2.
    quantile : float
        Student's t for the interval.

    Returns
    -------
    Estimate
        The upper end is infinite where the denominator can't be told from zero, and both are
        where the data say nothing about the ratio.

    References
    ----------
    Fieller 1954, J R Stat Soc B 16:175.

    Examples
    --------
    >>> fieller(0.3, 0.03, np.diag([1e-6, 1e-8]), 2.0).value
    10.0
    """
    if bottom == 0 or not np.isfinite(covariance).all():
        return NO_ESTIMATE
    ratio = top / bottom
    spread = np.array([1.0, -ratio]) @ covariance @ np.array([1.0, -ratio])
    se = float(np.sqrt(max(spread, 0.0)) / abs(bottom))
    a = bottom**2 - quantile**2 * covariance[1, 1]
    b = -2 * (top * bottom - quantile**2 * covariance[0, 1])
    c = top**2 - quantile**2 * covariance[0, 0]
    under_root = b**2 - 4 * a * c
    if under_root < 0 or a == 0:
        return Estimate(ratio, se, -np.inf, np.inf)
    roots = sorted(((-b - np.sqrt(under_root)) / (2 * a), (-b + np.sqrt(under_root)) / (2 * a)))
    if a > 0:
        return Estimate(ratio, se, float(roots[0]), float(roots[1]))
    # The denominator may be zero: the ratio lies outside the roots, on its own side.
    if ratio >= roots[1]:
        return Estimate(ratio, se, float(roots[1]), np.inf)
    return Estimate(ratio, se, -np.inf, float(roots[0]))
