"""The paper's network, told which training samples are replicates of one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radiosens.network import without_torch
from radiosens.predictors.base import Predictor

if TYPE_CHECKING:
    import anndata as ad

    from radiosens.preprocessing.label_outliers import WithoutLabelOutliers

__all__ = ["PREDICTOR"]


def _make(random_state: int, **settings: Any) -> WithoutLabelOutliers:
    from radiosens.network.regressor import CNNRegressor  # torch is imported only where used
    from radiosens.preprocessing.label_outliers import WithoutLabelOutliers

    return WithoutLabelOutliers(CNNRegressor(random_state=random_state, **settings))


def _needs_replicates(panel: ad.AnnData) -> str | None:
    if panel.obs["line"].is_unique:
        return "no line has two samples, and without replicates it is cnn"
    return without_torch(panel)


PREDICTOR = Predictor(
    name="cnn-replicates",
    description="ours: that network, without training samples whose labels replicates contradict",
    make=_make,
    uses_lines=True,
    stochastic=True,
    trains_in_epochs=True,
    unsupported_reason=_needs_replicates,
)
