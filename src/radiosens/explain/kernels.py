"""Contributions to models that see linear combinations of features through kernels.

Integrated gradients (Sundararajan et al. 2017, ICML, arXiv:1703.01365), the values of Aumann and
Shapley (1974): a feature's change from baseline to sample times the mean gradient on the straight
way between. Of radial kernels the gradient is known in closed form, and smooth
enough for a few points of Gauss and Legendre. The nearest neighbour is what a softmax of
similarities becomes as it hardens: along the way it goes from neighbour to neighbour, and at each
step its gradient is all of that step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.pipeline import Pipeline
from sklearn.svm import SVR

from radiosens.predictors.lowrank import LowRankKernel
from radiosens.predictors.tuning import NestedGridSearch, SampleSpacePCA

__all__ = ["KernelSum", "Radial", "kernel_sum", "low_rank_parts", "nearest_gradient"]

Vector = NDArray[np.float64]

#: Points on the way from baseline to sample.
NODES = 12


@dataclass(frozen=True)
class Radial:
    """Radial kernels at training samples: the sum of ``weights * exp(-distance**2 / width)``.

    Attributes
    ----------
    columns : slice
        Of the combinations, those that distances are taken over.
    centres : array of shape (training samples, columns)
    weights : array of shape (training samples, targets)
    width : float
    """

    columns: slice
    centres: Vector
    weights: Vector
    width: float

    def mean_gradient(self, start: Vector, end: Vector) -> Vector:
        """Return the mean gradient of each target: (columns, targets)."""
        at, share = np.polynomial.legendre.leggauss(NODES)
        way = start + (at[:, None] + 1) / 2 * (end - start)  # (nodes, columns)
        squares = np.square(way).sum(axis=1)[:, None] + np.square(self.centres).sum(axis=1)
        kernel = np.exp(-(squares - 2 * way @ self.centres.T) / self.width)
        kernel *= share[:, None] / 2  # (nodes, training samples)
        towards = self.centres.T @ (kernel.sum(axis=0)[:, None] * self.weights)
        gradient: Vector = (towards - way.T @ (kernel @ self.weights)) * 2 / self.width
        return gradient


@dataclass(frozen=True)
class KernelSum:
    """What a model makes of linear combinations of features.

    Attributes
    ----------
    directions : array of shape (features, combinations)
    offset : array of shape (combinations,)
        Taken off them.
    slope : array of shape (combinations, targets)
        Of its linear part.
    radial : tuple of Radial
    """

    directions: Vector
    offset: Vector
    slope: Vector
    radial: tuple[Radial, ...]

    def mean_gradient(self, start: Vector, end: Vector) -> Vector:
        """Return the mean gradient by combinations between two of their values."""
        found = self.slope.copy()
        for part in self.radial:
            own = part.columns
            found[own] += part.mean_gradient(start[own], end[own])
        return found

    def gradient(self, sample: Vector, baseline: Vector) -> Vector:
        """Return the mean gradient of the first target by features: (features,).

        Examples
        --------
        >>> one = Radial(slice(0, 1), np.zeros((1, 1)), np.ones((1, 1)), 1.0)
        >>> model = KernelSum(np.array([[1.0], [2.0]]), np.zeros(1), np.zeros((1, 1)), (one,))
        >>> sample = np.array([0.2, 0.3])
        >>> values = model.gradient(sample, np.zeros(2)) * sample
        >>> bool(np.isclose(values.sum(), np.exp(-(0.8**2)) - 1))
        True
        >>> (values / values[0]).round(6).tolist()
        [1.0, 3.0]
        """
        ends = np.stack([baseline, sample]) @ self.directions - self.offset
        gradient: Vector = self.directions @ self.mean_gradient(ends[0], ends[1])[:, 0]
        return gradient


def kernel_sum(model: Any) -> KernelSum | None:
    """Take a kernel machine, Gaussian process or low-rank kernel apart; None if it is none."""
    if isinstance(model, LowRankKernel):
        return _low_rank(model)
    if isinstance(model, NestedGridSearch):
        pca, head = model.pca_, model.model_
    elif isinstance(model, Pipeline) and len(model.steps) == 2:
        pca, head = model.steps[0][1], model.steps[1][1]
    else:
        return None
    if not isinstance(pca, SampleSpacePCA):
        return None
    parts = _parts(head)
    if parts is None:
        return None
    slope, centres, weights, width = parts
    radial = Radial(slice(None), centres, weights[:, None], width)
    return KernelSum(pca.basis_, pca.mean_ @ pca.basis_, slope[:, None], (radial,))


def _parts(head: Any) -> tuple[Vector, Vector, Vector, float] | None:
    """Return slope, centres, weights and width of a machine's kernel, linear and radial."""
    if isinstance(head, SVR) and head.kernel == "rbf":
        centres = np.asarray(head.support_vectors_, dtype=np.float64)
        none = np.zeros(centres.shape[1])
        return none, centres, np.asarray(head.dual_coef_[0]), 1 / float(head._gamma)
    if not isinstance(head, GaussianProcessRegressor):
        return None
    told = head.kernel_.get_params()
    try:  # as radiosens.predictors.gaussian makes it: linear + radial + noise
        linear = float(told["k1__k1__k1__constant_value"])
        radial = float(told["k1__k2__k1__constant_value"])
        length = float(told["k1__k2__k2__length_scale"])
    except KeyError:
        return None
    weights = np.asarray(head.alpha_) * head._y_train_std
    slope: Vector = linear * (head.X_train_.T @ weights)
    return slope, head.X_train_, radial * weights, 2 * length**2


def _low_rank(model: LowRankKernel) -> KernelSum:
    """Return how scores of each rank come from features, and what kernels make of them."""
    directions = model.score_weights(np.arange(len(model.mean_))).T
    slope, radial = low_rank_parts([model])
    return KernelSum(directions, model.mean_ @ directions, slope, radial)


def low_rank_parts(models: Any) -> tuple[Vector, tuple[Radial, ...]]:
    """Return the linear and the radial part of models that differ in their weights alone.

    A target each: the first of each model's.
    """
    first: LowRankKernel = models[0]
    weights = np.stack([m.weights_[:, 0] for m in models], axis=1) / len(first.ranks)
    radial, slopes, begin = [], [], 0
    for scores, width in zip(first.scores_, first.width_, strict=True):
        centres = scores.astype(np.float64)
        end = begin + centres.shape[1]
        slopes.append(np.zeros((centres.shape[1], len(models))))
        if first.kernel == "linear":
            slopes[-1] = centres.T @ weights / width
        else:
            radial.append(Radial(slice(begin, end), centres, weights, width))
        begin = end
    return np.vstack(slopes), tuple(radial)


def nearest_gradient(profiles: Vector, targets: Vector, sample: Vector, baseline: Vector) -> Vector:
    """Return the mean gradient of the target of the profile that a sample is most alike.

    Parameters
    ----------
    profiles : array of shape (training samples, features)
        Whose product with a sample says how alike it is.
    targets : array of shape (training samples,)
    sample, baseline : array of shape (features,)
        Centred by training.

    Examples
    --------
    >>> profiles = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    >>> sample, baseline = np.array([0.0, 3.0, 5.0]), np.array([1.0, 0.0, 0.0])
    >>> gradient = nearest_gradient(profiles, np.array([0.2, 0.6]), sample, baseline)
    >>> (gradient * (sample - baseline)).round(2).tolist()
    [0.1, 0.3, 0.0]
    """
    level, rise = profiles @ baseline, profiles @ (sample - baseline)
    gradient, at, place = np.zeros(len(sample)), 0.0, int(np.argmax(level))
    while True:
        faster = rise > rise[place] + 1e-12
        meets = np.full(len(rise), np.inf)
        meets[faster] = (level[place] - level[faster]) / (rise[faster] - rise[place])
        meets = np.maximum(meets, at)
        then = int(np.argmin(meets))
        if meets[then] >= 1:
            return gradient
        gap = targets[then] - targets[place]
        gradient += gap * (profiles[then] - profiles[place]) / (rise[then] - rise[place])
        at, place = float(meets[then]), then
