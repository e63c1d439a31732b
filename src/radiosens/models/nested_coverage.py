"""How often intervals hold on donors that neither model nor calibration has seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiosens.models.calibration import residuals_of, told_tissues
from radiosens.models.fitted import Fitted, Samples, find_predictor, fit
from radiosens.models.intervals import LEVEL, cv_plus, donor_errors
from radiosens.predictors import Predictor

__all__ = ["nested_coverage"]


def nested_coverage(
    samples: Samples,
    predictor: str,
    folds: NDArray[np.intp],
    *,
    inner: int = 10,
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Measure intervals on donors that neither their model nor their calibration has seen.

    Parameters
    ----------
    samples : Samples
    predictor : str
    folds : array of int, shape (samples,)
        Outer folds; a donor is in one of them.
    inner : int
        Folds inside each training set, donors dealt at random.
    seed : int
    settings : mapping, optional
        Passed to the predictor.

    Returns
    -------
    dict of array of shape (samples,)
        ``prediction, low, high``, and ``naive``, the half-width of an interval from errors on
        training samples.
    """
    n = len(samples.sf2)
    out = {name: np.empty(n) for name in ("prediction", "low", "high", "naive")}
    rng = np.random.default_rng(seed)
    for fold in np.unique(folds):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        assert not set(samples.donors[train]) & set(samples.donors[test])
        outer, tested = samples.part(train), samples.part(test)
        fits = _Fits(find_predictor(predictor), seed, settings or {})
        whole = fits.fit(outer)
        names = rng.permutation(np.unique(outer.donors))
        number = {donor: i % inner for i, donor in enumerate(names)}
        inside = np.array([number[d] for d in outer.donors])
        held, models = np.empty(len(train)), {}
        for k in np.unique(inside):
            models[k] = fits.fit(outer.part(np.flatnonzero(inside != k)))
            left = np.flatnonzero(inside == k)
            held[left] = fits.predict(models[k], outer.part(left))
        errors, owner, donors = donor_errors(residuals_of(outer, inside, held))
        assert not set(donors) & set(tested.donors)
        by_fold = {k: fits.predict(model, tested) for k, model in models.items()}
        low, high = cv_plus(np.stack([by_fold[k] for k in owner], axis=1), errors)
        out["prediction"][test] = fits.predict(whole, tested)
        out["low"][test], out["high"][test] = low, high
        out["naive"][test] = np.quantile(np.abs(fits.predict(whole, outer) - outer.sf2), LEVEL)
    return out


@dataclass(frozen=True)
class _Fits:
    predictor: Predictor
    seed: int
    settings: Mapping[str, Any]

    def fit(self, samples: Samples) -> Fitted:
        return fit(self.predictor, samples, self.seed, self.settings)

    def predict(self, fitted: Fitted, samples: Samples) -> NDArray[np.float64]:
        told = told_tissues(fitted.predictor, samples.tissues)
        return fitted.predict(samples.x, told, samples.sources)
