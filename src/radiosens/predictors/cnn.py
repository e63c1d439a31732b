"""The paper's convolutional network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radiosens.network import without_torch
from radiosens.predictors.base import Predictor

if TYPE_CHECKING:
    from radiosens.network.regressor import CNNRegressor

__all__ = ["PREDICTOR"]


def _make(random_state: int, **settings: Any) -> CNNRegressor:
    from radiosens.network.regressor import CNNRegressor  # torch is imported only where used

    return CNNRegressor(random_state=random_state, **settings)


PREDICTOR = Predictor(
    name="cnn",
    description="the convolutional network of Kim and Chung, trained as they say",
    make=_make,
    stochastic=True,
    trains_in_epochs=True,
    unsupported_reason=without_torch,
)
