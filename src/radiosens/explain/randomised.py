"""Models whose weights have been shuffled: whether contributions say anything of the model.

Adebayo et al. 2018 (NeurIPS, Sanity checks for saliency maps): what stays alike when weights are
shuffled is no explanation of them. Layers are shuffled one after the other, from the output on,
each keeping its own values in another order.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.pipeline import Pipeline
from sklearn.svm import SVR

from radiosens.models.fitted import Fitted, find_predictor
from radiosens.models.lineage import TwoMeans
from radiosens.predictors.lowrank import LowRankKernel
from radiosens.predictors.nearest import NearestNeighbour
from radiosens.predictors.tuning import NestedGridSearch
from radiosens.predictors.within import lineages
from radiosens.predictors.within_ridge import WithinLineage

__all__ = ["randomised"]

#: Models whose weights are of training samples, and where these are.
_BY_SAMPLE: dict[type, str] = {
    GaussianProcessRegressor: "alpha_",
    LowRankKernel: "weights_",
    NearestNeighbour: "y_",
}


def randomised(fitted: Fitted, random_state: int = 0) -> Iterator[tuple[str, Fitted]]:
    """Yield the model with more and more of its layers shuffled; nothing if it has none.

    Yields
    ------
    layer : str
        The last one shuffled.
    fitted : Fitted
        A copy; the network's next is made from it, so use each before asking for another.

    Examples
    --------
    >>> from radiosens.preprocessing.alignment import Reference
    >>> from sklearn.linear_model import Ridge
    >>> model = Ridge(alpha=1e-3).fit(np.eye(4), [1.0, 2.0, 3.0, 4.0])
    >>> one = Fitted("ridge", Reference(np.zeros(4, dtype=np.float32), 1.0), None, model)
    >>> [(layer, sorted(f.model.coef_) == sorted(model.coef_)) for layer, f in randomised(one)]
    [('weights', True)]
    """
    rng = np.random.default_rng(random_state)
    model = copy.deepcopy(fitted.model)
    if find_predictor(fitted.predictor).trains_in_epochs:
        for layer in _shuffle_network(getattr(model, "estimator_", model).net_, rng):
            yield layer, replace(fitted, model=model)
    elif _shuffle(model, rng):
        yield "weights", replace(fitted, model=model)


def _shuffle_network(net: Any, rng: np.random.Generator) -> Iterator[str]:
    import torch

    weights = {name: p for name, p in net.named_parameters() if p.numel() > 1}
    layers = list(dict.fromkeys(".".join(n.split(".")[:2]) for n in weights if "." in n))
    for layer in reversed(layers):
        with torch.no_grad():
            for name, p in weights.items():
                if ".".join(name.split(".")[:2]) == layer:
                    order = torch.from_numpy(rng.permutation(p.numel())).to(p.device)
                    p.copy_(p.flatten()[order].reshape(p.shape))
        yield layer


def _shuffle(model: Any, rng: np.random.Generator) -> bool:
    """Shuffle a model's weights in place; say whether it has any."""
    while isinstance(model, NestedGridSearch | Pipeline):
        model = model.model_ if isinstance(model, NestedGridSearch) else model.steps[-1][1]
    for kind, name in _BY_SAMPLE.items():
        if isinstance(model, kind):
            setattr(model, name, rng.permutation(getattr(model, name)))
            return True
    if isinstance(model, WithinLineage):
        # Whose expression is whose, within a lineage: the means of lineages stay.
        for lineage in np.unique(own := lineages(model.tissues_, len(model.z_))):
            rows = np.flatnonzero(own == lineage)
            model.z_[rows] = model.z_[rng.permutation(rows)]
    elif isinstance(model, ExtraTreesRegressor | RandomForestRegressor):
        for estimator in model.estimators_:
            values = estimator.tree_.value
            values[:, 0, 0] = rng.permutation(values[:, 0, 0])
    elif isinstance(model, TwoMeans):
        if model.features_.size == 0:
            return False
        drawn = rng.choice(model.n_features_in_, size=model.features_.size, replace=False)
        model.features_ = drawn.reshape(model.features_.shape)
    elif isinstance(model, SVR):
        order = rng.permutation(model.dual_coef_.shape[1])
        model._dual_coef_ = model._dual_coef_[:, order]
        model.dual_coef_ = model.dual_coef_[:, order]
    elif hasattr(model, "coef_"):
        coef = np.array(model.coef_)
        model.coef_ = rng.permutation(coef.reshape(-1)).reshape(coef.shape)
    else:
        return False
    return True
