"""What the ordinary regressors share: exact coordinates for few samples, and nested tuning."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin, clone
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, ParameterGrid
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

__all__ = ["NestedGridSearch", "SampleSpacePCA", "ignore_convergence_warnings", "inner_splits"]


class SampleSpacePCA(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn samples of many features into as many coordinates as there are samples.

    The training samples span a space of fewer dimensions than there are samples. Rotating
    into it keeps every distance and product between training samples, so that whatever
    depends on those alone (ridge, principal components, partial least squares, kernels)
    gives the very same predictions, from 50 numbers a sample instead of 50,000. It looks at
    no SF2. Coordinates are divided by one number, so that samples have a mean square length
    of one and penalties mean the same on any panel.

    Attributes
    ----------
    mean_ : array of shape (features,)
        Of the training samples.
    basis_ : array of shape (features, dimensions)
        Orthogonal, its columns divided by the length that is brought to one.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(5, 300))
    >>> z = SampleSpacePCA().fit_transform(x)
    >>> z.shape, round(float(np.square(z).sum(axis=1).mean()), 6)
    ((5, 4), 1.0)
    """

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> SampleSpacePCA:
        """Learn the space that training samples, (samples, features), span."""
        x = validate_data(self, X, dtype=np.float64)
        self.mean_ = x.mean(axis=0)
        x = x - self.mean_
        squares, directions = np.linalg.eigh(x @ x.T)  # (samples,), (samples, samples)
        kept = squares > 1e-10 * max(squares.max(), 1e-300)
        if not kept.any():
            self.basis_ = np.zeros((x.shape[1], 1))
            return self
        length = np.sqrt(squares.sum() / len(x))
        basis = x.T @ (directions[:, kept] / np.sqrt(squares[kept]))
        self.basis_ = (basis / length)[:, ::-1]  # the longest first
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the coordinates of any samples: (samples, dimensions)."""
        check_is_fitted(self)
        x = validate_data(self, X, dtype=np.float64, reset=False)
        turned: NDArray[np.float64] = (x - self.mean_) @ self.basis_
        return turned


def inner_splits(
    groups: ArrayLike | None, samples: int, folds: int, random_state: Any
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Split training samples for tuning, each group whole; no split where there is one group."""
    labels = np.arange(samples) if groups is None else np.asarray(groups)
    folds = min(folds, len(np.unique(labels)))
    if folds < 2:
        return []
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    splitter = GroupKFold(folds, shuffle=True, random_state=seed)
    splits = list(splitter.split(np.empty((samples, 1)), groups=labels))
    for train, test in splits:
        assert not set(labels[train]) & set(labels[test])
    return splits


class NestedGridSearch(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Choose a regressor's settings by cross-validation inside the training samples.

    Parameters
    ----------
    estimator : regressor
        Cloned before it is fitted.
    grid : dict
        Setting to the values to try. Values of settings whose name ends in ``n_components``
        or ``k`` are cut to what training samples and features allow.
    in_sample_space : bool
        Whether to turn samples first (`SampleSpacePCA`): for regressors that depend on
        distances and products of samples alone.
    folds : int
        Of the cross-validation inside; its mean squared error decides.
    random_state : int, RandomState or None
        Seed of those folds.

    Attributes
    ----------
    model_ : regressor
        Fitted to all training samples.
    settings_ : dict
        What was chosen.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> x = np.random.default_rng(0).normal(size=(30, 3))
    >>> model = NestedGridSearch(Ridge(), {"alpha": [0.01, 100.0]}, random_state=0).fit(x, x[:, 0])
    >>> model.settings_
    {'alpha': 0.01}
    """

    def __init__(
        self,
        estimator: Any,
        grid: dict[str, list[Any]],
        *,
        in_sample_space: bool = True,
        folds: int = 5,
        random_state: Any = None,
    ) -> None:
        self.estimator = estimator
        self.grid = grid
        self.in_sample_space = in_sample_space
        self.folds = folds
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> NestedGridSearch:
        """Tune and train.

        Parameters
        ----------
        X : array of shape (samples, features)
            Scaled expression.
        y : array of shape (samples,)
            SF2.
        groups : array of shape (samples,), optional
            What folds inside must keep whole; each sample by itself where not given.
        """
        x, y = validate_data(self, X, y, y_numeric=True, ensure_min_samples=2)
        prepared = self._prepare(x, groups)
        self.pca_ = prepared.pca
        with ignore_convergence_warnings():
            self.settings_, self.model_ = prepared.search(clone(self.estimator), y)
        return self

    def fit_each(
        self, X: ArrayLike, targets: NDArray[np.float64], groups: ArrayLike | None = None
    ) -> list[NestedGridSearch]:
        """Return what `fit` gives of each column of targets: (samples, targets).

        Coordinates and folds are found once; so is all of ridge regression but its penalty,
        which treats several targets each by itself.
        """
        x = validate_data(self, X, ensure_min_samples=2)
        prepared = self._prepare(x, groups)
        found = []
        for settings, model in prepared.search_each(self.estimator, targets):
            one: Any = clone(self)
            one.n_features_in_, one.pca_ = self.n_features_in_, prepared.pca
            one.settings_, one.model_ = settings, model
            found.append(one)
        return found

    def _prepare(self, x: Any, groups: ArrayLike | None) -> _Prepared:
        pca = SampleSpacePCA().fit(x) if self.in_sample_space else None
        z = np.asarray(x) if pca is None else pca.transform(x)
        splits = inner_splits(groups, len(z), self.folds, self.random_state)
        smallest = min((len(train) for train, _ in splits), default=len(z))
        grid = {
            name: _possible(name, values, smallest - 1, z.shape[1])
            for name, values in self.grid.items()
        }
        return _Prepared(pca, z, splits, grid)

    def predict_each(
        self,
        X: ArrayLike,
        targets: NDArray[np.float64],
        X_test: ArrayLike,
        *,
        groups: ArrayLike | None = None,
    ) -> NDArray[np.float64]:
        """Return what `predict` would after `fit` to each column of targets.

        Takes (samples, features), (samples, targets) and (tested samples, features); returns
        (tested samples, targets).
        """
        prepared = self._prepare(np.asarray(X), groups)
        z = np.asarray(X_test) if prepared.pca is None else prepared.pca.transform(X_test)
        models = [model for _, model in prepared.search_each(self.estimator, targets)]
        return np.stack([np.ravel(model.predict(z)) for model in models], axis=1)

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return SF2 of each sample: (samples, features) → (samples,)."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False)
        z = x if self.pca_ is None else self.pca_.transform(x)
        predicted: NDArray[np.float64] = np.asarray(self.model_.predict(z), dtype=float).ravel()
        return predicted


@dataclass(frozen=True)
class _Prepared:
    """What tuning goes by whatever SF2 is: coordinates, folds, and the settings that can be."""

    pca: SampleSpacePCA | None
    z: NDArray[np.float64]
    splits: list[tuple[NDArray[np.intp], NDArray[np.intp]]]
    grid: dict[str, list[Any]]

    def search(self, estimator: Any, y: Any) -> tuple[dict[str, Any], Any]:
        """Return the settings chosen, and the regressor fitted with them."""
        if not self.splits:
            settings = {name: values[len(values) // 2] for name, values in self.grid.items()}
            return settings, estimator.set_params(**settings).fit(self.z, y)
        scoring = "neg_mean_squared_error"
        found = GridSearchCV(estimator, self.grid, scoring=scoring, cv=self.splits).fit(self.z, y)
        return found.best_params_, found.best_estimator_

    def search_each(
        self, estimator: Any, targets: NDArray[np.float64]
    ) -> list[tuple[dict[str, Any], Any]]:
        """Return both for each column of targets, all at once where that is the same."""
        if not self.splits or not _each_by_itself(estimator):
            with ignore_convergence_warnings():
                return [self.search(clone(estimator), own) for own in targets.T]
        settings = list(ParameterGrid(self.grid))
        errors = np.zeros((len(settings), targets.shape[1]))
        for i, setting in enumerate(settings):
            for train, test in self.splits:
                model = clone(estimator).set_params(**setting)
                model.fit(self.z[train], targets[train])
                missed = model.predict(self.z[test]).reshape(len(test), -1) - targets[test]
                errors[i] += np.square(missed).mean(axis=0)
        chosen = errors.argmin(axis=0)
        found: list[Any] = [None] * targets.shape[1]
        for i in np.unique(chosen):
            own = np.flatnonzero(chosen == i)
            model = clone(estimator).set_params(**settings[i]).fit(self.z, targets[:, own])
            for place, j in enumerate(own.tolist()):
                found[j] = (settings[i], _of_target(model, place, len(own)))
        return found


def _each_by_itself(estimator: Any) -> bool:
    """Tell ridge regression, on features or on what is made of them without SF2."""
    steps = (
        [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]
    )
    return isinstance(steps[-1], Ridge) and all(isinstance(step, PCA) for step in steps[:-1])


def _of_target(model: Any, place: int, targets: int) -> Any:
    """Return a regressor of several targets for one of them."""
    one = deepcopy(model)
    last = one.steps[-1][1] if isinstance(one, Pipeline) else one
    if targets > 1:
        last.coef_, last.intercept_ = last.coef_[place], last.intercept_[place]
    else:
        last.coef_, last.intercept_ = np.ravel(last.coef_), np.ravel(last.intercept_)[0]
    return one


@contextlib.contextmanager
def ignore_convergence_warnings() -> Iterator[None]:
    """Keep quiet of fits that did not converge: a setting tried that does badly is not chosen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def _possible(name: str, values: list[Any], samples: int, features: int) -> list[Any]:
    """Cut counts of components or features to what there is."""
    kind = name.rsplit("__", maxsplit=1)[-1]
    if kind not in {"n_components", "k"}:
        return list(values)
    most = features if kind == "k" else min(samples, features)
    return sorted({max(1, min(v, most)) for v in values})
