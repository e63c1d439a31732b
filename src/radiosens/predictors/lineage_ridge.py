"""Two means, tissue, and ridge regression on expression: what expression adds to the others."""

from __future__ import annotations

from typing import Any

from radiosens.predictors.base import Predictor
from radiosens.predictors.within_ridge import WithinLineageRidge

__all__ = ["PREDICTOR"]


def _make(random_state: int, **_: Any) -> WithinLineageRidge:
    return WithinLineageRidge(random_state=random_state)


PREDICTOR = Predictor(
    name="lineage-ridge",
    description="two means, and tissue and ridge on expression as far as they help",
    make=_make,
    tuned=True,
    uses_tissues=True,
    fast=True,
)
