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

from radiosens.celllines import is_haematological, lineage_of
from radiosens.predictors.base import Predictor

__all__ = ["TWO_MEANS", "TwoMeans"]

Array = NDArray[np.float64]

#: Features that haematological lines express most above solid ones, by t, and as many below.
#: Both count alike: on another platform, what solid lines of few stromal genes lack would
#: outvote what they do not have of blood.
HALF = 50
#: Least spread of positions between the lineages' means (0 and 1): new samples lie further off
#: than those that the means were taken from.
LEAST_SPREAD = 0.15
#: Tissues that say nothing.
UNKNOWN = frozenset({"", "unknown", "nan", "None"})


class TwoMeans(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Predict the mean SF2 of a sample's lineage, weighted by how sure the lineage is.

    Where the tissue is told, it decides; else expression does. A training set of one lineage
    gives one mean.

    The registry's ``lineage-mean`` (`radiosens.predictors.lineage.LineageMean`) is the same two
    means without expression: what has to be beaten in a comparison where tissues are told. This
    one is for new samples, of which nobody tells the tissue; it is not in the registry, as the
    figures there would count what it reads off expression as if that predicted SF2.

    Attributes
    ----------
    means_ : tuple of float
        SF2 of solid and of haematological training samples.
    features_ : array of int, shape (2, half)
        Which features tell: those that haematological lines express more, and those less.
    middle_, direction_, weights_ : arrays of shape (2, half)
        Their value between the lineages, how much each tells, and each one's share of the
        distance between the lineages.
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
        self.features_ = np.zeros((2, 0), dtype=np.intp)
        if blood.sum() < 2 or (~blood).sum() < 2:
            self.means_ = (float(y.mean()), float(y.mean()))
            return self
        self.means_ = (float(y[~blood].mean()), float(y[blood].mean()))
        x = np.where(np.isnan(x), np.nanmean(x, axis=0), x) if np.isnan(x).any() else x
        x = _centred(x)
        a, b = x[~blood], x[blood]
        pooled = (a.var(axis=0) * len(a) + b.var(axis=0) * len(b)) / len(x)
        t = (b.mean(axis=0) - a.mean(axis=0)) / np.sqrt(pooled + 0.1)
        half = min(HALF, max(1, x.shape[1] // 2))
        order = np.argsort(-t, kind="stable")
        self.features_ = np.stack([order[:half], order[::-1][:half]])
        chosen = x[:, self.features_]
        self.middle_, self.direction_, self.weights_ = _axes(chosen, blood)
        positions = np.array([_left_out(chosen, blood, i) for i in range(len(x))])
        self.places_ = (float(positions[~blood].mean()), float(positions[blood].mean()))
        within = positions - np.where(blood, self.places_[1], self.places_[0])
        self.spread_ = max(float(within.std()), LEAST_SPREAD)
        return self

    def haematological(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the probability that a sample is haematological, by expression alone."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, ensure_all_finite="allow-nan")
        if self.features_.shape[1] == 0:
            return np.full(len(x), self.share_)
        position = _positions(
            x[:, self.features_] - np.nanmean(x, axis=1)[:, None, None],
            (self.middle_, self.direction_, self.weights_),
        )
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
            silent = [t in UNKNOWN or lineage_of(t) == "unknown" for t in labels]
            blood = np.where(silent, blood, told)
        solid, haematological = self.means_
        predicted: NDArray[np.float64] = solid + (haematological - solid) * blood
        return predicted


def _axes(x: Array, blood: NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """Return the middle between the lineages' means, the way from one to the other, and shares.

    Of each half by itself, for samples of shape (samples, 2, half): positions along it are 0
    at the mean of solid samples and 1 at that of haematological ones.
    """
    low, high = x[~blood].mean(axis=0), x[blood].mean(axis=0)
    squares = np.square(high - low)
    total = np.maximum(squares.sum(axis=1, keepdims=True), 1e-12)
    return (low + high) / 2, (high - low) / total, squares / total


def _positions(x: Array, axes: tuple[Array, Array, Array]) -> Array:
    """Return where samples lie, as the mean of both halves, by measured features only.

    Any value for the others would say "solid".
    """
    middle, direction, weights = axes
    gaps = x - middle
    there = ~np.isnan(gaps)
    whole = np.maximum((there * weights).sum(axis=2), 1e-3)
    halves = (np.where(there, gaps, 0) * direction).sum(axis=2) / whole + 0.5
    position: Array = halves.mean(axis=1)
    return position


def _left_out(x: Array, blood: NDArray[np.bool_], i: int) -> float:
    """Return where a sample lies that had no part in the means: nearer the other lineage."""
    others = np.arange(len(x)) != i
    return float(_positions(x[i : i + 1], _axes(x[others], blood[others]))[0])


def _centred(x: NDArray[Any]) -> Array:
    values = np.asarray(x, dtype=np.float64)
    centred: Array = values - values.mean(axis=1, keepdims=True)
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
