"""Partial least squares (Wold 1984, SIAM J Sci Stat Comput 5:735)."""

from __future__ import annotations

from typing import Any

from sklearn.cross_decomposition import PLSRegression

from radiosens.predictors.base import Predictor
from radiosens.predictors.tuning import NestedGridSearch

__all__ = ["PREDICTOR"]


def _make(random_state: int, **_: Any) -> NestedGridSearch:
    return NestedGridSearch(
        PLSRegression(scale=False),
        {"n_components": [1, 2, 3, 4, 6]},
        random_state=random_state,
    )


PREDICTOR = Predictor(
    name="pls",
    description="partial least squares",
    make=_make,
    tuned=True,
)
