"""Two means: SF2 of leukaemias, lymphomas and myelomas, and SF2 of all others.

That tumours of the blood are sensitive has been known for long (Deacon et al. 1984, Radiother
Oncol 2:317). It takes no expression to say so, and on the NCI-60 nothing that reads expression
is shown to know more; so this is what has to be beaten where both are in a panel. Where there is
one lineage, it is the mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from radiosens.predictors.base import Predictor
from radiosens.predictors.within import lineages, mean_weights

__all__ = ["PREDICTOR", "LineageMean"]


class LineageMean(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Predict the mean SF2 of the training samples of the same lineage, blood or not.

    A lineage that training lacks gets the mean of all training samples. The tissue alone tells the
    lineage; the model ``nci60`` has the same two means and tells it by expression where no tissue
    is told (``two-means``, `radiosens.models.lineage.TwoMeans`).

    Attributes
    ----------
    means_ : dict
        ``haematological`` and ``solid`` to the mean SF2 of each that training has.

    Examples
    --------
    >>> x, tissues = np.zeros((4, 2)), ["AML", "Burkitt", "Lung", "Skin"]
    >>> model = LineageMean().fit(x, [0.1, 0.2, 0.5, 0.7], tissues=tissues)
    >>> model.predict(x[:3], tissues=["Myeloma", "Bone", "blood vessel"]).round(3).tolist()
    [0.15, 0.6, 0.6]
    """

    def fit(self, X: ArrayLike, y: ArrayLike, tissues: ArrayLike | None = None) -> LineageMean:
        """Learn from (samples, features), (samples,), and the tissue of each sample."""
        x, y = validate_data(self, X, y, y_numeric=True)
        y = np.asarray(y, dtype=np.float64)
        lineage = lineages(tissues, len(x))
        self.mean_ = float(y.mean())
        self.means_ = {str(k): float(y[lineage == k].mean()) for k in np.unique(lineage)}
        return self

    def predict(self, X: ArrayLike, tissues: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return each sample's lineage's mean."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False)
        return np.array([self.means_.get(str(k), self.mean_) for k in lineages(tissues, len(x))])

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
        own = lineages(tissues, len(targets))
        tested = lineages(test_tissues, np.shape(X_test)[0])
        return mean_weights(tested, own) @ targets

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True  # without tissues it is the mean
        return tags


def _make(random_state: int, **_: Any) -> LineageMean:
    return LineageMean()


PREDICTOR = Predictor(
    name="lineage-mean",
    description="two means: of leukaemia, lymphoma and myeloma, and of all others",
    make=_make,
    uses_tissues=True,
    fast=True,
)
