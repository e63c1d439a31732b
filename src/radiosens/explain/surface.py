"""One face for all kinds of models: aligned samples in, SF2 and contributions out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
from sklearn.pipeline import Pipeline

from radiosens.explain.contributions import Baseline, Contributions
from radiosens.explain.linear import linear_weights
from radiosens.explain.preparation import Preparation
from radiosens.explain.shapley import exact_shapley, path_shapley, sampled_shapley
from radiosens.explain.trees import Forest
from radiosens.explain.two_means import two_means_contributions
from radiosens.models.fitted import Fitted, find_predictor
from radiosens.models.lineage import UNKNOWN, TwoMeans
from radiosens.predictors.group_mean import GroupMean
from radiosens.predictors.lowrank import LowRankKernel
from radiosens.predictors.nearest import NearestNeighbour
from radiosens.predictors.rsi import GENES, RadiosensitivityIndex
from radiosens.predictors.tuning import NestedGridSearch, SampleSpacePCA
from radiosens.preprocessing import Matrix

__all__ = ["PAIRS", "Surface", "surface_of"]

Vector = NDArray[np.float64]
#: One sample against one baseline, with standard errors where something was drawn.
OnePair = Callable[[Vector, Vector, np.random.Generator], tuple[Vector, Vector | None]]

#: Orders of features drawn for a sampled Shapley value, each forth and back.
PAIRS = 8
#: Steps of integrated gradients where many samples are explained and one order would be drawn.
FEW_STEPS = 16


@dataclass(frozen=True)
class Surface:
    """A trained predictor, as far as its explanation goes.

    Attributes
    ----------
    fitted : Fitted
    method : str
        How contributions are found, in words.
    pair : callable
        ``pair(sample, baseline, rng)`` returns contributions of one against the other.
    linear : bool
        Whether several baselines are as good as their mean.
    """

    fitted: Fitted
    method: str
    pair: OnePair
    linear: bool = False

    def contributions(
        self,
        aligned: Matrix,
        baseline: Baseline,
        tissues: NDArray[np.str_] | None = None,
        *,
        random_state: int = 0,
    ) -> Contributions:
        """Explain samples.

        Parameters
        ----------
        aligned : array of shape (samples, features)
            Log2 values on training's level and spread, NaN where missing.
        baseline : Baseline
        tissues : array of str, shape (samples,), optional
            As predicted with; "unknown" where not known.
        random_state : int
            Of orders drawn; each sample's are the same whatever stands beside it.
        """
        told = np.full(len(aligned), "unknown") if tissues is None else tissues
        x = self._filled(aligned)
        profiles = baseline.profiles
        if self.linear and len(profiles) > 1:
            profiles = profiles.mean(axis=0, keepdims=True, dtype=np.float64)
        values, errors = np.zeros(x.shape), np.zeros(x.shape)
        by_tissue = self._goes_by_tissue(told)
        drawn = False
        for i in np.flatnonzero(~by_tissue):
            rng = np.random.default_rng(random_state)
            for profile in profiles.astype(np.float64):
                found, error = self.pair(x[i], profile, rng)
                values[i] += found / len(profiles)
                if error is not None:
                    drawn, errors[i] = True, errors[i] + np.square(error / len(profiles))
        predicted = self.fitted.predict_prepared(self.fitted.finish(aligned), told)
        return Contributions(
            values,
            self._tissue(told, baseline, by_tissue),
            predicted,
            self._baseline(aligned, baseline, by_tissue),
            self.method,
            np.sqrt(errors) if drawn else None,
        )

    def _filled(self, aligned: Matrix) -> Vector:
        x = aligned.astype(np.float64)
        if isinstance(self.fitted.model, TwoMeans):
            return x
        return np.where(np.isnan(x), self.fitted.reference.mean, x)

    def _goes_by_tissue(self, told: NDArray[np.str_]) -> NDArray[np.bool_]:
        """Tell which samples are predicted by their tissue and nothing else."""
        if isinstance(self.fitted.model, GroupMean):
            return np.ones(len(told), dtype=bool)
        if isinstance(self.fitted.model, TwoMeans):
            return np.array([t not in UNKNOWN for t in told], dtype=bool)
        return np.zeros(len(told), dtype=bool)

    def _tissue(
        self, told: NDArray[np.str_], baseline: Baseline, by_tissue: NDArray[np.bool_]
    ) -> Vector:
        """Return what each sample's tissue adds, against the baseline's tissues.

        What predictors make of a tissue is the same for any expression, but for two means, which
        go by the one or by the other.
        """
        if not find_predictor(self.fitted.predictor).uses_tissues:
            return np.zeros(len(told))
        names = np.unique(told)
        effect = dict(zip(names.tolist(), self._of_tissues(baseline, names), strict=True))
        added = np.array([effect[t] for t in told.tolist()]) - self._by_tissues(baseline)
        if isinstance(self.fitted.model, TwoMeans):
            return np.where(by_tissue, added, 0.0)
        return added

    def _of_tissues(self, baseline: Baseline, names: NDArray[np.str_]) -> Vector:
        x = np.repeat(baseline.profiles[:1], len(names), axis=0)
        return self.fitted.predict_prepared(self.fitted.finish(x), names)

    def _by_tissues(self, baseline: Baseline) -> float:
        """Predict the baseline's first profile by its shares of tissues."""
        shares = dict(baseline.tissues) or {"unknown": 1.0}
        predicted = self._of_tissues(baseline, np.array(list(shares)))
        return float(predicted @ np.array(list(shares.values())))

    def _baseline(
        self, aligned: Matrix, baseline: Baseline, by_tissue: NDArray[np.bool_]
    ) -> Vector:
        """Predict what each sample is compared with, by the model itself."""
        if isinstance(self.fitted.model, TwoMeans):
            means = np.empty(len(aligned))
            for i, row in enumerate(np.isnan(aligned)):  # it lacks what the sample lacks
                own = np.where(row, np.nan, baseline.profiles).astype(np.float32)
                means[i] = self.fitted.predict_prepared(self.fitted.finish(own)).mean()
            return np.where(by_tissue, self._by_tissues(baseline), means)
        predicted = self.fitted.predict_prepared(self.fitted.finish(baseline.profiles))
        whole = float(predicted.mean())
        if find_predictor(self.fitted.predictor).uses_tissues:
            # Profiles were predicted without a tissue: add those of the baseline.
            whole += self._by_tissues(baseline) - float(predicted[0])
        return np.full(len(aligned), whole)


def surface_of(fitted: Fitted, *, pairs: int = PAIRS) -> Surface:
    """Return how a trained predictor is explained.

    Parameters
    ----------
    fitted : Fitted
    pairs : int
        Orders drawn, for models whose Shapley values are sampled. With one, gradients too are
        taken at few steps: for means over many samples.
    """
    model, way = fitted.model, Preparation.of(fitted.scaling)
    weights = linear_weights(model)
    if weights is not None:
        slope = way.back(weights)
        return Surface(
            fitted,
            "closed form of a linear model",
            lambda x, b, rng: (slope * (x - b), None),
            linear=True,
        )
    if isinstance(model, TwoMeans):
        return Surface(
            fitted,
            "integrated gradients in closed form",
            lambda x, b, rng: (two_means_contributions(model, x, b), None),
        )
    if isinstance(model, GroupMean):
        return Surface(fitted, "the tissue's mean", lambda x, b, rng: (np.zeros(len(x)), None))
    if find_predictor(fitted.predictor).trains_in_epochs:
        return _network(fitted, way, FEW_STEPS if pairs == 1 else None)
    return _shapley(fitted, way, pairs)


def _network(fitted: Fitted, way: Preparation, steps: int | None) -> Surface:
    from radiosens.explain.network import integrated_gradients, network_function

    function = network_function(fitted.model, way)

    def pair(x: Vector, b: Vector, rng: Any) -> tuple[Vector, None]:
        return integrated_gradients(function, x, b, steps=steps), None

    return Surface(fitted, "integrated gradients", pair)


def _shapley(fitted: Fitted, way: Preparation, pairs: int) -> Surface:
    model = fitted.model
    inner = model.model_ if isinstance(model, NestedGridSearch) else model
    if isinstance(inner, ExtraTreesRegressor | RandomForestRegressor):
        forest = Forest.of(inner)
        return Surface(
            fitted,
            "exact Shapley values of trees",
            lambda x, b, rng: (forest.contributions(way.apply(x), way.apply(b)), None),
        )
    if isinstance(model, RadiosensitivityIndex):
        used = np.array(model.positions_, dtype=np.intp)
        ranks = np.array([gene.weight for gene in GENES])
        return Surface(
            fitted,
            "exact Shapley values of ten genes",
            lambda x, b, rng: (
                exact_shapley(lambda rows: rankdata(rows, axis=1) @ ranks, x, b, used),
                None,
            ),
        )
    seen = _combinations(model)
    if seen is None:
        return Surface(
            fitted,
            "sampled Shapley values",
            lambda x, b, rng: sampled_shapley(
                lambda rows: fitted.predict_prepared(fitted.finish(rows.astype(np.float32))),
                x,
                b,
                pairs,
                rng,
            ),
        )
    directions, offset, head = seen
    back = way.back(directions.T).T

    def pair(x: Vector, b: Vector, rng: np.random.Generator) -> tuple[Vector, Vector | None]:
        start = way.apply(b) @ directions - offset
        return path_shapley(back, start, x - b, head, pairs, rng)

    return Surface(fitted, "sampled Shapley values", pair)


def _combinations(
    model: Any,
) -> tuple[Vector, Vector, Callable[[Vector], Vector]] | None:
    """Return the linear combinations of features that a model sees, and what it makes of them."""
    if isinstance(model, NearestNeighbour):
        # Whose product with a sample is highest does not depend on the sample's length.
        directions = model.x_.T
        return directions, model.mean_ @ directions, lambda z: model.y_[z.argmax(axis=1)]
    if isinstance(model, LowRankKernel):
        return _low_rank(model)
    pca = getattr(model, "pca_", None)
    head: Any = getattr(model, "model_", None)
    if isinstance(model, Pipeline) and isinstance(model.steps[0][1], SampleSpacePCA):
        pca, head = model.steps[0][1], model[1:]
    if not isinstance(pca, SampleSpacePCA) or head is None:
        return None
    return pca.basis_, pca.mean_ @ pca.basis_, lambda z: np.asarray(head.predict(z)).ravel()


def _low_rank(model: LowRankKernel) -> tuple[Vector, Vector, Callable[[Vector], Vector]]:
    """Return how scores of each rank come from features, and what kernels make of them."""
    ways = []
    for loadings, variances, noise in zip(
        model.loadings_, model.variances_, model.noise_, strict=True
    ):
        own = loadings.astype(np.float64)
        ways.append(np.linalg.solve(own @ own.T + np.diag(noise / variances), own).T)
    cuts = np.cumsum([w.shape[1] for w in ways])[:-1]

    def head(z: Vector) -> Vector:
        found = model._kernel(np.split(z, cuts, axis=1)) @ model.weights_ + model.offset_
        return np.asarray(found[:, 0], dtype=np.float64)

    directions = np.hstack(ways)
    return directions, model.mean_ @ directions, head
