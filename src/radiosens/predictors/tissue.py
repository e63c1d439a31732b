"""The mean SF2 of the training samples of a tissue: what is known without expression.

Whatever a predictor finds in expression has to be worth more than this: lines of one tissue
look alike, and leukaemias are sensitive.
"""

from __future__ import annotations

from typing import Any

from radiosens.predictors.base import Predictor
from radiosens.predictors.group_mean import GroupMean, needs_two_tissues

__all__ = ["PREDICTOR", "TissueMean"]


class TissueMean(GroupMean):
    """Predict the mean SF2 of the training samples of the same tissue.

    A tissue that training lacks gets the mean of all training samples.

    Examples
    --------
    >>> import numpy as np
    >>> x, tissues = np.zeros((3, 2)), ["lung", "lung", "skin"]
    >>> model = TissueMean().fit(x, [0.4, 0.6, 0.8], tissues=tissues)
    >>> model.predict(x, tissues=["skin", "lung", "bone"]).round(3).tolist()
    [0.8, 0.5, 0.6]
    """


def _make(random_state: int, **_: Any) -> TissueMean:
    return TissueMean()


PREDICTOR = Predictor(
    name="tissue-mean",
    description="mean SF2 of the training samples of the same tissue",
    make=_make,
    uses_tissues=True,
    fast=True,
    unsupported_reason=needs_two_tissues,
)
