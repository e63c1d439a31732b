"""Say in sentences what survival curves show, how they were fitted, and how far to trust them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from radiosens.report.survival.figure import MOST_PANELS, MOST_TOGETHER
from radiosens.survival import Comparison, Curve, Fits
from radiosens.survival.cautions import interval, p_value
from radiosens.survival.estimates import Estimate

__all__ = ["caption", "comparison_sentence", "curve_sentences", "survival_text"]

_METHOD = {
    "ml": "quasi-Poisson maximum likelihood (log link, offset log of cells seeded)",
    "ls": "least squares on the log of survival",
}
_PLATING = {
    "fit": ", plating efficiencies fitted with the curve",
    "fix": ", plating efficiencies held at what unirradiated dishes show",
    "none": "",
}


def survival_text(
    fits: Fits, comparisons: Sequence[Comparison], models: pd.DataFrame | None
) -> str:
    """Return ``survival.txt``: findings first, then what to beware of, then how it was done."""
    curves = fits.curves
    parts = [_opening(fits)]
    parts += ["\n".join(curve_sentences(curve)) for curve in curves]
    if comparisons:
        parts.append("\n".join(["Comparisons", *map(comparison_sentence, comparisons)]))
    if models is not None and len(models):
        parts.append("\n".join(["Models", *_models(models)]))
    if fits.failed:
        parts.append("\n".join(["Not fitted", *fits.failed.values()]))
    read = [*fits.table.notes, *fits.table.warnings]
    if read:
        parts.append("\n".join(["How the tables were understood", *read]))
    parts.append("Figure\n" + caption(curves))
    parts.append("Method\n" + _method(fits))
    return "\n\n".join(parts) + "\n"


def _opening(fits: Fits) -> str:
    curves = fits.curves
    first = curves[0]
    n = "1 survival curve" if len(curves) == 1 else f"{len(curves)} survival curves"
    return (
        f"{n}: {first.model.title} model, {_METHOD[first.method]}{_PLATING[first.plating_method]}."
    )


def curve_sentences(curve: Curve) -> list[str]:
    """Return what one curve shows: a heading, figures with intervals, and what to beware of."""
    percent = f"{100 * curve.confidence:g} %"
    measured = curve.sf2_measured
    beside = "2 Gy was not given"
    if measured is not None:
        beside = f"measured at 2 Gy: {measured.value:.3f}, {interval(measured, 3)}"
    lines = [
        curve.name,
        f"  SF2 = {curve.sf2.value:.3f} ({percent} interval {interval(curve.sf2, 3)}; {beside}).",
        "  " + _parameters(curve),
        "  " + _doses(curve),
        "  " + _basis(curve),
    ]
    return [*lines, *(f"  Beware: {warning}." for warning in curve.warnings)]


_SYMBOL = {"alpha": "α", "beta": "β", "dose_t": "D_T", "n": "n", "d0": "D0"}
_UNIT = {"alpha": "/Gy", "beta": "/Gy²", "dose_t": " Gy", "n": "", "d0": " Gy"}
_DIGITS = {"alpha": 3, "beta": 4, "dose_t": 2, "n": 2, "d0": 2}


def _parameters(curve: Curve) -> str:
    told = []
    for name in curve.model.parameters:
        estimate, digits = curve.parameter(name), _DIGITS[name]
        told.append(
            f"{_SYMBOL[name]} = {estimate.value:.{digits}f}{_UNIT[name]}"
            f" ({interval(estimate, digits)})"
        )
    ratio = curve.alpha_beta
    if np.isfinite(ratio.value) and (curve.theta[:2] > 0).all():
        told.append(f"α/β = {_dose(ratio, 1)}")
    return ", ".join(told) + "."


def _dose(estimate: Estimate, digits: int = 2) -> str:
    return f"{estimate.value:.{digits}f} Gy ({interval(estimate, digits)})"


def _doses(curve: Curve) -> str:
    told = []
    for name, estimate in (("D10", curve.d10), ("D37", curve.d37)):
        if not np.isfinite(estimate.value):
            told.append(f"{name}: the curve never gets there")
            continue
        beyond = ", extrapolated" if estimate.value > curve.top_dose else ""
        told.append(f"{name} = {_dose(estimate)}{beyond}")
    mid = curve.mid
    told.append(
        f"mean inactivation dose = {_dose(mid)}"
        if np.isfinite(mid.value)
        else "the mean inactivation dose is not defined, as the curve turns up"
    )
    told.append(f"area to {curve.auc_dose:g} Gy = {_dose(curve.auc)}")
    return ", ".join(told) + "."


def _basis(curve: Curve) -> str:
    scatter = curve.scatter
    n = len(curve.experiments)
    rests = f"From {curve.observations} {'points' if curve.plating_method == 'none' else 'dishes'}"
    if curve.plating_method != "none":
        rests += f" of {n} experiment{'s' if n > 1 else ''}"
    if curve.method == "ml":
        rests += f"; dispersion {scatter.dispersion:.2f}"
    elif scatter.df > 0:
        rests += f"; standard deviation of log survival {np.sqrt(scatter.dispersion):.3f}"
    rests += f" on {scatter.df} degrees of freedom"
    fitted = [100 * p.fitted.value for p in curve.plating if np.isfinite(p.fitted.value)]
    if fitted:
        low, high = min(fitted), max(fitted)
        rests += f"; plating efficiency {low:.3g}"
        rests += f" to {high:.3g} %" if len(fitted) > 1 else " %"
    if curve.cooperation.verdict == "no":
        power = curve.cooperation.power
        rests += f"; not cooperative (power of density {power.value:.2f}, {interval(power)})"
    return rests + "."


def comparison_sentence(comparison: Comparison) -> str:
    """Say whether two curves differ, which is the more sensitive, and by how much."""
    c = comparison
    p = p_value(c.p_holm) if np.isfinite(c.p_holm) else "p not to be had"
    adjusted = " after Holm" if c.p_holm != c.p else ""
    test = f"{c.test} test: F({c.df[0]}, {c.df[1]}) = {c.f:.2f}, {p}{adjusted}"
    if not c.p_holm < 0.05:
        verdict = f"  {c.curve} and {c.control} are not shown to differ ({test})."
    else:
        verdict = f"  {c.curve} and {c.control} differ ({test}); {_which(c)}."
    ratios = [
        f"{what} {ratio.value:.2f} ({interval(ratio)})"
        for what, ratio in (
            ("SF2 ratio", c.sf2_ratio),
            (f"dose-enhancement ratio at {100 * c.at_survival:g} % survival", c.dose_ratio),
            ("ratio of mean inactivation doses", c.mid_ratio),
        )
        if np.isfinite(ratio.value)
    ]
    return verdict + f" {c.control} by {c.curve}: {', '.join(ratios)}." if ratios else verdict


def _which(c: Comparison) -> str:
    """Name the more sensitive curve by dose, or say that they cross."""
    ratios = [r for r in (c.sf2_ratio, c.dose_ratio, c.mid_ratio) if np.isfinite(r.value)]
    if ratios and all(r.value > 1 for r in ratios):
        return f"{c.curve} is the more sensitive"
    if ratios and all(r.value < 1 for r in ratios):
        return f"{c.control} is the more sensitive"
    return "neither is the more sensitive throughout"


def _models(models: pd.DataFrame) -> list[str]:
    told = []
    for name, own in models.groupby("curve", sort=False):
        ranked = own.sort_values("qaic")
        others = ", ".join(
            f"{row['model']} +{row['delta']:.1f}" for _, row in ranked.iloc[1:].iterrows()
        )
        best = ranked.iloc[0]["model"]
        told.append(f"  {name}: {best} is best by QAIC" + (f" ({others})" if others else ""))
    told.append("  A difference below 2 says nothing; above 10, that the other model is out.")
    return told


def caption(curves: Sequence[Curve]) -> str:
    """Return the caption of the figure."""
    percent = f"{100 * curves[0].confidence:g} %"
    text = (
        "Surviving fraction against dose. Points: measured survival over all experiments, with"
        f" standard errors. Lines: {curves[0].model.title} fits; shading: their pointwise"
        f" {percent} intervals."
    )
    if any(p.survival.value == 0 for c in curves for p in c.points):
        text += " Arrows: upper 95 % limits where no colony grew."
    if len(curves) > MOST_PANELS:
        text += f" The first {MOST_PANELS} of {len(curves)} curves are drawn."
    elif len(curves) > MOST_TOGETHER:
        text += " One panel a curve."
    return text


def _method(fits: Fits) -> str:
    first = fits.curves[0]
    text = (
        f"Intervals hold for {100 * first.confidence:g} %: estimate ± Student's t on the residual"
        " degrees of freedom × standard error"
    )
    if first.method == "ml":
        text += " × √dispersion (Pearson's chi-squared by degrees of freedom, not held above 1)"
    text += (
        "; survival, doses and areas on the log scale by the delta method, α/β by Fieller's"
        " theorem. Where dishes of one dose are more alike than doses along the curve (F-test,"
        " 5 %), the doses are the independent measurements."
    )
    if first.method == "ml":
        text += (
            " Curves are fitted and compared as by CFAssay (Braselmann et al. 2015, Radiat Oncol"
            " 10:223), in Python with statsmodels."
        )
    if any(c.cooperation.verdict == "yes" for c in fits.curves):
        text += (
            " Cooperation: colonies = PE (cells × survival)^b within experiment and dose; b is"
            " tested against 1 (1 %), and where it is 1.1 or more, survival is the ratio of cells"
            " that give equal numbers of colonies (Brix et al. 2020, Radiat Oncol 15:248)."
        )
    return text
