"""Elastic net (Zou and Hastie 2005, J R Stat Soc B 67:301) on the features of highest correlation.

Features are screened first, inside each fold of the tuning as well (Fan and Lv 2008,
J R Stat Soc B 70:849), so that tens of thousands of them stay affordable.
"""

from __future__ import annotations

from typing import Any

from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.linear_model import ElasticNet
from sklearn.pipeline import make_pipeline

from radiosens.predictors.base import Predictor
from radiosens.predictors.tuning import NestedGridSearch

__all__ = ["PREDICTOR"]


def _make(random_state: int, **_: Any) -> NestedGridSearch:
    return NestedGridSearch(
        make_pipeline(SelectKBest(f_regression), ElasticNet(max_iter=2_000, tol=1e-3)),
        {
            "selectkbest__k": [1_000],
            "elasticnet__l1_ratio": [0.2, 0.8],
            "elasticnet__alpha": [0.01, 0.03, 0.1],
        },
        in_sample_space=False,
        random_state=random_state,
    )


PREDICTOR = Predictor(
    name="elastic-net",
    description="elastic net on the 1,000 training features of highest correlation",
    make=_make,
    tuned=True,
)
