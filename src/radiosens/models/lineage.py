"""Two means: SF2 of haematological and of solid lines, and which of the two a sample is of.

On lines of unseen donors nothing that reads expression beats these two numbers (``docs/
benchmark.md``). So a model that says no more than is known says them, and learns one thing of
expression: how near a sample is to the mean of haematological lines or to that of solid ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiosens.celllines import is_haematological
from radiosens.predictors.base import Predictor

__all__ = ["TWO_MEANS", "TwoMeans"]

#: Features that the two lineages differ in most, by t.
FEATURES = 300
#: Least spread of positions between the lineages' means (0 and 1): new samples lie further off
#: than those that the means were taken from.
LEAST_SPREAD = 0.15
UNKNOWN = frozenset({"", "unknown", "nan", "None"})


class TwoMeans(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Predict the mean SF2 of a sample's lineage, weighted by how sure the lineage is.

    Where the tissue is told, it decides; else expression does. A training set of one lineage
    gives one mean.

    Attributes
    ----------
    means_ : tuple of float
        SF2 of solid and of haematological training samples.
    features_, direction_, middle_ : arrays of shape (features,)
        Which features tell, how much each, and their value between the lineages.
    weights_ : array of shape (features,)
        Each feature's share of the distance between the lineages.
    spread_ : float
        Of positions within a lineage.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> tissues = np.repeat(["Leukemia", "Lung"], 15)
    >>> blood = np.where(tissues == "Leukemia", 1.0, 0.0)
    >>> x = rng.normal(size=(30, 100)) + 3 * blood[:, None] * (np.arange(100) < 50)
    >>> model = TwoMeans().fit(x, 0.6 - 0.4 * blood, tissues=tissues)
    >>> model.predict(x[[0, -1]]).round(2).tolist()
    [0.2, 0.6]
    >>> model.predict(x[:1], tissues=["Lung"]).round(2).tolist()
    [0.6]
    """

    def fit(self, X: ArrayLike, y: ArrayLike, tissues: ArrayLike | None = None) -> TwoMeans:
        """Learn from (samples, features) on the panel's own scale, (samples,), and tissues."""
        x, y = validate_data(self, X, y, y_numeric=True, ensure_all_finite="allow-nan")
        y = np.asarray(y, dtype=np.float64)
        labels = np.full(len(x), "") if tissues is None else np.asarray(tissues, dtype=str)
        blood = np.array([is_haematological(t) for t in labels])
        self.share_ = float(blood.mean())
        self.features_ = np.zeros(0, dtype=np.intp)
        if blood.sum() < 2 or (~blood).sum() < 2:
            self.means_ = (float(y.mean()), float(y.mean()))
            return self
        self.means_ = (float(y[~blood].mean()), float(y[blood].mean()))
        x = np.where(np.isnan(x), np.nanmean(x, axis=0), x) if np.isnan(x).any() else x
        x = _centred(x)
        a, b = x[~blood], x[blood]
        pooled = (a.var(axis=0) * len(a) + b.var(axis=0) * len(b)) / len(x)
        t = np.abs(b.mean(axis=0) - a.mean(axis=0)) / np.sqrt(pooled + 0.1)
        self.features_ = np.sort(np.argsort(-t, kind="stable")[:FEATURES])
        low, high = a.mean(axis=0)[self.features_], b.mean(axis=0)[self.features_]
        self.middle_ = (low + high) / 2
        self.direction_ = (high - low) / np.square(high - low).sum()
        self.weights_ = np.square(high - low) / np.square(high - low).sum()
        position = (x[:, self.features_] - self.middle_) @ self.direction_ + 0.5
        within = np.where(blood, position - 1, position)
        self.spread_ = max(float(within.std()), LEAST_SPREAD)
        return self

    def haematological(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the probability that a sample is haematological, by expression alone."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, ensure_all_finite="allow-nan")
        if len(self.features_) == 0:
            return np.full(len(x), self.share_)
        gaps = x[:, self.features_] - np.nanmean(x, axis=1, keepdims=True) - self.middle_
        there = ~np.isnan(gaps)
        # Positions are of measured features only: any value for the others would say "solid".
        whole = np.maximum((there * self.weights_).sum(axis=1), 1e-3)
        position = np.where(there, gaps, 0) @ self.direction_ / whole
        odds = position / self.spread_**2 + np.log(self.share_ / (1 - self.share_))
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), dtype=np.float64)

    def predict(self, X: ArrayLike, tissues: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return the mean of each sample's lineage."""
        blood = self.haematological(X)
        if tissues is not None:
            labels = np.asarray(tissues, dtype=str)
            told = np.array([is_haematological(t) for t in labels], dtype=float)
            blood = np.where([t in UNKNOWN for t in labels], blood, told)
        solid, haematological = self.means_
        return np.asarray(solid + (haematological - solid) * blood, dtype=np.float64)


def _centred(x: NDArray[Any]) -> NDArray[np.float64]:
    values = np.asarray(x, dtype=np.float64)
    return values - values.mean(axis=1, keepdims=True)


def _make(random_state: int, **_: Any) -> TwoMeans:
    return TwoMeans()


TWO_MEANS = Predictor(
    name="two-means",
    description="mean SF2 of haematological or of solid lines, by tissue or by expression",
    make=_make,
    uses_tissues=True,
    scaled=False,
    fast=True,
)
