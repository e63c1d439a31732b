"""Ridge regression within lineages as an estimator; `within` has what it computes."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

import anndata as ad
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiosens.predictors.tuning import SampleSpacePCA
from radiosens.predictors.within import (
    PENALTIES,
    TISSUE_VARIANCES,
    grid,
    labels,
    sides_of,
    tuned_predictions,
)

__all__ = ["WithinLineageRidge", "needs_two_tissues"]

Numbers = NDArray[np.float64]


class WithinLineageRidge(RegressorMixin, BaseEstimator):  # type: ignore[misc]
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
        x, y = validate_data(self, X, y, y_numeric=True, ensure_min_samples=2)
        targets = np.asarray(y, dtype=np.float64)[:, None]
        self.__dict__.update(vars(self.fit_each(x, targets, groups, tissues)[0]))
        return self

    def fit_each(
        self,
        X: ArrayLike,
        targets: Numbers,
        groups: ArrayLike | None = None,
        tissues: ArrayLike | None = None,
    ) -> list[WithinLineageRidge]:
        """Return what `fit` gives of each column of targets: (samples, targets)."""
        x = validate_data(self, X, ensure_min_samples=2)
        pca = SampleSpacePCA().fit(x)
        z, names = pca.transform(x), labels(tissues, len(x))
        settings = grid(self.penalties, self.tissue_variances)
        sides = sides_of(z, names, z[:0], names[:0])
        _, chosen = tuned_predictions(sides, targets, settings, groups, self.random_state)
        found = []
        for i, y in zip(chosen.tolist(), targets.T, strict=True):
            one: Any = copy(self)
            one.pca_, one.z_, one.tissues_ = pca, z, names
            one.y_, one.setting_ = y, settings[i]
            found.append(one)
        return found

    def predict(self, X: ArrayLike, tissues: ArrayLike | None = None) -> Numbers:
        """Return SF2 of each sample; a tissue that training lacks has no effect of its own."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False)
        sides = sides_of(self.z_, self.tissues_, self.pca_.transform(x), labels(tissues, len(x)))
        return sides.predict(self.y_[:, None], self.setting_)[:, 0]

    @property
    def coef_(self) -> Numbers:
        """What a unit of each feature adds to SF2, in any tissue: (features,)."""
        nobody = np.empty((0, self.z_.shape[1])), np.empty(0, dtype=str)
        sides = sides_of(self.z_, self.tissues_, *nobody)
        slope: Numbers = self.pca_.basis_ @ sides.slope(self.y_[:, None], self.setting_)[:, 0]
        return slope

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
        pca = SampleSpacePCA().fit(X)
        z, z_test = pca.transform(X), pca.transform(X_test)
        sides = sides_of(z, labels(tissues, len(z)), z_test, labels(test_tissues, len(z_test)))
        settings = grid(self.penalties, self.tissue_variances)
        return tuned_predictions(sides, targets, settings, groups, self.random_state)[0]


def needs_two_tissues(panel: ad.AnnData) -> str | None:
    """Say so if the panel does not tell one tissue from another."""
    known = set(panel.obs["tissue"].astype(str)) - {"unknown"}
    return None if len(known) > 1 else "the panel does not name two tissues (column 'tissue')"
