"""Ridge regression within lineages as an estimator; `within` has what it computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiosens.predictors.tuning import SampleSpacePCA
from radiosens.predictors.within import (
    PENALTIES,
    TISSUE_VARIANCES,
    Names,
    Sides,
    grid,
    labels,
    sides_of,
    tuned_predictions,
)

__all__ = ["WithinLineage", "WithinLineageRidge", "sides_between"]

Numbers = NDArray[np.float64]


class WithinLineage(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """What estimators within lineages share: keep what they learn from, and predict from it.

    What derives from it sets ``setting_`` in `fit`, after `_learn`.
    """

    def _learn(self, X: ArrayLike, y: ArrayLike, tissues: ArrayLike | None) -> Sides:
        x, y = validate_data(self, X, y, y_numeric=True, ensure_min_samples=2)
        self.pca_ = SampleSpacePCA().fit(x)
        self.z_, self.tissues_ = self.pca_.transform(x), labels(tissues, len(x))
        self.y_ = np.asarray(y, dtype=np.float64)
        return self._sides()

    def _sides(self, z: Numbers | None = None, tissues: Names | None = None) -> Sides:
        """Return training beside tested samples, if there are any."""
        if z is None or tissues is None:
            z, tissues = np.empty((0, self.z_.shape[1])), np.empty(0, dtype=str)
        return sides_of(self.z_, self.tissues_, z, tissues)

    def _seen(self, sides: Sides) -> Sides:
        """Return what the model looks at."""
        return sides

    def predict(self, X: ArrayLike, tissues: ArrayLike | None = None) -> Numbers:
        """Return SF2 of each sample; a tissue that training lacks has no effect of its own."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False)
        sides = self._sides(self.pca_.transform(x), labels(tissues, len(x)))
        return self._seen(sides).predict(self.y_[:, None], self.setting_)[:, 0]

    @property
    def coef_(self) -> Numbers:
        """What a unit of each feature adds to SF2, in any tissue: (features,)."""
        slope = self._seen(self._sides()).slope(self.y_[:, None], self.setting_)[:, 0]
        each: Numbers = self.pca_.basis_ @ slope
        return each


class WithinLineageRidge(WithinLineage):
    """Means of lineages, and within them tissue and expression as far as tuning says.

    Parameters
    ----------
    penalties : sequence of float
        Of expression, to choose from; ``inf`` alone leaves expression out.
    tissue_variances : sequence of float
        Granted to tissue effects, to choose from.
    random_state : int, RandomState or None
        Seed of the folds of tuning.

    Attributes
    ----------
    setting_ : Setting
        What was chosen.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> tissues = np.repeat(["Leukemia", "Lung"], 15)
    >>> x, y = rng.normal(size=(30, 100)), np.where(tissues == "Leukemia", 0.1, 0.6)
    >>> model = WithinLineageRidge(random_state=0).fit(x, y, tissues=tissues)
    >>> model.predict(x[:1], tissues=["AML"]).round(1).tolist()
    [0.1]
    """

    def __init__(
        self,
        penalties: Sequence[float] = (*PENALTIES, np.inf),
        tissue_variances: Sequence[float] = TISSUE_VARIANCES,
        random_state: Any = None,
    ) -> None:
        self.penalties = penalties
        self.tissue_variances = tissue_variances
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        groups: ArrayLike | None = None,
        tissues: ArrayLike | None = None,
    ) -> WithinLineageRidge:
        """Tune and train.

        Parameters
        ----------
        X : array of shape (samples, features)
            Scaled expression.
        y : array of shape (samples,)
            SF2.
        groups : array of shape (samples,), optional
            What folds of tuning must keep whole.
        tissues : array of shape (samples,), optional
            The tissue of each sample; without it all are of one lineage and tissue.
        """
        sides = self._learn(X, y, tissues)
        settings = grid(self.penalties, self.tissue_variances)
        _, chosen = tuned_predictions(sides, self.y_[:, None], settings, groups, self.random_state)
        self.setting_ = settings[int(chosen[0])]
        return self

    def predict_each(
        self,
        X: ArrayLike,
        targets: Numbers,
        X_test: ArrayLike,
        *,
        groups: ArrayLike | None = None,
        tissues: ArrayLike | None = None,
        test_tissues: ArrayLike | None = None,
    ) -> Numbers:
        """Return what `predict` would after `fit` to each column of targets.

        Parameters
        ----------
        X, X_test : array of shape (samples, features), (tested samples, features)
            Scaled expression.
        targets : array of shape (samples, targets)
            SF2, measured or shuffled.
        groups, tissues, test_tissues
            As for `fit` and `predict`.

        Returns
        -------
        array of shape (tested samples, targets)
        """
        sides = sides_between(X, tissues, X_test, test_tissues)
        settings = grid(self.penalties, self.tissue_variances)
        return tuned_predictions(sides, targets, settings, groups, self.random_state)[0]


def sides_between(
    X: ArrayLike, tissues: ArrayLike | None, X_test: ArrayLike, test_tissues: ArrayLike | None
) -> Sides:
    """Return both sides of a split from expression, along the training samples' own directions."""
    pca = SampleSpacePCA().fit(X)
    z, z_test = pca.transform(X), pca.transform(X_test)
    return sides_of(z, labels(tissues, len(z)), z_test, labels(test_tissues, len(z_test)))
