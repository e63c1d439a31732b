"""Ridge regression on all features."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import Ridge

from radiosens.predictors.base import Predictor
from radiosens.predictors.tuning import Tuned

__all__ = ["PREDICTOR"]


def _make(random_state: int, **_: Any) -> Tuned:
    return Tuned(
        Ridge(),
        {"alpha": np.logspace(-2, 3, 11).tolist()},
        random_state=random_state,
    )


PREDICTOR = Predictor(
    name="ridge",
    description="ridge regression on all features",
    make=_make,
    tunes=True,
    cheap=True,
)
