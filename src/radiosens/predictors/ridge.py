"""Ridge regression on all features."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import Ridge

from radiosens.predictors.base import Predictor
from radiosens.predictors.tuning import NestedGridSearch

__all__ = ["PREDICTOR"]


def _make(random_state: int, **_: Any) -> NestedGridSearch:
    return NestedGridSearch(
        Ridge(),
        {"alpha": np.logspace(-2, 3, 11).tolist()},
        random_state=random_state,
    )


PREDICTOR = Predictor(
    name="ridge",
    description="ridge regression on all features",
    make=_make,
    tuned=True,
    fast=True,
)
