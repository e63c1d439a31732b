"""Means of groups of training samples: what predictors by lineage and by tissue share."""

from __future__ import annotations

from typing import Self

import anndata as ad
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from radiosens.predictors.within import labels, mean_weights

__all__ = ["GroupMean", "needs_two_tissues"]

Numbers = NDArray[np.float64]


class GroupMean(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Predict the mean SF2 of a sample's group; the mean of all for a group training lacks.

    Here a group is a tissue; what derives from it may say otherwise in `_groups`.

    Attributes
    ----------
    mean_ : float
        Of all training samples.
    means_ : dict
        Of each group that training has.
    """

    @staticmethod
    def _groups(tissues: ArrayLike | None, samples: int) -> NDArray[np.str_]:
        return labels(tissues, samples)

    def fit(self, X: ArrayLike, y: ArrayLike, tissues: ArrayLike | None = None) -> Self:
        """Learn from (samples, features), (samples,), and the tissue of each sample."""
        x, y = validate_data(self, X, y, y_numeric=True)
        y = np.asarray(y, dtype=np.float64)
        group = self._groups(tissues, len(x))
        self.mean_ = float(y.mean())
        self.means_ = {str(g): float(y[group == g].mean()) for g in np.unique(group)}
        return self

    def predict(self, X: ArrayLike, tissues: ArrayLike | None = None) -> Numbers:
        """Return the mean of each sample's group."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False)
        return np.array(
            [self.means_.get(str(g), self.mean_) for g in self._groups(tissues, len(x))]
        )

    def predict_each(
        self,
        X: ArrayLike,
        targets: Numbers,
        X_test: ArrayLike,
        *,
        tissues: ArrayLike | None = None,
        test_tissues: ArrayLike | None = None,
    ) -> Numbers:
        """Return what `predict` would after `fit` to each column of targets.

        Takes (samples, features), (samples, targets) and (tested samples, features); returns
        (tested samples, targets).
        """
        own = self._groups(tissues, len(targets))
        tested = self._groups(test_tissues, np.shape(X_test)[0])
        return mean_weights(tested, own) @ targets

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True  # without tissues it is the mean
        return tags


def needs_two_tissues(panel: ad.AnnData) -> str | None:
    """Say so if the panel does not tell one tissue from another."""
    known = set(panel.obs["tissue"].astype(str)) - {"unknown"}
    return None if len(known) > 1 else "the panel does not name two tissues (column 'tissue')"
