"""Which model describes a curve best, by Akaike's information criterion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from radiosens.errors import InputError
from radiosens.survival.counts import SurvivalTable
from radiosens.survival.curve import Curve
from radiosens.survival.fitting import fit_curve
from radiosens.survival.settings import FitSettings

__all__ = ["compare_models"]


def compare_models(
    table: SurvivalTable, models: Sequence[str], settings: FitSettings
) -> pd.DataFrame:
    """Fit several models to every curve and compare them.

    Parameters
    ----------
    table : SurvivalTable
        Dishes or surviving fractions.
    models : sequence of str
        Names of models.
    settings : FitSettings
        How; its model is not used. Density of seeding is ignored, as a power of its own would
        take up what tells the models apart.

    Returns
    -------
    pandas.DataFrame
        A row a curve and model: ``curve, model``, its parameters, ``sf2, deviance, df,
        dispersion, aic, qaic, delta`` (QAIC above the best model's). A model that can't be
        fitted has no row.

    Notes
    -----
    AIC takes counts as Poisson and so prefers rich models where counts scatter more; QAIC
    divides the deviance by the dispersion of the richest model (Lebreton et al. 1992, Ecol
    Monogr 62:67), one for all models of a curve. For least squares both are n log(RSS/n) + 2k.
    """
    rows = []
    for _, own in table.rows.groupby("curve", sort=False):
        fits = []
        for name in models:
            try:
                chosen = FitSettings(name, settings.method, settings.plating, "ignore")
                fits.append(fit_curve(own, table.kind, chosen, quiet=True))
            except InputError:
                continue  # too few doses for it; the curve itself was told of
        if not fits:
            continue
        richest = max(fits, key=lambda f: len(f.theta))
        dispersion = richest.regression.dispersion
        dispersion = max(dispersion, 1.0) if np.isfinite(dispersion) else 1.0
        of_curve = pd.DataFrame([_row(fit, dispersion) for fit in fits])
        rows.append(of_curve.assign(delta=of_curve["qaic"] - of_curve["qaic"].min()))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()


def _row(curve: Curve, dispersion: float) -> dict[str, object]:
    regression, n = curve.regression, curve.observations
    parameters = len(regression.shape) + len(regression.nuisance) + 1  # and the dispersion
    if curve.method == "ml":
        aic = _poisson_aic(curve)
        qaic = regression.deviance / dispersion + 2 * parameters
    else:
        # A perfect fit has no logarithm; the smallest number stands for it.
        aic = qaic = n * float(np.log(max(regression.deviance / n, 1e-300))) + 2 * parameters
    return {
        "curve": curve.name,
        "model": curve.model.name,
        **{name: curve.parameter(name).value for name in curve.model.parameters},
        "sf2": curve.sf2.value,
        "deviance": regression.deviance,
        "df": regression.df,
        "dispersion": regression.dispersion,
        "aic": aic,
        "qaic": qaic,
    }


def _poisson_aic(curve: Curve) -> float:
    """Return AIC as if counts were Poisson: -2 log likelihood + 2 parameters."""
    from scipy.stats import poisson

    y, mu = curve.problem.response, curve.regression.fitted
    parameters = len(curve.regression.shape) + len(curve.regression.nuisance)
    return float(-2 * poisson.logpmf(np.round(y), mu).sum()) + 2 * parameters
