"""Compare survival curves: whether a line or a treatment is more sensitive than another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from radiosens.errors import InputError
from radiosens.survival.curve import Curve
from radiosens.survival.estimates import NO_ESTIMATE, Estimate, from_log, log_gradient
from radiosens.survival.regression import Problem, fit_shape

__all__ = ["Comparison", "compare_all", "compare_curves"]

Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Comparison:
    """Two curves compared.

    Attributes
    ----------
    curve, control : str
        Their names; ratios above 1 say that `curve` is the more sensitive one.
    test : {"F", "Wald"}
        F-test of one curve for both against one each, from deviances; or, where the models
        are not linear in their parameters or the lines grow cooperatively, from the
        parameters' covariance.
    f, p : float
        Statistic and its probability if both had one curve.
    df : tuple of (int, int)
        Its degrees of freedom.
    p_holm : float
        `p` adjusted for all comparisons made (Holm 1979, Scand J Stat 6:65).
    sf2_ratio : Estimate
        SF2 of the control by SF2 of the curve.
    dose_ratio : Estimate
        Dose-enhancement ratio: dose for `at_survival` in the control by that in the curve.
    mid_ratio : Estimate
        Sensitiser enhancement ratio: mean inactivation doses in the same order (Fertil et al.
        1984, Radiat Res 99:73).
    at_survival : float
        Surviving fraction that the dose-enhancement ratio is taken at.
    """

    curve: str
    control: str
    test: str
    f: float
    p: float
    df: tuple[int, int]
    p_holm: float
    sf2_ratio: Estimate
    dose_ratio: Estimate
    mid_ratio: Estimate
    at_survival: float


@np.errstate(all="ignore")
def compare_curves(curve: Curve, control: Curve, *, at_survival: float = 0.1) -> Comparison:
    """Compare a curve with a control.

    Parameters
    ----------
    curve, control : Curve
        Fitted by one model and method. Plating efficiencies stay each experiment's own.
    at_survival : float
        Surviving fraction at which doses are compared, between 0 and 1.

    Raises
    ------
    InputError
        If they were not fitted alike.

    Notes
    -----
    The F-test is CFAssay's (Braselmann et al. 2015, Radiat Oncol 10:223): difference of
    deviances by the difference of degrees of freedom, by the dispersion of both fits together.
    """
    if (curve.model.name, curve.method) != (control.model.name, control.method):
        raise InputError(
            f"{curve.name!r} and {control.name!r} were fitted by different models or methods",
            cure="fit both alike",
        )
    _refuse_unless_fraction(at_survival)
    pooled = _pooled(curve, control)
    statistic, more, test = _statistic(curve, control, pooled)
    from scipy.stats import f, t

    df = curve.scatter.df + control.scatter.df
    p = float(f.sf(statistic, more, df)) if df > 0 else np.nan
    quantile = float(t.ppf((1 + curve.confidence) / 2, df)) if df > 0 else np.nan

    def ratio(function: object) -> Estimate:
        return _ratio(function, curve, control, pooled, quantile)

    model = curve.model
    at_2 = np.array([2.0])
    return Comparison(
        curve=curve.name,
        control=control.name,
        test=test,
        f=statistic,
        p=p,
        df=(more, df),
        p_holm=p,
        sf2_ratio=ratio(lambda theta: float(np.exp(model.log_survival(theta, at_2)[0]))),
        dose_ratio=ratio(lambda theta: model.dose_at(theta, at_survival)),
        mid_ratio=ratio(model.mean_inactivation_dose),
        at_survival=at_survival,
    )


def compare_all(
    curves: Sequence[Curve], control: str | None = None, *, at_survival: float = 0.1
) -> list[Comparison]:
    """Compare every curve with a control, or every pair if none is named.

    Raises
    ------
    InputError
        If the control is not among the curves, or `at_survival` is no fraction.
    """
    _refuse_unless_fraction(at_survival)
    if control is not None:
        named = {curve.name: curve for curve in curves}
        if control not in named:
            raise InputError(
                f"there is no fitted curve {control!r} to compare with",
                cure=f"name one of {', '.join(list(named)[:5])}",
            )
        pairs = [(curve, named[control]) for curve in curves if curve.name != control]
    else:
        pairs = [(b, a) for a, b in combinations(curves, 2)]
    found = [compare_curves(a, b, at_survival=at_survival) for a, b in pairs]
    p = np.array([c.p for c in found])
    adjusted, most, tests = p.copy(), 0.0, int(np.isfinite(p).sum())
    for rank, i in enumerate(np.argsort(p)[:tests]):  # those without a p value come last
        most = max(most, min(1.0, p[i] * (tests - rank)))
        adjusted[i] = most
    return [replace(c, p_holm=float(holm)) for c, holm in zip(found, adjusted, strict=True)]


def _refuse_unless_fraction(at_survival: float) -> None:
    if not 0 < at_survival < 1:
        raise InputError(
            f"a surviving fraction of {at_survival:g}", cure="give one between 0 and 1"
        )


def _pooled(curve: Curve, control: Curve) -> float:
    df = curve.scatter.df + control.scatter.df
    if df == 0:
        return 1.0 if curve.scatter.poisson else np.nan
    return (curve.scatter.pearson + control.scatter.pearson) / df


def _statistic(curve: Curve, control: Curve, pooled: float) -> tuple[float, int, str]:
    more = len(curve.theta)
    cooperative = curve.ignoring is not None or control.ignoring is not None
    if curve.model.basis is not None and not cooperative:
        common = fit_shape(_together(curve.problem, control.problem), curve.model)
        apart = curve.regression.deviance + control.regression.deviance
        return (common.deviance - apart) / more / pooled, more, "F"
    difference = curve.theta - control.theta
    covariance = _unscaled(curve, pooled) + _unscaled(control, pooled)
    if not np.isfinite(covariance).all():
        return np.nan, more, "Wald"
    wald = float(difference @ np.linalg.pinv(covariance) @ difference) / more
    return wald, more, "Wald"


def _unscaled(curve: Curve, dispersion: float) -> Array:
    n = len(curve.theta)
    return curve.regression.covariance[:n, :n] * dispersion


def _together(one: Problem, other: Problem) -> Problem:
    """Stack two curves; each keeps its own plating efficiencies."""
    nuisance = np.zeros(
        (len(one.response) + len(other.response), one.nuisance.shape[1] + other.nuisance.shape[1])
    )
    nuisance[: len(one.response), : one.nuisance.shape[1]] = one.nuisance
    nuisance[len(one.response) :, one.nuisance.shape[1] :] = other.nuisance
    return Problem(
        np.concatenate([one.response, other.response]),
        np.concatenate([one.offset, other.offset]),
        nuisance,
        np.concatenate([one.dose, other.dose]),
        one.poisson,
        np.concatenate([one.weights, other.weights]),
    )


def _ratio(
    function: object, curve: Curve, control: Curve, dispersion: float, quantile: float
) -> Estimate:
    """Return the control's value by the curve's, by the delta method on the log scale."""
    values, variance = [], 0.0
    for one in (control, curve):
        value = function(one.theta)  # type: ignore[operator]
        if not (np.isfinite(value) and value > 0):
            return NO_ESTIMATE
        values.append(float(value))
        covariance = _unscaled(one, dispersion)
        gradient = log_gradient(function, one.theta, covariance)  # type: ignore[arg-type]
        variance += float(gradient @ covariance @ gradient)
    return from_log(float(np.log(values[0] / values[1])), float(np.sqrt(variance)), quantile)
