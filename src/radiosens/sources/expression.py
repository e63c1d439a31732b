"""What readers make of a file: values with what is said of samples and features.

It has the parts of an AnnData under the same names and becomes one at the end. Why not one from
the start: importing anndata takes longer than most files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    import anndata as ad

__all__ = ["Expression"]


@dataclass
class Expression:
    """Expression of samples.

    Attributes
    ----------
    X : array of shape (samples, features)
        float32, NaN where missing.
    obs, var : DataFrame
        What is said of samples and of features, indexed by their names.
    uns : dict
        What is said of the whole.

    Examples
    --------
    >>> names = pd.Index(["a", "b"])
    >>> both = Expression(np.eye(2, dtype=np.float32), pd.DataFrame(index=names), pd.DataFrame(index=names))
    >>> both.of(samples=names == "b").X.tolist()
    [[0.0, 1.0]]
    """  # noqa: E501

    X: Any
    obs: pd.DataFrame
    var: pd.DataFrame
    uns: dict[str, Any] = field(default_factory=dict)

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

    def of(
        self,
        samples: NDArray[np.bool_] | slice = slice(None),
        features: NDArray[np.bool_] | slice = slice(None),
    ) -> Expression:
        """Keep some samples and features."""
        values = self.X[samples][:, features]
        return Expression(values, self.obs.loc[samples], self.var.loc[features], self.uns)

    def to_anndata(self) -> ad.AnnData:
        """Return it as an AnnData."""
        import anndata as ad

        return ad.AnnData(self.X, self.obs, self.var, self.uns)
