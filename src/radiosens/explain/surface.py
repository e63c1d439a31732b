"""One face for all kinds of models: aligned samples in, SF2 and contributions out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

from radiosens.explain.contributions import Baseline, Contributions
from radiosens.explain.kernels import kernel_sum, nearest_gradient
from radiosens.explain.linear import linear_weights
from radiosens.explain.preparation import Preparation
from radiosens.explain.shapley import exact_shapley, sampled_shapley
from radiosens.explain.trees import Forest
from radiosens.explain.two_means import two_means_contributions
from radiosens.models.fitted import Fitted, find_predictor
from radiosens.models.lineage import UNKNOWN, TwoMeans
from radiosens.predictors.group_mean import GroupMean
from radiosens.predictors.nearest import NearestNeighbour
from radiosens.predictors.rsi import GENES, RadiosensitivityIndex
from radiosens.predictors.tuning import NestedGridSearch
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
    slope : array of shape (features,), optional
        Of a linear model, for which several baselines are as good as their mean.
    """

    fitted: Fitted
    method: str
    pair: OnePair
    slope: Vector | None = None

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
        by_tissue = self._goes_by_tissue(told)
        values, errors = self._values(x, baseline.profiles, ~by_tissue, random_state)
        predicted = self.fitted.predict_prepared(self.fitted.finish(aligned), told)
        return Contributions(
            values,
            self._tissue(told, baseline, by_tissue),
            predicted,
            self._baseline(aligned, baseline, by_tissue),
            self.method,
            errors,
        )

    def _values(
        self, x: Vector, profiles: Matrix, rows: NDArray[np.bool_], random_state: int
    ) -> tuple[Vector, Vector | None]:
        """Return contributions of some samples, and their errors where anything was drawn."""
        if self.slope is not None:
            return (x - profiles.mean(axis=0, dtype=np.float64)) * self.slope, None
        values, errors = np.zeros(x.shape), np.zeros(x.shape)
        drawn = False
        for i in np.flatnonzero(rows):
            rng = np.random.default_rng(random_state)
            for profile in profiles.astype(np.float64):
                found, error = self.pair(x[i], profile, rng)
                values[i] += found / len(profiles)
                if error is not None:
                    drawn, errors[i] = True, errors[i] + np.square(error / len(profiles))
        return values, np.sqrt(errors) if drawn else None

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
            slope,
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
    return _others(fitted, way, pairs)


def _network(fitted: Fitted, way: Preparation, steps: int | None) -> Surface:
    from radiosens.explain.network import integrated_gradients, network_function

    function = network_function(fitted.model, way)

    def pair(x: Vector, b: Vector, rng: Any) -> tuple[Vector, None]:
        return integrated_gradients(function, x, b, steps=steps), None

    return Surface(fitted, "integrated gradients", pair)


def _others(fitted: Fitted, way: Preparation, pairs: int) -> Surface:
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
    gradient = _mean_gradient(model)
    if gradient is not None:
        return Surface(
            fitted,
            "integrated gradients in closed form",
            lambda x, b, rng: (way.back(gradient(way.apply(x), way.apply(b))) * (x - b), None),
        )
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


def _mean_gradient(model: Any) -> Callable[[Vector, Vector], Vector] | None:
    """Return what gives the mean gradient between prepared baseline and sample, in closed form."""
    if isinstance(model, NearestNeighbour):
        return lambda x, b: nearest_gradient(model.x_, model.y_, x - model.mean_, b - model.mean_)
    kernels = kernel_sum(model)
    return None if kernels is None else kernels.gradient
