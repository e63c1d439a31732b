"""Extremely randomised trees (Geurts et al. 2006, Mach Learn 63:3)."""

from __future__ import annotations

from typing import Any

from sklearn.ensemble import ExtraTreesRegressor

from radiosens.predictors.base import Predictor
from radiosens.predictors.tuning import NestedGridSearch

__all__ = ["PREDICTOR"]


def _make(random_state: int, **_: Any) -> NestedGridSearch:
    return NestedGridSearch(
        ExtraTreesRegressor(100, max_features="sqrt", random_state=random_state),
        {"min_samples_leaf": [1, 4]},
        in_sample_space=False,
        random_state=random_state,
    )


PREDICTOR = Predictor(
    name="extra-trees",
    description="extremely randomised trees",
    make=_make,
    tuned=True,
    stochastic=True,
)
