"""What readers make of a file: values with what is said of samples and features.

It has the parts of an AnnData under the same names and becomes one at the end. Why not one from
the start: importing anndata takes longer than most files; and values may stay in their file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.sources.rows import Rows

if TYPE_CHECKING:
    import anndata as ad

__all__ = ["Expression"]

Values = NDArray[np.float32]


def _as_they_are(values: Values) -> Values:
    return values


@dataclass(frozen=True)
class Expression:
    """Samples × features whose values may still be in their file.

    Attributes
    ----------
    rows : Rows
        Values, on the file's own scale; an array is taken as well.
    obs, var : DataFrame
        What is said of samples and of features, indexed by their names.
    uns : dict
        What is said of the whole.
    convert : callable
        Brings values of some samples to log2; what it makes of one does not depend on others.

    Examples
    --------
    >>> names = pd.DataFrame(index=["a", "b"])
    >>> both = Expression(np.eye(2, dtype=np.float32), names, names)
    >>> both.of(samples=names.index == "b").X.tolist()
    [[0.0, 1.0]]
    """

    rows: Rows
    obs: pd.DataFrame
    var: pd.DataFrame
    uns: dict[str, Any] = field(default_factory=dict)
    convert: Callable[[Values], Values] = _as_they_are

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", Rows.of(self.rows))

    @property
    def X(self) -> Values:  # noqa: N802
        """All values, in memory from now on: float32, log2, NaN where missing."""
        values = self.rows.whole(self.convert)
        object.__setattr__(self, "rows", Rows.of(values, owned=True))
        object.__setattr__(self, "convert", _as_they_are)
        return values

    @property
    def obs_names(self) -> pd.Index:
        """Names of samples."""
        return self.obs.index

    @property
    def var_names(self) -> pd.Index:
        """Names of features."""
        return self.var.index

    @property
    def n_obs(self) -> int:
        """Number of samples."""
        return len(self.obs)

    @property
    def n_vars(self) -> int:
        """Number of features."""
        return len(self.var)

    @property
    def source(self) -> str:
        """The file's name."""
        return str(self.uns.get("source", "the data"))

    def of(
        self,
        samples: NDArray[np.bool_] | None = None,
        features: NDArray[np.bool_] | None = None,
    ) -> Expression:
        """Keep some samples and features."""
        found = self
        if samples is not None:
            rows = found.rows.some(np.flatnonzero(samples))
            found = replace(found, rows=rows, obs=found.obs.loc[samples])
        if features is not None:
            rows = found.rows.only(np.flatnonzero(features))
            found = replace(found, rows=rows, var=found.var.loc[features])
        return found

    def to_anndata(self) -> ad.AnnData:
        """Return it as an AnnData."""
        import anndata as ad

        return ad.AnnData(self.X, self.obs, self.var, self.uns)
