"""What the ordinary regressors share: exact coordinates for few samples, and nested tuning."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, GroupKFold, ParameterGrid
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
        self.pca_ = SampleSpacePCA().fit(x) if self.in_sample_space else None
        z = x if self.pca_ is None else self.pca_.transform(x)
        splits = inner_splits(groups, len(z), self.folds, self.random_state)
        smallest = min((len(train) for train, _ in splits), default=len(z))
        grid = {
            name: _possible(name, values, smallest - 1, z.shape[1])
            for name, values in self.grid.items()
        }
        with ignore_convergence_warnings():
            if not splits:
                self.settings_ = {name: values[len(values) // 2] for name, values in grid.items()}
                self.model_ = clone(self.estimator).set_params(**self.settings_).fit(z, y)
                return self
            search = GridSearchCV(
                clone(self.estimator), grid, scoring="neg_mean_squared_error", cv=splits
            ).fit(z, y)
        self.settings_, self.model_ = search.best_params_, search.best_estimator_
        return self

    def predict_each(
        self,
        X: ArrayLike,
        targets: NDArray[np.float64],
        X_test: ArrayLike,
        *,
        groups: ArrayLike | None = None,
    ) -> NDArray[np.float64]:
        """Return what `predict` would after `fit` to each column of targets.

        For regressors that treat several targets each by itself, as ridge regression does.

        Parameters
        ----------
        X, X_test : array of shape (samples, features), (tested samples, features)
            Scaled expression.
        targets : array of shape (samples, targets)
            SF2, measured or shuffled.
        groups : array of shape (samples,), optional
            As for `fit`.

        Returns
        -------
        array of shape (tested samples, targets)
        """
        pca = SampleSpacePCA().fit(X) if self.in_sample_space else None
        z, z_test = (np.asarray(v) if pca is None else pca.transform(v) for v in (X, X_test))
        splits = inner_splits(groups, len(z), self.folds, self.random_state)
        smallest = min((len(train) for train, _ in splits), default=len(z))
        settings = list(
            ParameterGrid(
                {k: _possible(k, v, smallest - 1, z.shape[1]) for k, v in self.grid.items()}
            )
        )
        errors = np.zeros((len(settings), targets.shape[1]))
        for i, setting in enumerate(settings):
            for train, test in splits:
                model = clone(self.estimator).set_params(**setting).fit(z[train], targets[train])
                missed = model.predict(z[test]).reshape(len(test), -1) - targets[test]
                errors[i] += np.square(missed).mean(axis=0)
        chosen = errors.argmin(axis=0) if splits else np.full(targets.shape[1], len(settings) // 2)
        found = np.empty((len(z_test), targets.shape[1]))
        for i in np.unique(chosen):
            own = chosen == i
            model = clone(self.estimator).set_params(**settings[i]).fit(z, targets[:, own])
            found[:, own] = model.predict(z_test).reshape(len(z_test), -1)
        return found

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return SF2 of each sample: (samples, features) → (samples,)."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False)
        z = x if self.pca_ is None else self.pca_.transform(x)
        predicted: NDArray[np.float64] = np.asarray(self.model_.predict(z), dtype=float).ravel()
        return predicted


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
