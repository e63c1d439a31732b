"""Low rank and kernels: what lines share, from tables with gaps, and similarity along it.

Samples are brought into subspaces of a few ranks (`radiosens.preprocessing.lowrank`), which takes
what each sample has and needs no value for the rest. Kernel ridge regression on them learns one
target or several together: of several, such as the survival at each dose, only the directions that
they share most are learned, as noise of one dose is not another's.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from radiosens.predictors.base import Predictor
from radiosens.preprocessing.lowrank import LowRank
from radiosens.preprocessing.products import products

__all__ = ["PREDICTOR", "LowRankKernel"]

Array = NDArray[np.float64]

#: Penalties to choose from, in units of the kernel's mean eigenvalue.
PENALTIES = np.logspace(-2, 4, 25)


class LowRankKernel(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Kernel ridge regression on low-rank scores; NaN is a value that was not measured.

    Parameters
    ----------
    ranks : tuple of int
        One kernel each, which are averaged.
    kernel : {"rbf", "linear"}
        Radial by distance (width: the median squared distance of training samples), or linear.
    components : int or None
        How many directions of several targets are learned; None: each target by itself.

    Attributes
    ----------
    mean_ : array of shape (features,)
        Of training samples.
    loadings_, variances_, noise_, scores_ : lists of arrays, one a rank
        Of `LowRank`, and training samples' scores.
    width_ : list of float
        Of each kernel.
    weights_ : array of shape (samples, targets)
        Of training samples in each prediction.
    offset_ : array of shape (targets,)
    penalties_ : list of float
        Chosen by leaving groups out.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> hidden = rng.normal(size=(80, 2))
    >>> x = hidden @ rng.normal(size=(2, 40))
    >>> x[rng.random(x.shape) < 0.5] = np.nan
    >>> y = hidden[:, 0]
    >>> predicted = LowRankKernel(ranks=(2,)).fit(x[:60], y[:60]).predict(x[60:])
    >>> bool(np.corrcoef(predicted, y[60:])[0, 1] > 0.9)
    True
    """

    def __init__(
        self,
        ranks: tuple[int, ...] = (25, 40, 60),
        kernel: str = "rbf",
        components: int | None = 2,
    ) -> None:
        self.ranks = ranks
        self.kernel = kernel
        self.components = components

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> LowRankKernel:
        """Learn from (samples, features) and (samples,) or (samples, targets).

        Parameters
        ----------
        X : array of shape (samples, features)
            Expression; a feature that no sample has says nothing.
        y : array of shape (samples,) or (samples, targets)
        groups : array of shape (samples,), optional
            What is left out together when penalties are chosen.
        """
        x, targets = validate_data(
            self, X, y, y_numeric=True, multi_output=True, ensure_all_finite="allow-nan",
            ensure_min_samples=2, dtype=np.float32,
        )  # fmt: skip
        self.single_ = targets.ndim == 1
        goals = np.asarray(targets, dtype=np.float64).reshape(len(x), -1)
        there = ~np.isnan(x)
        sums = np.where(there, x, 0).sum(axis=0, dtype=np.float64)
        self.mean_ = (sums / np.maximum(there.sum(axis=0), 1)).astype(np.float32)
        centred = x - self.mean_
        self.loadings_, self.variances_, self.noise_ = [], [], []
        self.scores_, self.width_ = [], []
        for rank in self.ranks:
            space = LowRank.fit(centred, rank)
            own = space.scores(centred)
            self.loadings_.append(space.loadings)
            self.variances_.append(space.variances)
            self.noise_.append(space.noise)
            self.scores_.append(own.astype(np.float32))
            self.width_.append(self._width(self.scores_[-1]))
        self._learn(self._spectrum(), goals, groups)
        return self

    def relearn(
        self, targets: Iterable[Array], groups: ArrayLike | None = None
    ) -> list[LowRankKernel]:
        """Return the model that other targets of the same training samples give, for each.

        Parameters
        ----------
        targets : iterable of arrays of shape (samples,) or (samples, targets)
        groups
            As for `fit`.
        """
        spectrum, found = self._spectrum(), []
        for own in targets:
            other = copy(self)
            goals = np.asarray(own, dtype=np.float64)
            other.single_ = goals.ndim == 1
            other._learn(spectrum, goals.reshape(len(goals), -1), groups)
            found.append(other)
        return found

    def fit_each(
        self, X: ArrayLike, targets: Array, groups: ArrayLike | None = None
    ) -> list[LowRankKernel]:
        """Return what `fit` gives of each column of targets, kernels computed once."""
        return self.fit(X, targets[:, 0], groups).relearn(targets.T, groups)

    def _spectrum(self) -> tuple[Array, Array]:
        values, vectors = np.linalg.eigh(self._kernel(self.scores_))
        return values, vectors

    def _learn(self, spectrum: tuple[Array, Array], goals: Array, groups: ArrayLike | None) -> None:
        """Solve for the weights of each direction of the targets, and put targets together."""
        mean, spread = goals.mean(axis=0), goals.std(axis=0)
        spread = np.where(spread > 1e-12, spread, 1)
        z = (goals - mean) / spread
        directions = np.eye(z.shape[1])
        if self.components is not None and z.shape[1] > self.components:
            directions = np.linalg.svd(z, full_matrices=False)[2][: self.components]
        names = np.arange(len(z)) if groups is None else np.asarray(groups)
        owner = np.unique(names, return_inverse=True)[1]
        wanted = z @ directions.T  # (samples, directions)
        weights, offset = np.empty_like(wanted), wanted.mean(axis=0)
        self.penalties_ = []
        for j in range(wanted.shape[1]):
            penalty, weights[:, j] = _solve(*spectrum, wanted[:, j] - offset[j], owner)
            self.penalties_.append(penalty)
        self.weights_ = (weights @ directions) * spread
        self.offset_ = (offset @ directions) * spread + mean

    def predict_all(self, X: ArrayLike) -> Array:
        """Return every target of each sample: (samples, features) → (samples, targets)."""
        predicted: Array = products(self.similarity(X), self.weights_.T) + self.offset_
        return predicted

    def similarity(self, X: ArrayLike) -> Array:
        """Return the kernel of samples with training's: (samples, training samples)."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float32)
        centred = x - self.mean_
        spaces = [
            LowRank(*s) for s in zip(self.loadings_, self.variances_, self.noise_, strict=True)
        ]
        return self._kernel([s.scores(centred) for s in spaces])

    def similarity_of_scores(self, scores: Array) -> Array:
        """Return the same of scores of all ranks side by side: (samples, combinations)."""
        ends = np.cumsum([len(own) for own in self.loadings_])[:-1]
        return self._kernel(np.split(scores, ends, axis=1))

    def score_weights(self, features: NDArray[np.intp]) -> Array:
        """Return how scores come from centred values of some features: (combinations, features).

        Of a sample that has measured these and no others.
        """
        spaces = zip(self.loadings_, self.variances_, self.noise_, strict=True)
        found = []
        for loadings, variances, noise in spaces:
            own = loadings[:, features].astype(np.float64)
            found.append(np.linalg.solve(own @ own.T + np.diag(noise / variances), own))
        return np.vstack(found)

    def predict(self, X: ArrayLike) -> Array:
        """Return the one target, or all: (samples,) or (samples, targets)."""
        found = self.predict_all(X)
        return found[:, 0] if self.single_ else found

    def on_features(self, features: NDArray[np.intp]) -> LowRankKernel:
        """Return the same model for samples that have only some of the features."""
        part = LowRankKernel(self.ranks, self.kernel, self.components)
        part.__dict__.update(vars(self))
        part.mean_ = self.mean_[features]
        part.loadings_ = [own[:, features] for own in self.loadings_]
        part.n_features_in_ = len(features)
        return part

    def _width(self, scores: NDArray[np.float32]) -> float:
        distances = _distances(scores, scores)
        if self.kernel == "linear":
            return max(float(np.square(scores, dtype=np.float64).sum(axis=1).mean()), 1e-12)
        off = distances[~np.eye(len(scores), dtype=bool)]
        return max(float(np.median(off)), 1e-12)

    def _kernel(self, scores: list[Any]) -> Array:
        """Return the mean kernel of new samples with training's."""
        total = np.zeros((len(scores[0]), len(self.scores_[0])))
        for new, own, width in zip(scores, self.scores_, self.width_, strict=True):
            if self.kernel == "linear":
                total += products(np.asarray(new, dtype=np.float64), own.astype(np.float64)) / width
            else:
                total += np.exp(-_distances(new, own) / width)
        return total / len(scores)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = True
        return tags


def _distances(a: Any, b: Any) -> Array:
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    squares = np.square(x).sum(axis=1)[:, None] + np.square(y).sum(axis=1) - 2 * products(x, y)
    positive: Array = np.maximum(squares, 0)
    return positive


def _solve(
    values: Array, vectors: Array, target: Array, owner: NDArray[np.intp]
) -> tuple[float, Array]:
    """Choose a penalty by the error on groups left out, in closed form; return it and weights.

    ``values`` and ``vectors`` are the kernel's. With ``H`` the matrix from targets to fitted
    values, the errors on a group ``g`` left out are ``(1 - H_gg)⁻¹ (y - H y)_g`` (Allen 1974,
    Technometrics 16:125, for groups).
    """
    values = np.maximum(values, 0)
    turned = vectors.T @ target
    groups = [np.flatnonzero(owner == g) for g in np.flatnonzero(np.bincount(owner) > 1)]
    best, least = None, np.inf
    for penalty in PENALTIES * max(float(values.mean()), 1e-12):
        shrink = values / (values + penalty)
        left = vectors @ ((1 - shrink) * turned)
        errors = left / np.maximum(1 - np.square(vectors) @ shrink, 1e-9)
        for rows in groups:
            own = vectors[rows]
            errors[rows] = np.linalg.solve(
                np.eye(len(rows)) * (1 + 1e-9) - (own * shrink) @ own.T, left[rows]
            )
        if (error := float(np.square(errors).mean())) < least:
            best, least = penalty, error
    penalty = float(best if best is not None else PENALTIES[-1])
    return penalty, vectors @ (turned / (values + penalty))


def _make(random_state: int, **_: Any) -> LowRankKernel:
    return LowRankKernel()


PREDICTOR = Predictor(
    name="low-rank-kernel",
    description="radial kernels on low-rank scores, which need no gap filled",
    make=_make,
    tuned=True,
    fast=True,
    repeated=False,  # a third of a second a fit, and no way yet to fit many SF2 at once
    caution="chosen on the lines of Yard et al. 2016 among twelve designs",
)
