"""Two means: SF2 of leukaemias, lymphomas and myelomas, and SF2 of all others.

That tumours of the blood are sensitive has been known for long (Deacon et al. 1984, Radiother
Oncol 2:317). It takes no expression to say so, and on the NCI-60 nothing that reads expression
is shown to know more; so this is what has to be beaten where both are in a panel. Where there is
one lineage, it is the mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from radiosens.predictors.base import Predictor
from radiosens.predictors.group_mean import GroupMean
from radiosens.predictors.within import lineages

__all__ = ["PREDICTOR", "LineageMean"]


class LineageMean(GroupMean):
    """Predict the mean SF2 of the training samples of the same lineage, blood or not.

    A lineage that training lacks gets the mean of all training samples. The tissue alone tells the
    lineage; the model ``nci60`` has the same two means and tells it by expression where no tissue
    is told (``two-means``, `radiosens.models.lineage.TwoMeans`).

    Attributes
    ----------
    means_ : dict
        ``haematological`` and ``solid`` to the mean SF2 of each that training has.

    Examples
    --------
    >>> x, tissues = np.zeros((4, 2)), ["AML", "Burkitt", "Lung", "Skin"]
    >>> model = LineageMean().fit(x, [0.1, 0.2, 0.5, 0.7], tissues=tissues)
    >>> model.predict(x[:3], tissues=["Myeloma", "Bone", "blood vessel"]).round(3).tolist()
    [0.15, 0.6, 0.6]
    """

    @staticmethod
    def _groups(tissues: ArrayLike | None, samples: int) -> NDArray[np.str_]:
        return lineages(tissues, samples)


def _make(random_state: int, **_: Any) -> LineageMean:
    return LineageMean()


PREDICTOR = Predictor(
    name="lineage-mean",
    description="two means: of leukaemia, lymphoma and myeloma, and of all others",
    make=_make,
    uses_tissues=True,
    fast=True,
)
