"""Intervals of metrics: a jackknife over donors on a scale where the metric is nearly normal.

One donor after the other is left out with all their lines, and the spread of what is left gives
the standard error (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 11).
R² is taken as ``log(1 - R²)``, correlations as ``atanh(r)`` (Fisher 1921, Metron 1:3) and RMSD as
its logarithm, with Student's quantile for as many donors. Predictions of one cross-validation
share most of their training samples, so that their errors are not independent and the plain
standard error is too small; its square is multiplied by `SHARED_TRAINING`, see there.
``benchmarks/interval_coverage.py`` measures how often such an interval holds what it should.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

__all__ = ["NEARLY_CONSTANT", "donor_jackknife", "is_nearly_constant", "student", "wilson"]

Numbers = NDArray[np.float64]

#: What the variance between lines is multiplied by because folds share training samples:
#: ``1 + K/(K - 1)`` is the correction of Nadeau and Bengio (2003, Mach Learn 52:239) for one
#: round of K folds, 2.1 for ten.
SHARED_TRAINING = 1.0

#: Predictions whose spread within folds is below this share of the spread of SF2 are taken for
#: constant: their R² and r only say by how much folds' means differ.
NEARLY_CONSTANT = 0.05

_LEVEL = 0.95

#: Metric to the scale on which it is nearly normal, and back.
_SCALES: dict[str, tuple[Callable[[Numbers], Numbers], Callable[[Numbers], Numbers]]] = {
    "rmsd": (np.log, np.exp),
    "r2": (lambda v: -np.log1p(-v), lambda v: -np.expm1(-v)),
    "pearson_r": (np.arctanh, np.tanh),
    "spearman_r": (np.arctanh, np.tanh),
}


def donor_jackknife(donors: ArrayLike) -> Numbers:
    """Return weights of lines that leave one donor out, after a row that leaves out none.

    Returns
    -------
    array of shape (1 + donors, lines)

    Examples
    --------
    >>> donor_jackknife(["a", "a", "b"]).tolist()
    [[1.0, 1.0, 1.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0]]
    """
    owner = np.unique(np.asarray(donors, dtype=str), return_inverse=True)[1]
    left_out = np.arange(owner.max() + 1)[:, None] == owner
    return np.vstack([np.ones((1, len(owner))), 1.0 - left_out])


def student(
    values: Numbers, metric: str = "", *, inflation: float = SHARED_TRAINING, level: float = _LEVEL
) -> tuple[float, float]:
    """Return a metric's interval from its values with no donor and with each one left out.

    Parameters
    ----------
    values : array of shape (1 + donors,)
        Of `donor_jackknife`'s rows.
    metric : str
        ``rmsd, r2, pearson_r`` or ``spearman_r`` for its own scale; anything else, such as a
        difference, stays on the scale it has.
    inflation : float
        What the variance is multiplied by.
    level : float
        Share of such intervals that should hold what is estimated.

    Returns
    -------
    low, high : float
        NaN where not defined, or with fewer than three donors.

    Examples
    --------
    By hand, of the mean of 1, 2 and 6: its standard error is that of any mean.

    >>> low, high = student(np.array([3.0, 4.0, 3.5, 1.5]), inflation=1.0)
    >>> half = stats.t.ppf(0.975, 2) * np.std([1, 2, 6], ddof=1) / np.sqrt(3)
    >>> bool(np.isclose(low, 3 - half) and np.isclose(high, 3 + half))
    True
    """
    forth, back = _SCALES.get(metric, (np.asarray, np.asarray))
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = forth(np.asarray(values, dtype=np.float64))
    own, others = scaled[0], scaled[1:]
    donors = len(others)
    if donors < 3 or not np.isfinite(scaled).all():
        return float("nan"), float("nan")
    variance = (donors - 1) / donors * float(np.square(others - others.mean()).sum())
    half = float(stats.t.ppf(0.5 + level / 2, donors - 1)) * np.sqrt(variance * inflation)
    low, high = back(np.array([own - half, own + half]))
    return float(low), float(high)


def wilson(share: float, donors: int, level: float = _LEVEL) -> tuple[float, float]:
    """Return the score interval of a share among so many donors (Wilson 1927, JASA 22:209).

    Lines of one donor are taken to agree, which can only widen it.

    Examples
    --------
    >>> [round(v, 3) for v in wilson(0.0, 10)]
    [0.0, 0.278]
    """
    z2 = float(stats.norm.ppf(0.5 + level / 2)) ** 2
    middle = (share + z2 / (2 * donors)) / (1 + z2 / donors)
    half = np.sqrt(z2 * (share * (1 - share) / donors + z2 / (4 * donors**2))) / (1 + z2 / donors)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def is_nearly_constant(predictions: pd.DataFrame) -> bool:
    """Tell whether a predictor says the same of all samples that it is tested on at once.

    Parameters
    ----------
    predictions : DataFrame
        ``round, fold, truth, prediction`` of the samples that count.
    """
    fold = predictions.groupby(["round", "fold"])["prediction"]
    within = (predictions["prediction"] - fold.transform("mean")).to_numpy()
    spread = float(np.std(predictions["truth"].to_numpy()))
    return bool(np.sqrt(np.mean(np.square(within))) < NEARLY_CONSTANT * spread)
