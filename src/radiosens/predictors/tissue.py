"""The mean SF2 of the training samples of a tissue: what is known without expression.

Whatever a predictor finds in expression has to be worth more than this: lines of one tissue
look alike, and leukaemias are sensitive.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from radiosens.predictors.base import Predictor
from radiosens.predictors.within import labels, mean_weights
from radiosens.predictors.within_ridge import needs_two_tissues

__all__ = ["PREDICTOR", "TissueMean"]


class TissueMean(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Predict the mean SF2 of the training samples of the same tissue.

    A tissue that training lacks gets the mean of all training samples.

    Examples
    --------
    >>> x, tissues = np.zeros((3, 2)), ["lung", "lung", "skin"]
    >>> model = TissueMean().fit(x, [0.4, 0.6, 0.8], tissues=tissues)
    >>> model.predict(x, tissues=["skin", "lung", "bone"]).round(3).tolist()
    [0.8, 0.5, 0.6]
    """

    def fit(self, X: ArrayLike, y: ArrayLike, tissues: ArrayLike | None = None) -> TissueMean:
        """Learn from (samples, features), (samples,), and the tissue of each sample."""
        x, y = validate_data(self, X, y, y_numeric=True)
        y = np.asarray(y, dtype=np.float64)
        tissue = labels(tissues, len(x))
        self.mean_ = float(y.mean())
        self.means_ = {str(t): float(y[tissue == t].mean()) for t in np.unique(tissue)}
        return self

    def predict(self, X: ArrayLike, tissues: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return each sample's tissue's mean."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False)
        return np.array([self.means_.get(str(t), self.mean_) for t in labels(tissues, len(x))])

    def predict_each(
        self,
        X: ArrayLike,
        targets: NDArray[np.float64],
        X_test: ArrayLike,
        *,
        tissues: ArrayLike | None = None,
        test_tissues: ArrayLike | None = None,
    ) -> NDArray[np.float64]:
        """Return what `predict` would after `fit` to each column of targets.

        Takes (samples, features), (samples, targets) and (tested samples, features); returns
        (tested samples, targets).
        """
        own = labels(tissues, len(targets))
        tested = labels(test_tissues, np.shape(X_test)[0])
        return mean_weights(tested, own) @ targets

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True  # without tissues it is the mean
        return tags


def _make(random_state: int, **_: Any) -> TissueMean:
    return TissueMean()


PREDICTOR = Predictor(
    name="tissue-mean",
    description="mean SF2 of the training samples of the same tissue",
    make=_make,
    uses_tissues=True,
    fast=True,
    unsupported_reason=needs_two_tissues,
)
