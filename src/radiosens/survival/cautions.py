"""What to beware of in a fitted curve, in sentences."""

from __future__ import annotations

import numpy as np

from radiosens.survival.curve import Curve
from radiosens.survival.estimates import Estimate

__all__ = ["cautions", "interval", "p_value"]

#: Scatter of this many times Poisson's variance is more than dishes of one hand should have.
_MUCH_SCATTER = 5.0
#: Counts that scatter as little as this come about once in 200 curves.
_TOO_LITTLE = 0.005
#: What rounding leaves of a parameter that is 0.
_NOTHING = 1e-9


def interval(estimate: Estimate, digits: int = 2) -> str:
    """Write an interval.

    Examples
    --------
    >>> interval(Estimate(0.5, 0.1, 0.3, 0.7))
    '0.30 to 0.70'
    """
    if not (np.isfinite(estimate.low) or np.isfinite(estimate.high)):
        return "no interval"
    if not np.isfinite(estimate.high):
        return f"above {estimate.low:.{digits}f}"
    if not np.isfinite(estimate.low):
        return f"below {estimate.high:.{digits}f}"
    return f"{estimate.low:.{digits}f} to {estimate.high:.{digits}f}"


def p_value(p: float) -> str:
    """Write a p value.

    Examples
    --------
    >>> p_value(0.0123), p_value(1e-9)
    ('p = 0.012', 'p < 0.0001')
    """
    return "p < 0.0001" if p < 1e-4 else f"p = {p:.2g}"


def cautions(curve: Curve) -> tuple[str, ...]:
    """Return what to beware of, most important first."""
    return tuple(
        sentence
        for part in (_cooperation, _negative, _scatter, _experiments, _doses)
        for sentence in part(curve)
    )


def _cooperation(curve: Curve) -> list[str]:
    cooperation = curve.cooperation
    if cooperation.verdict not in {"yes", "crowded"}:
        return []
    power = f"{cooperation.power.value:.2f} (95 % interval {interval(cooperation.power)})"
    if cooperation.verdict == "crowded":
        return [
            f"colonies rise with the power {power} of the cells seeded, less than in proportion:"
            " dishes may be crowded, or colonies merge; survival depends on the densities"
        ]
    told = (
        f"it grows cooperatively: colonies rise with the power {power} of the cells seeded, so"
        " that survival depends on the densities"
    )
    plain = curve.ignoring
    if plain is None:
        return [f"{told}, and this fit ignores it"]
    return [
        f"{told}; given is survival at equal numbers of colonies (SF2 {curve.sf2.value:.3f});"
        f" a fit that ignores it gives SF2 {plain.sf2.value:.3f}"
    ]


def _negative(curve: Curve) -> list[str]:
    names = {"alpha": "α", "beta": "β"}
    units = {"alpha": "/Gy", "beta": "/Gy²"}
    negative = [
        n for n in curve.model.parameters if n in names and curve.parameter(n).value < -_NOTHING
    ]
    if not negative:
        return []
    told = []
    for name in negative:
        estimate = curve.parameter(name)
        allowed = "its interval includes 0" if estimate.high >= 0 else "its interval excludes 0"
        shape = "the curve rises first" if name == "alpha" else "the curve bends upwards"
        told.append(
            f"{names[name]} is negative ({estimate.value:.3g}{units[name]}, {allowed}): {shape}"
        )
    if curve.constrained is None:
        return ["; ".join(told)]
    held = curve.constrained
    return [
        "; ".join(told)
        + f"; held at 0 or above, α = {held.alpha:.3f}/Gy, β = {held.beta:.4f}/Gy² and SF2 ="
        f" {held.sf2:.3f}"
    ]


def _scatter(curve: Curve) -> list[str]:
    from scipy.stats import chi2

    scatter, told = curve.scatter, []
    if scatter.unit == "none":
        told.append(
            "there are no more dishes than parameters, so scatter can't be told: intervals assume"
            " Poisson's, the least there can be"
            if scatter.poisson
            else "there are no more points than parameters: there are no intervals"
        )
    if scatter.unit == "doses":
        told.append(
            "dishes of one dose are more alike than doses are along the curve"
            f" ({p_value(scatter.p)}): intervals are made from the scatter of doses"
        )
    if curve.method == "ml" and scatter.df > 0 and curve.dispersion > _MUCH_SCATTER:
        told.append(
            f"counts scatter {curve.dispersion:.0f} times as much as chance (dispersion"
            f" {curve.dispersion:.1f}); intervals are wide for it"
        )
    if (
        curve.method == "ml"
        and scatter.df > 0
        and chi2.cdf(scatter.pearson, scatter.df) < _TOO_LITTLE
    ):
        told.append(
            f"counts scatter less than chance allows (dispersion {curve.dispersion:.2g}): they may"
            " be means or rounded, and intervals are then too narrow"
        )
    return told


def _experiments(curve: Curve) -> list[str]:
    told = []
    if len(curve.experiments) == 1 and curve.plating_method != "none":
        told.append(
            "one experiment only: intervals say how dishes scatter, not how experiments would"
        )
    apart = curve.disagreement
    if apart is not None and apart.p < 0.05:
        low, high = min(apart.sf2.values()), max(apart.sf2.values())
        told.append(
            f"its experiments have different curves (F = {apart.f:.1f}, {p_value(apart.p)}; SF2"
            f" from {low:.2f} to {high:.2f}): intervals from dishes are too narrow; from"
            f" experiments, SF2 is within {apart.low:.2f} to {apart.high:.2f}"
        )
    return told


def _doses(curve: Curve) -> list[str]:
    told = []
    empty = [f"{p.dose:g}" for p in curve.points if p.survival.value == 0]
    if empty:
        told.append(
            f"no colony grew at {' and '.join(empty)} Gy; the likelihood takes it into account"
        )
    if curve.model.name == "lql" and curve.theta[2] > 0.99 * curve.top_dose:
        told.append(
            "no straight part is seen: up to the highest dose the curve is linear-quadratic, and"
            " its dose D_T is unknown"
        )
    if curve.top_dose < 2:
        told.append(f"SF2 is extrapolated: the highest dose is {curve.top_dose:g} Gy")
    return told
