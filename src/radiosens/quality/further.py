"""Further checks: duplicates, outlying samples, spread of replicates, sex, batches."""

from __future__ import annotations

from dataclasses import dataclass

import anndata as ad
import numpy as np
from numpy.typing import NDArray

__all__ = ["Finding", "further_findings"]


@dataclass(frozen=True)
class Finding:
    """Something worth a look.

    Attributes
    ----------
    kind : str
        ``duplicate``, ``outlier``, ``spread``, ``sex`` or ``batch``.
    samples : tuple of str
        The samples concerned.
    sentence : str
        What was found, and what to do.
    """

    kind: str
    samples: tuple[str, ...]
    sentence: str


def further_findings(
    panel: ad.AnnData, similarity: NDArray[np.float32], verdict: NDArray[np.str_]
) -> list[Finding]:
    """Return what else a careful analyst would tell of a panel."""
    return []
