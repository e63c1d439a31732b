"""Principal components of the training samples, and ridge regression on them."""

from __future__ import annotations

from typing import Any

from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from radiosens.predictors.base import Predictor
from radiosens.predictors.tuning import NestedGridSearch

__all__ = ["PREDICTOR"]


def _make(random_state: int, **_: Any) -> NestedGridSearch:
    return NestedGridSearch(
        make_pipeline(PCA(svd_solver="full"), Ridge()),
        {"pca__n_components": [3, 5, 10, 20], "ridge__alpha": [0.01, 0.1, 1.0, 10.0]},
        random_state=random_state,
    )


PREDICTOR = Predictor(
    name="pca-ridge",
    description="principal components of the training samples and ridge regression",
    make=_make,
    tuned=True,
)
