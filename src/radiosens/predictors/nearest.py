"""The nearest neighbour: recognise the line, repeat its SF2.

It learns nothing of radiation. Whatever it scores under a protocol is what recognition alone
is worth there, and a network has to be read beside it.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiosens.predictors.base import Predictor
from radiosens.preprocessing.similarity import unit_rows

__all__ = ["PREDICTOR", "NearestNeighbour"]


class NearestNeighbour(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Predict the SF2 of the training sample with the highest Pearson correlation.

    Attributes
    ----------
    x_ : array of shape (samples, features)
        Standardised training samples.
    y_ : array of shape (samples,)
        Their SF2.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0, 9.0], [5.0, 1.0, 1.0]])
    >>> NearestNeighbour().fit(x, [0.2, 0.7]).predict([[0.0, 2.0, 8.0]]).tolist()
    [0.2]
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> NearestNeighbour:
        """Remember the training samples: (samples, features) and (samples,)."""
        x, y = validate_data(self, X, y, y_numeric=True)
        self.mean_ = x.mean(axis=0)
        self.x_ = unit_rows((x - self.mean_).astype(np.float64))
        self.y_ = np.asarray(y, dtype=np.float64)
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the SF2 of each sample's nearest training sample."""
        check_is_fitted(self)
        x = unit_rows((validate_data(self, X, reset=False) - self.mean_).astype(np.float64))
        nearest = (x @ self.x_.T).argmax(axis=1)
        found: NDArray[np.float64] = self.y_[nearest]
        return found

    def fit_each(self, X: ArrayLike, targets: NDArray[np.float64]) -> list[NearestNeighbour]:
        """Return what `fit` gives of each column of targets."""
        self.fit(X, targets[:, 0])
        found = [copy(self) for _ in targets.T]
        for model, own in zip(found, targets.T, strict=True):
            model.y_ = own
        return found

    def predict_each(
        self, X: ArrayLike, targets: NDArray[np.float64], X_test: ArrayLike
    ) -> NDArray[np.float64]:
        """Return what `predict` would after `fit` to each column of targets.

        Takes (samples, features), (samples, targets) and (tested samples, features); returns
        (tested samples, targets).
        """
        places = NearestNeighbour().fit(X, np.arange(len(targets))).predict(X_test)
        return targets[places.astype(np.intp)]


def _make(random_state: int, **_: Any) -> NearestNeighbour:
    return NearestNeighbour()


PREDICTOR = Predictor(
    name="nearest",
    description="SF2 of the most similar training sample; the recognition probe",
    make=_make,
    fast=True,
)
