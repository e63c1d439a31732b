"""Two means and tissue: what tissue adds to lineage, shrunken as far as tuning says."""

from __future__ import annotations

from typing import Any

import numpy as np

from radiosens.predictors.base import Predictor
from radiosens.predictors.group_mean import needs_two_tissues
from radiosens.predictors.within_ridge import WithinLineageRidge

__all__ = ["PREDICTOR"]


def _make(random_state: int, **_: Any) -> WithinLineageRidge:
    return WithinLineageRidge((np.inf,), (0.0, 0.01, 0.03, 0.1, 0.3, 1.0), random_state)


PREDICTOR = Predictor(
    name="lineage-tissue",
    description="two means, and tissue as far as it helps",
    make=_make,
    tuned=True,
    uses_tissues=True,
    fast=True,
    unsupported_reason=needs_two_tissues,
)
