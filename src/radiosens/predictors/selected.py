"""Features of highest correlation with SF2 in training, and ridge regression on them.

The choice is made anew in every fold, outer and inner. Chosen once before splitting, the same
pipeline finds structure in pure noise (Ambroise and McLachlan 2002, PNAS 99:6562).
"""

from __future__ import annotations

from typing import Any

from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from radiosens.predictors.base import Predictor
from radiosens.predictors.tuning import NestedGridSearch

__all__ = ["PREDICTOR"]


def _make(random_state: int, **_: Any) -> NestedGridSearch:
    return NestedGridSearch(
        make_pipeline(SelectKBest(f_regression), Ridge()),
        {"selectkbest__k": [20, 100, 500], "ridge__alpha": [10.0, 100.0, 1_000.0]},
        in_sample_space=False,
        random_state=random_state,
    )


PREDICTOR = Predictor(
    name="selected-ridge",
    description="genes chosen by correlation in training, and ridge regression",
    make=_make,
    tuned=True,
)
