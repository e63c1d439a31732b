"""Random genes as a control for the Radiosensitivity Index.

Most random signatures are associated with an outcome of which much else is (Venet et al. 2011,
PLoS Comput Biol 7:e1002240). A signature has to do better than random genes treated alike: the
same number of genes, the same ranks, and weights either the index's own, dealt out by chance,
or fitted to the SF2 of these very lines, as the index's once were.
"""

from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from radiosens.evaluation.significance import p_value, subsets
from radiosens.predictors import get_predictor
from radiosens.predictors.rsi import GENES, find_genes

__all__ = ["random_signatures"]


def random_signatures(
    panel: ad.AnnData, *, number: int = 1000, random_state: int = 0
) -> pd.DataFrame:
    """Compare the index with as many random genes, by Pearson's r with SF2.

    Parameters
    ----------
    panel : AnnData
        A panel; replicates are averaged.
    number : int
        Random signatures.
    random_state : int
        Seed.

    Returns
    -------
    DataFrame
        A row a subset and treatment: ``subset, weights`` (``index`` or ``fitted``),
        ``pearson_r`` of the ten genes, ``random_mean, random_95`` (mean and 95 % quantile of
        random genes), ``signatures, p``. Empty where the index can't run.

    Examples
    --------
    >>> from radiosens import simulate_panel
    >>> len(random_signatures(simulate_panel(features=50, signal_features=5)))
    0
    """
    if get_predictor("rsi").unsupported_reason(panel) is not None:
        return pd.DataFrame()
    values = pd.DataFrame(np.asarray(panel.X), index=panel.obs["line"].astype(str).to_numpy())
    mean = values.groupby(level=0).mean()
    truth = panel.obs.drop_duplicates("line").set_index("line")["sf2"].loc[mean.index]
    own, _ = find_genes(list(panel.var_names))
    rng = np.random.default_rng(random_state)
    drawn = [rng.choice(panel.n_vars, len(GENES), replace=False) for _ in range(number)]
    weights = np.array([g.weight for g in GENES])
    rows = []
    for subset, lines in subsets(panel.obs).items():
        member = mean.index.isin(lines)
        x, y = mean.to_numpy()[member], truth.to_numpy(dtype=float)[member]
        for treatment, score in (
            ("index", lambda ranks, y=y: _r(ranks @ weights, y)),
            ("fitted", _fitted_r),
        ):
            observed = score(rankdata(x[:, own], axis=1), y)
            chance = np.array([score(rankdata(x[:, d], axis=1), y) for d in drawn])
            rows.append(
                {
                    "subset": subset,
                    "weights": treatment,
                    "pearson_r": observed,
                    "random_mean": float(chance.mean()),
                    "random_95": float(np.quantile(chance, 0.95)),
                    "signatures": number,
                    "p": p_value(observed, chance),
                }
            )
    return pd.DataFrame(rows)


def _fitted_r(ranks: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return r of the best weights for these lines: a figure of training data, for all alike."""
    x = ranks - ranks.mean(axis=0)
    return _r(x @ np.linalg.lstsq(x, y - y.mean(), rcond=None)[0], y)


def _r(prediction: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    if np.ptp(prediction) < 1e-12:
        return 0.0
    return float(np.corrcoef(prediction, y)[0, 1])
