"""The Radiosensitivity Index of Eschrich et al. 2009 (Int J Radiat Oncol Biol Phys 75:489).

Ten genes are ranked by expression *within* a sample, from 1 for the lowest to 10 for the
highest, and the index is a weighted sum of the ranks::

    RSI = -0.0098009 AR + 0.0128283 cJun + 0.0254552 STAT1 - 0.0017589 PKC-beta
          -0.0038171 RelA + 0.1070213 cABL - 0.0002509 SUMO1 - 0.0092431 PAK2
          -0.0204469 HDAC1 - 0.0441683 IRF1

It is a prediction of SF2: high means resistant. Nothing is trained. Its genes and weights were
derived on 48 lines of the NCI-60, so on these very lines its figures are of training data. On the
twelve test lines of the publication, predicted and measured SF2 have r -0.57 (95 % -0.86 to 0.01):
lines that it calls resistant are rather sensitive there, K-562 and SR among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import anndata as ad
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiosens.errors import SettingsError
from radiosens.genes import to_genes
from radiosens.predictors.base import Predictor

__all__ = ["GENES", "PREDICTOR", "RadiosensitivityIndex", "find_genes"]


@dataclass(frozen=True)
class Gene:
    """A gene of the index, the probe set it was measured by, and the weight of its rank.

    The probe set is the one of the HG-U133 arrays that the authors use.
    """

    symbol: str
    probe: str
    weight: float


GENES = (
    Gene("AR", "211110_s_at", -0.00980092741843779),
    Gene("JUN", "201466_s_at", 0.0128282697929755),
    Gene("STAT1", "AFFX-HUMISGF3A/M97935_MA_at", 0.0254552046046931),
    Gene("PRKCB", "207957_s_at", -0.00175888592095915),
    Gene("RELA", "201783_s_at", -0.00381713588908642),
    Gene("ABL1", "202123_s_at", 0.107021274358643),
    Gene("SUMO1", "208762_at", -0.00025093287356907),
    Gene("PAK2", "205962_at", -0.00924314364533049),
    Gene("HDAC1", "201209_at", -0.020446868981449),
    Gene("IRF1", "202531_at", -0.0441682719957224),
)

#: Expression on a log2 scale is hardly ever below zero; values that often are have been
#: centred a gene, and ranks between genes mean nothing any more.
MAX_NEGATIVE = 0.2


def find_genes(features: Sequence[str]) -> tuple[list[int], list[str]]:
    """Find the index's genes among a panel's features, however these are named.

    Where the array has the authors' own probe set of a gene, that is taken; else the feature
    that names the gene most directly, the first of several.

    Returns
    -------
    positions : list of int
        Of the genes that are there, in the index's order.
    missing : list of str
        Symbols of those that are not.

    Examples
    --------
    >>> find_genes(["IRF1", "JUN (3725)", "201783_s_at", "UBL1"])[0]
    [1, 2, 3, 0]
    """
    positions, missing = _find_genes(tuple(features))
    return list(positions), list(missing)


@lru_cache(maxsize=4)  # every fit asks for the same panel's features
def _find_genes(features: tuple[str, ...]) -> tuple[list[int], list[str]]:
    mapping = to_genes(features)
    wanted = {g.symbol for g in GENES}
    best: dict[str, tuple[int, int]] = {}
    for i, (gene, rank) in enumerate(zip(mapping.genes, mapping.rank, strict=True)):
        if gene in wanted:
            best[gene] = min(best.get(gene, (int(rank), i)), (int(rank), i))
    by_name = {name.upper(): i for i, name in reversed(list(enumerate(features)))}
    for gene in GENES:
        if gene.probe.upper() in by_name:
            best[gene.symbol] = (-1, by_name[gene.probe.upper()])
    missing = [g.symbol for g in GENES if g.symbol not in best]
    return [best[g.symbol][1] for g in GENES if g.symbol in best], missing


class RadiosensitivityIndex(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """The index as a regressor that learns nothing; see the module's docstring.

    Parameters
    ----------
    features : sequence of str
        The features' names.

    Examples
    --------
    >>> x = np.arange(10.0).reshape(1, 10)  # ranks 1 to 10 in the order of GENES
    >>> model = RadiosensitivityIndex(tuple(g.symbol for g in GENES)).fit(x, [0.5])
    >>> round(float(model.predict(x)[0]), 4)
    0.0068
    """

    def __init__(self, features: Sequence[str] = ()) -> None:
        self.features = features

    def fit(self, X: ArrayLike, y: ArrayLike) -> RadiosensitivityIndex:
        """Look up the ten genes.

        Raises
        ------
        SettingsError
            If one is missing: a sum without it would be another index.
        """
        validate_data(self, X, y, y_numeric=True)
        self.positions_, missing = find_genes(self.features)
        if missing:
            raise SettingsError(_coverage(missing), cure="use data that measure all ten")
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the index of each sample: unscaled log expression in, predicted SF2 out."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False)
        index: NDArray[np.float64] = rankdata(x[:, self.positions_], axis=1) @ np.array(
            [g.weight for g in GENES]
        )
        return index


def _coverage(missing: list[str]) -> str:
    there = len(GENES) - len(missing)
    return f"it needs ten genes and {there} are measured (not {', '.join(missing)})"


def _unsupported_reason(panel: ad.AnnData) -> str | None:
    positions, missing = find_genes(list(panel.var_names))
    if missing:
        return _coverage(missing)
    if (np.asarray(panel.X)[:, positions] < 0).mean() > MAX_NEGATIVE:
        return "it ranks genes within a sample, and the panel's values were centred gene by gene"
    return None


def _make(random_state: int, features: Sequence[str] = (), **_: Any) -> RadiosensitivityIndex:
    return RadiosensitivityIndex(features)


PREDICTOR = Predictor(
    name="rsi",
    description="the Radiosensitivity Index of Eschrich 2009, ten genes, untrained",
    make=_make,
    uses_features=True,
    scaled=False,
    trained=False,
    fast=True,
    caution="derived on 48 lines of the NCI-60: there its figures are of training data; on its own"
    " twelve published test lines predicted and measured SF2 have r -0.57",
    unsupported_reason=_unsupported_reason,
)
