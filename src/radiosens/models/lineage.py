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
FEATURES = 250
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
    places_ : tuple of float
        Where held-out solid and haematological samples lie, on average.
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
        chosen = x[:, self.features_]
        self.middle_, self.direction_, self.weights_ = _axis(chosen, blood)
        positions = np.array([_left_out(chosen, blood, i) for i in range(len(x))])
        self.places_ = (float(positions[~blood].mean()), float(positions[blood].mean()))
        within = positions - np.where(blood, self.places_[1], self.places_[0])
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
        position = np.where(there, gaps, 0) @ self.direction_ / whole + 0.5
        solid, blood = self.places_
        nearer = (np.square(position - solid) - np.square(position - blood)) / 2
        odds = nearer / self.spread_**2 + np.log(self.share_ / (1 - self.share_))
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), dtype=np.float64)

    def predict(self, X: ArrayLike, tissues: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return the mean of each sample's lineage."""
        blood = self.haematological(X)
        if tissues is not None:
            labels = np.asarray(tissues, dtype=str)
            told = np.array([is_haematological(t) for t in labels], dtype=float)
            blood = np.where([t in UNKNOWN for t in labels], blood, told)
        solid, haematological = self.means_
        predicted: NDArray[np.float64] = solid + (haematological - solid) * blood
        return predicted


def _axis(
    x: NDArray[np.float64], blood: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the middle between the lineages' means, the way from one to the other, and shares.

    Positions along it are 0 at the mean of solid samples and 1 at that of haematological ones.
    """
    low, high = x[~blood].mean(axis=0), x[blood].mean(axis=0)
    squares = np.square(high - low)
    total = max(float(squares.sum()), 1e-12)
    return (low + high) / 2, (high - low) / total, squares / total


def _left_out(x: NDArray[np.float64], blood: NDArray[np.bool_], i: int) -> float:
    """Return where a sample lies that had no part in the means: nearer the other lineage."""
    others = np.arange(len(x)) != i
    middle, direction, _ = _axis(x[others], blood[others])
    return float((x[i] - middle) @ direction + 0.5)


def _centred(x: NDArray[Any]) -> NDArray[np.float64]:
    values = np.asarray(x, dtype=np.float64)
    centred: NDArray[np.float64] = values - values.mean(axis=1, keepdims=True)
    return centred


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
