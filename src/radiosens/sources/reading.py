"""What was read of a file: names, what is said of samples and features, and the values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.sources.rows import Rows

__all__ = ["Reading"]

Values = NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """Samples × features whose values may still be in their file.

    Attributes
    ----------
    rows : Rows
        Values, on the file's own scale.
    obs, var : DataFrame
        What is said of samples and features, by name.
    uns : dict
        What is said of all.
    convert : callable
        Brings values of some samples to log2; what it makes of one does not depend on others.
    """

    rows: Rows
    obs: pd.DataFrame
    var: pd.DataFrame
    uns: dict[str, Any] = field(default_factory=dict)
    convert: Callable[[Values], Values] = lambda x: x

    @property
    def source(self) -> str:
        """The file's name."""
        return str(self.uns.get("source", "the data"))

    def log2(self, samples: slice) -> Values:
        """Return the log2 values of some samples: (samples, features)."""
        return self.convert(self.rows.block(samples.start, samples.stop))

    def features(self, kept: NDArray[np.bool_]) -> Reading:
        """Return the same with some of the features."""
        return replace(self, rows=self.rows.only(np.flatnonzero(kept)), var=self.var[kept])

    def samples(self, kept: NDArray[np.bool_]) -> Reading:
        """Return the same with some of the samples."""
        return replace(self, rows=self.rows.some(np.flatnonzero(kept)), obs=self.obs[kept])

    def load(self) -> ad.AnnData:
        """Return it in memory, log2."""
        return ad.AnnData(self.rows.whole(self.convert), obs=self.obs, var=self.var, uns=self.uns)
