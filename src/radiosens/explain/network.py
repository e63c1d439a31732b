"""Integrated and expected gradients of the network.

Integrated gradients (Sundararajan et al. 2017, ICML, arXiv:1703.01365): a feature's contribution is
its change from baseline to sample times the mean gradient on the straight way between. Expected
gradients (Erion et al. 2021, Nat Mach Intell 3:620) are their mean over training profiles as
baselines.

All that is asked of a regressor is in `network_function`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from radiosens.explain.contributions import relative_error
from radiosens.explain.preparation import Preparation
from radiosens.network.memory import freed_memory_kept

__all__ = ["NetworkFunction", "integrated_gradients", "network_function"]

Vector = NDArray[np.float64]

#: Points on the way, tried in turn until contributions add up; each three times the last, so that
#: a midpoint stays one.
STEPS = (32, 96, 288)
#: Relative error at which they do.
ENOUGH = 2e-4
#: Points worked on at once: memory does not grow with their number.
_BATCH = 16


@dataclass(frozen=True)
class NetworkFunction:
    """The network from aligned samples to SF2, in two parts.

    Attributes
    ----------
    inputs : callable
        Aligned samples to the network's inputs: (samples, features) → (samples, length), an
        affine map.
    back : callable
        Gradients by the network's inputs to those by aligned values, its transpose.
    sf2 : callable
        Differentiable: Tensor of shape (batch, length) → (batch,).
    """

    inputs: Callable[[NDArray[np.floating]], NDArray[np.float32]]
    back: Callable[[Vector], Vector]
    sf2: Callable[[Tensor], Tensor]

    def predict(self, x: NDArray[np.floating]) -> Vector:
        """Predict SF2 of aligned samples."""
        with torch.no_grad():
            parts = [
                self.sf2(torch.from_numpy(self.inputs(x[i : i + _BATCH])))
                for i in range(0, len(x), _BATCH)
            ]
        return torch.cat(parts).double().numpy()

    def gradients(self, points: NDArray[np.float32]) -> Vector:
        """Return the sum of gradients by inputs at some points: (points, length) → (length,)."""
        total = np.zeros(points.shape[1])
        for i in range(0, len(points), _BATCH):
            x = torch.from_numpy(points[i : i + _BATCH]).requires_grad_()
            (gradient,) = torch.autograd.grad(self.sf2(x).sum(), x)
            total += gradient.sum(dim=0).double().numpy()
        return total


def network_function(model: Any, outer: Preparation) -> NetworkFunction:
    """Take a fitted network apart: what is asked of a regressor, here and nowhere else.

    Parameters
    ----------
    model : CNNRegressor
        Or what holds one as ``estimator_``. Used are ``net_``, ``scaling_``, ``noise_`` and,
        where there is one, ``ceiling_``, SF2 of an output of zero.
    outer : Preparation
        What samples go through before the regressor.
    """
    model = getattr(model, "estimator_", model)
    net, noise, ceiling = model.net_, model.noise_, getattr(model, "ceiling_", None)
    inner = Preparation.of(model.scaling_)
    features, length = model.n_features_in_, model.architecture_.length
    weights = {name: p.detach() for name, p in net.state_dict().items()}  # none is to be learned
    components = None if noise is None else noise.components.astype(np.float64)

    def project(x: Vector) -> Vector:
        """Onto what training knows, an orthogonal projection: its own transpose."""
        return x if components is None else (x @ components.T) @ components

    def inputs(x: NDArray[np.floating]) -> NDArray[np.float32]:
        scaled = project(inner.apply(outer.apply(x)))
        return np.pad(scaled, ((0, 0), (0, length - features))).astype(np.float32)

    def back(gradient: Vector) -> Vector:
        return outer.back(inner.back(project(gradient[..., :features])))

    def sf2(x: Tensor) -> Tensor:
        out: Tensor = torch.func.functional_call(net, weights, (x,))
        return out if ceiling is None else ceiling * torch.exp(-out)

    return NetworkFunction(inputs, back, sf2)


def integrated_gradients(
    function: NetworkFunction, sample: Vector, baseline: Vector, *, steps: int | None = None
) -> Vector:
    """Return the contributions of one sample against one baseline: (features,).

    The mean gradient is taken at midpoints, of more and more steps until contributions add up
    to 0.02 % of the difference of predictions.

    Parameters
    ----------
    function : NetworkFunction
    sample, baseline : array of shape (features,)
        Aligned log2 values.
    steps : int, optional
        So many, and no more are tried.
    """
    ends = function.inputs(np.stack([baseline, sample]))
    way = ends[1] - ends[0]
    low, high = function.predict(np.stack([baseline, sample]))
    values = np.zeros(len(sample))
    total, last = np.zeros(len(way)), 0
    with freed_memory_kept():
        for count in STEPS if steps is None else (steps,):
            new = np.arange(count)
            if last:  # every third midpoint is one of those that are there
                new = new[new % 3 != 1]
            shares = ((new + 0.5) / count).astype(np.float32)
            for i in range(0, len(shares), _BATCH):
                total += function.gradients(ends[0] + shares[i : i + _BATCH, None] * way)
            values, last = function.back(total / count) * (sample - baseline), count
            error = relative_error(values.sum(keepdims=True), np.array([high - low]))[0]
            if error < ENOUGH:
                break
    return values
