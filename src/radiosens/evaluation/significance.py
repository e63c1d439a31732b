"""How sure a metric is: lines are tested, donors are the unit of inference.

Replicates are not independent, and neither are two lines of one donor. Predictions are
therefore averaged over rounds and replicates first, so that a line counts once, and donors, each
with all their lines, are what intervals leave out and tests exchange.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from radiosens.celllines import is_haematological
from radiosens.evaluation.metrics import is_correct

__all__ = [
    "METRICS",
    "by_line",
    "p_value",
    "paired_p_value",
    "subsets",
    "weighted_metrics",
]

#: The metrics of a comparison, in the order of its tables.
METRICS = ("accuracy", "rmsd", "r2", "pearson_r", "spearman_r")


def subsets(obs: pd.DataFrame) -> dict[str, NDArray[np.str_]]:
    """Return the lines that metrics are given for: all, and those of solid tumours.

    The second is left out where it would be the same, or have fewer than three lines.
    """
    tissue = obs.drop_duplicates("line").set_index("line")["tissue"].astype(str)
    found = {"all": tissue.index.to_numpy(dtype=str)}
    solid = tissue.index[[not is_haematological(t) for t in tissue]].to_numpy(dtype=str)
    if 2 < len(solid) < len(tissue):
        found["without leukaemia"] = solid
    return found


def by_line(predictions: pd.DataFrame, obs: pd.DataFrame) -> pd.DataFrame:
    """Average predictions over rounds and replicates.

    Parameters
    ----------
    predictions : DataFrame
        ``sample, truth, prediction``, a row a sample and round.
    obs : DataFrame
        The panel's samples, with ``line, donor, tissue``.

    Returns
    -------
    DataFrame
        Indexed by line, sorted: ``donor, tissue, samples, truth, prediction``, and ``level``
        where predictions have it.
    """
    values = [c for c in ("truth", "prediction", "level") if c in predictions]
    samples = predictions.groupby("sample")[values].mean()
    samples = samples.join(obs[["line", "donor", "tissue"]].astype(str))
    groups = samples.groupby("line")
    table = groups[["donor", "tissue"]].first()
    table["samples"] = groups.size()
    return table.join(groups[values].mean())


def weighted_metrics(
    truth: ArrayLike, prediction: ArrayLike, weights: ArrayLike
) -> dict[str, NDArray[np.float64]]:
    """Compute every metric for many weightings of the lines at once.

    Parameters
    ----------
    truth, prediction : array of shape (lines,)
        Measured and predicted SF2.
    weights : array of shape (weightings, lines)
        How often each line counts.

    Returns
    -------
    dict of arrays of shape (weightings,)
        ``accuracy`` by the paper's criterion; ``rmsd`` in SF2; ``r2``, one minus the squared
        errors over those of the mean of the same lines, so below zero for whatever is worse
        than knowing their mean; ``pearson_r``; ``spearman_r``, with the mean rank for ties. NaN
        where not defined.

    Examples
    --------
    >>> f = weighted_metrics([0.2, 0.4, 0.6], [0.3, 0.4, 0.5], np.ones((1, 3)))
    >>> {name: round(float(v[0]), 3) for name, v in f.items()}
    {'accuracy': 0.333, 'rmsd': 0.082, 'r2': 0.75, 'pearson_r': 1.0, 'spearman_r': 1.0}
    """
    t, p = np.asarray(truth, dtype=np.float64), np.asarray(prediction, dtype=np.float64)
    w = np.asarray(weights, dtype=np.float64)
    w = w / w.sum(axis=1, keepdims=True)
    squared = w @ np.square(p - t)
    variance = w @ np.square(t) - np.square(w @ t)
    with np.errstate(divide="ignore", invalid="ignore"):
        r2 = np.where(variance > 1e-12, 1 - squared / variance, np.nan)
    return {
        "accuracy": w @ is_correct(t, p).astype(float),
        "rmsd": np.sqrt(squared),
        "r2": r2,
        "pearson_r": _correlation(w, t, p),
        "spearman_r": _correlation(w, _ranks(w, t), _ranks(w, p)),
    }


def _correlation(
    w: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]
) -> NDArray[np.float64]:
    a = a - (w * a).sum(axis=1, keepdims=True)
    b = b - (w * b).sum(axis=1, keepdims=True)
    spread = np.sqrt((w * a * a).sum(axis=1) * (w * b * b).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.where(spread > 1e-12, (w * a * b).sum(axis=1) / spread, np.nan)
    clipped: NDArray[np.float64] = np.clip(r, -1, 1)
    return clipped


def _ranks(w: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank each line in each weighting: the weight below it and half of its ties' own."""
    levels, level = np.unique(values, return_inverse=True)
    own = w @ (level[:, None] == np.arange(len(levels)))  # (weightings, levels)
    ranks: NDArray[np.float64] = (np.cumsum(own, axis=1) - own / 2)[:, level]
    return ranks


def p_value(observed: float, null: ArrayLike) -> float:
    """Return how often chance does as well, counting the observed itself among them.

    Phipson and Smyth 2010, Stat Appl Genet Mol Biol 9:39: never zero.

    Examples
    --------
    >>> p_value(0.5, [0.1, 0.2, 0.6])
    0.5
    """
    values = np.asarray(null, dtype=np.float64)
    return float((1 + (values >= observed).sum()) / (1 + len(values)))


#: Sign changes for the p value of a paired comparison.
PERMUTATIONS = 9_999


def paired_p_value(
    truth: ArrayLike,
    prediction: ArrayLike,
    other: ArrayLike,
    donors: ArrayLike,
    *,
    permutations: int = PERMUTATIONS,
    random_state: int = 0,
) -> float:
    """Return how likely two predictors' squared errors differ so much by chance, two-sided.

    If neither were better, which of the two made which prediction would be by chance, donor
    by donor: the signs of the donors' differences in squared error are changed at random
    (Fisher's randomisation test for pairs; Good 2005, Permutation, Parametric and Bootstrap
    Tests of Hypotheses, section 3.6). Where donors are few, all sign changes are gone through.

    Parameters
    ----------
    truth, prediction, other : array of shape (lines,)
        Measured SF2, and what the two predict.
    donors : array of shape (lines,)
        The donor of each line.
    permutations : int
        At most so many.
    random_state : int
        Seed.

    Returns
    -------
    float
        1 where the two predict the same.

    Examples
    --------
    >>> truth = np.linspace(0.2, 0.8, 8)
    >>> paired_p_value(truth, truth, truth + 0.1, list("abcdefgh"))  # by hand: 2 of 2**8
    0.0078125
    """
    t, p, q = (np.asarray(v, dtype=np.float64) for v in (truth, prediction, other))
    gaps = pd.Series(np.square(p - t) - np.square(q - t)).groupby(np.asarray(donors)).sum()
    if not gaps.to_numpy().any() or len(gaps) < 2:
        return 1.0
    found = stats.permutation_test(
        (gaps.to_numpy(),),
        np.mean,
        permutation_type="samples",
        n_resamples=permutations,
        rng=random_state,
    )
    return float(found.pvalue)
