"""Our own recommendation: lineage first, expression as far as it helps.

What survives evaluation on unseen donors is little: leukaemias and lymphomas are sensitive
(Deacon et al. 1984, Radiother Oncol 2:317, on tumours of all kinds), and beyond that
expression adds at most a small linear part. So the predictor is a ridge regression on
expression beside an effect of being haematological, hardly penalised, and one of each tissue,
penalised as much as tuning says. How much expression and tissue count is chosen by
cross-validation inside training; nothing at all is among the choices.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import Ridge
from sklearn.utils.validation import check_is_fitted, validate_data

from radiosens.celllines import is_haematological
from radiosens.predictors.base import Predictor
from radiosens.predictors.tuning import NestedGridSearch, SampleSpacePCA

__all__ = ["PREDICTOR", "LineageRidge"]

#: Variance granted to the effect of being haematological, where expression has one.
LINEAGE_VARIANCE = 10.0


class LineageRidge(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Ridge regression on expression, lineage and tissue, which count as tuning says.

    Parameters
    ----------
    penalties : sequence of float
        Penalties of expression to choose from, where samples have a mean square length of one.
    tissue_variances : sequence of float
        Variances granted to tissue effects to choose from, where expression has one.
    random_state : int, RandomState or None
        Seed of the folds of tuning.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> tissues = np.repeat(["Leukemia", "Lung"], 15)
    >>> x, y = rng.normal(size=(30, 100)), np.where(tissues == "Leukemia", 0.1, 0.6)
    >>> model = LineageRidge(random_state=0).fit(x, y, tissues=tissues)
    >>> model.predict(x[:1], tissues=["Leukemia"]).round(1).tolist()
    [0.1]
    """

    def __init__(
        self,
        penalties: tuple[float, ...] = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0),
        tissue_variances: tuple[float, ...] = (0.0, 0.3, 1.0),
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
    ) -> LineageRidge:
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
            The tissue of each sample; without it there are no such effects.
        """
        x, y = validate_data(self, X, y, y_numeric=True, ensure_min_samples=2)
        labels = _labels(tissues, len(x))
        self.pca_ = SampleSpacePCA().fit(x)
        self.tissues_ = np.unique(labels)
        columns = _columns(self.pca_.transform(x), labels, self.tissues_)
        model = NestedGridSearch(
            _Weighted(len(self.tissues_)),
            {"alpha": list(self.penalties), "tissue_variance": list(self.tissue_variances)},
            in_sample_space=False,
            random_state=self.random_state,
        )
        self.model_ = model.fit(columns, y, groups=groups)
        return self

    def predict(self, X: ArrayLike, tissues: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return SF2 of each sample; a tissue that training lacks has no effect of its own."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False)
        labels = _labels(tissues, len(x))
        return self.model_.predict(_columns(self.pca_.transform(x), labels, self.tissues_))


class _Weighted(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Ridge on columns of expression, then one of lineage, then one for each tissue."""

    def __init__(self, tissues: int, alpha: float = 1.0, tissue_variance: float = 0.0) -> None:
        self.tissues = tissues
        self.alpha = alpha
        self.tissue_variance = tissue_variance

    def fit(self, X: NDArray[np.float64], y: NDArray[np.float64]) -> _Weighted:
        # The penalty is on expression; the others' variances are kept by scaling with it.
        tissue = np.full(self.tissues, self.tissue_variance)
        expression = np.full(X.shape[1] - 1 - self.tissues, 1 / self.alpha)
        self.scale_ = np.sqrt(np.concatenate([expression, [LINEAGE_VARIANCE], tissue]))
        self.ridge_ = Ridge(alpha=1.0).fit(X * self.scale_, y)
        return self

    def predict(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        predicted: NDArray[np.float64] = self.ridge_.predict(X * self.scale_)
        return predicted


def _labels(tissues: ArrayLike | None, samples: int) -> NDArray[np.str_]:
    return np.full(samples, "unknown") if tissues is None else np.asarray(tissues, dtype=str)


def _columns(
    z: NDArray[np.float64], labels: NDArray[np.str_], known: NDArray[np.str_]
) -> NDArray[np.float64]:
    """Put expression, lineage and tissues side by side: (samples, dimensions + 1 + tissues)."""
    lineage = np.array([is_haematological(t) for t in labels], dtype=float)[:, None]
    return np.hstack([z, lineage, (labels[:, None] == known).astype(float)])


def _make(random_state: int, **_: Any) -> LineageRidge:
    return LineageRidge(random_state=random_state)


PREDICTOR = Predictor(
    name="radiosens",
    description="ours: lineage, and expression and tissue as far as they help",
    make=_make,
    tuned=True,
    uses_tissues=True,
    fast=True,
    caution="designed while looking at figures of the real panels here",
)
