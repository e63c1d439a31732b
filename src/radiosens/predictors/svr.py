"""Support vector regression (Drucker et al. 1997, NIPS 9:155), linear or radial."""

from __future__ import annotations

from typing import Any

from sklearn.svm import SVR

from radiosens.predictors.base import Predictor
from radiosens.predictors.tuning import NestedGridSearch

__all__ = ["PREDICTOR"]


def _make(random_state: int, **_: Any) -> NestedGridSearch:
    return NestedGridSearch(
        SVR(gamma=0.5, epsilon=0.05),
        {"kernel": ["linear", "rbf"], "C": [0.01, 0.03, 0.1, 0.3, 1.0, 3.0]},
        random_state=random_state,
    )


PREDICTOR = Predictor(
    name="svr",
    description="support vector regression, linear or radial",
    make=_make,
    tuned=True,
)
