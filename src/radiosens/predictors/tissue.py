"""The mean SF2 of the training samples of a tissue: what is known without expression.

Whatever a predictor finds in expression has to be worth more than this: lines of one tissue
look alike, and leukaemias are sensitive.
"""

from __future__ import annotations

from typing import Any

import anndata as ad
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from radiosens.predictors.base import Predictor

__all__ = ["PREDICTOR", "TissueMean", "no_tissues"]


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
        labels = np.full(len(x), "") if tissues is None else np.asarray(tissues, dtype=str)
        self.mean_ = float(y.mean())
        self.means_ = {str(t): float(y[labels == t].mean()) for t in np.unique(labels)}
        return self

    def predict(self, X: ArrayLike, tissues: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return each sample's tissue's mean."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False)
        labels = np.full(len(x), "") if tissues is None else np.asarray(tissues, dtype=str)
        return np.array([self.means_.get(str(t), self.mean_) for t in labels])

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True  # without tissues it is the mean
        return tags


def no_tissues(panel: ad.AnnData) -> str | None:
    """Say so if the panel does not tell one tissue from another."""
    known = set(panel.obs["tissue"]) - {"unknown"}
    return None if len(known) > 1 else "the panel does not name two tissues (column 'tissue')"


def _make(random_state: int, **_: Any) -> TissueMean:
    return TissueMean()


PREDICTOR = Predictor(
    name="tissue-mean",
    description="mean SF2 of the training samples of the same tissue",
    make=_make,
    uses_tissues=True,
    fast=True,
    unsupported_reason=no_tissues,
)
