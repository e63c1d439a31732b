"""A trained predictor with its card, and the profiles it was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from radiosens.models.card import Card
from radiosens.models.fitted import Fitted
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.profiles import Profile

if TYPE_CHECKING:
    import anndata as ad

__all__ = ["Trained"]


@dataclass(frozen=True)
class Trained:
    """All that predictions are made from.

    Attributes
    ----------
    card : Card
    fitted : Fitted
        Trained on all samples.
    profiles : array of shape (samples, features)
        Training's log2 expression, NaN where missing.
    sample_lines : array of str, shape (samples,)
        The line of each profile.
    folds : dict of int to Fitted
        Trained without the donors of a fold; empty where they were too large to keep.
    platforms : dict of str to Profile
        Of a model of many tables: what a gene's value means on a kind of platform. Its
        profiles are standardised, gaps filled.
    """

    card: Card
    fitted: Fitted
    profiles: Matrix
    sample_lines: NDArray[np.str_]
    folds: Mapping[int, Fitted] = field(default_factory=dict)
    platforms: Mapping[str, Profile] = field(default_factory=dict)

    def as_anndata(self) -> ad.AnnData:
        """Return training's profiles, with line, donor, tissue and SF2 of each."""
        import anndata as ad
        import pandas as pd

        facts = {one.line: one for one in self.card.lines}
        obs = pd.DataFrame(
            [facts[line].model_dump() for line in self.sample_lines],
            index=[f"{line}.{i}" for i, line in enumerate(self.sample_lines, start=1)],
        ).drop(columns="samples")
        return ad.AnnData(
            X=self.profiles, obs=obs, var=pd.DataFrame(index=pd.Index(self.card.features))
        )
