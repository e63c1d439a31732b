"""The weights of linear predictors, through tuning, rotation and choice of features."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA
from sklearn.dummy import DummyRegressor
from sklearn.feature_selection import SelectorMixin
from sklearn.linear_model import ElasticNet, LinearRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.svm import SVR

from radiosens.predictors.tuning import NestedGridSearch, SampleSpacePCA
from radiosens.predictors.within_ridge import WithinLineage

__all__ = ["linear_weights"]

Vector = NDArray[np.float64]


def linear_weights(model: Any) -> Vector | None:
    """Return the weight of each input of a fitted model that is linear; None if it is not.

    Parameters
    ----------
    model : regressor
        Fitted, of the registry, or what these are built of.

    Returns
    -------
    array of shape (features,)
        The gradient of its prediction, the same for any sample.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(30, 5))
    >>> model = NestedGridSearch(Ridge(), {"alpha": [1e-6]}).fit(x, 2 * x[:, 1])
    >>> linear_weights(model).round(3).tolist()
    [0.0, 2.0, 0.0, 0.0, 0.0]
    """
    if isinstance(model, NestedGridSearch):
        inner = linear_weights(model.model_)
        return inner if inner is None or model.pca_ is None else model.pca_.basis_ @ inner
    if isinstance(model, Pipeline):
        weights = linear_weights(model.steps[-1][1])
        for _, step in reversed(model.steps[:-1]):
            weights = None if weights is None else _before(step, weights)
        return weights
    if isinstance(model, WithinLineage):
        return model.coef_
    return _own_weights(model)


def _own_weights(model: Any) -> Vector | None:
    if isinstance(model, DummyRegressor):
        return np.zeros(model.n_features_in_)
    if isinstance(model, PLSRegression):
        return np.asarray(model.coef_, dtype=np.float64).reshape(-1)
    if isinstance(model, Ridge | ElasticNet | LinearRegression):
        return np.asarray(model.coef_, dtype=np.float64).reshape(-1)
    if isinstance(model, SVR) and model.kernel == "linear":
        return np.asarray(model.coef_, dtype=np.float64).reshape(-1)
    return None


def _before(step: Any, weights: Vector) -> Vector | None:
    """Return weights of a step's inputs from those of its outputs."""
    if isinstance(step, SelectorMixin):
        spread = np.zeros(len(step.get_support()))
        spread[step.get_support()] = weights
        return spread
    if isinstance(step, PCA) and not step.whiten:
        back: Vector = weights @ step.components_
        return back
    if isinstance(step, SampleSpacePCA):
        rotated: Vector = step.basis_ @ weights
        return rotated
    return None
