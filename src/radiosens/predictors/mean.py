"""The mean SF2 of the training samples: what is known without looking at a sample."""

from __future__ import annotations

from typing import Any

from sklearn.dummy import DummyRegressor

from radiosens.predictors.base import Predictor

__all__ = ["PREDICTOR"]


def _make(random_state: int, **_: Any) -> DummyRegressor:
    return DummyRegressor(strategy="mean")


PREDICTOR = Predictor(
    name="mean",
    description="mean SF2 of the training samples",
    make=_make,
    fast=True,
)
