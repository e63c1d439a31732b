"""Intervals of metrics: a jackknife over donors on a scale where the metric is nearly normal.

One donor after the other is left out with all their lines, and the spread of what is left gives
the standard error (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 11).
R² is taken as ``log(1 - R²)``, correlations as ``atanh(r)`` (Fisher 1921, Metron 1:3) and RMSD as
its logarithm, with Student's quantile for as many donors. Predictions of one cross-validation
share most of their training samples, so that their errors are not independent and the plain
standard error is too small; its square is multiplied by `shared_training`, see there. Fast
predictors are cross-validated anew without thirds of the donors (`radiosens.evaluation.refits`)
instead.
``benchmarks/interval_coverage.py`` measures how often such an interval holds what it should.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

__all__ = [
    "MEASURED",
    "NEARLY_CONSTANT",
    "coverage_said",
    "donor_jackknife",
    "is_nearly_constant",
    "shared_training",
    "student",
    "wilson",
]

Numbers = NDArray[np.float64]

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
    "within_tissue_r": (np.arctanh, np.tanh),
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
    values: Numbers, metric: str = "", *, inflation: float = 1.0, level: float = _LEVEL
) -> tuple[float, float]:
    """Return a metric's interval from its values with no donor and with each one left out.

    Parameters
    ----------
    values : array of shape (1 + donors,)
        Of `donor_jackknife`'s rows.
    metric : str
        ``rmsd, r2, pearson_r, spearman_r`` or ``within_tissue_r`` for its own scale; anything
        else, such as a difference, stays on the scale it has.
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
    if len(values) > 3 and np.ptp(values) == 0:  # without a single error, say
        return float(values[0]), float(values[0])
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


def shared_training(folds: int) -> float:
    """Return what the variance between lines is multiplied by, as folds share training samples.

    Nadeau and Bengio (2003, Mach Learn 52:239) take the variance of a mean over K folds to be
    ``(1/K + n_test/n_train) S²``, with S² that between folds: ``1 + K/(K - 1)`` times what it
    would be if folds were independent.

    Examples
    --------
    >>> round(shared_training(10), 3)
    2.111
    """
    return 1 + folds / max(1, folds - 1)


#: Of 95 % intervals of R² and r in ``benchmarks/interval_coverage.py``, the shares that held what
#: they should in the worst and in the best of five populations: donors to (fitted anew, not).
MEASURED = {
    50: ((0.96, 1.0), (0.88, 1.0)),
    100: ((0.95, 1.0), (0.925, 1.0)),
    250: ((0.90, 1.0), (0.95, 1.0)),
}


def coverage_said(donors: int, refitted: Sequence[str] = ()) -> str:
    """Say in a sentence how intervals are made, and how often such ones hold what they should.

    Parameters
    ----------
    donors : int
        Of the panel.
    refitted : sequence of str
        Predictors that were cross-validated anew without thirds of the donors.

    Examples
    --------
    >>> coverage_said(58, ["ridge"])[:71]
    'Intervals (95 %) of ridge come of fitting anew without thirds of the do'
    """
    nearest = min(MEASURED, key=lambda n: abs(np.log(n / max(1, donors))))
    anew, plain = (f"{low:.0%} to {high:.0%}".replace("%", " %") for low, high in MEASURED[nearest])
    held = f"in simulations of {nearest} donors {{}} of such intervals held what they should"
    left_out = "leave out each donor in turn, of the testing alone, and are widened for that"
    if not refitted:
        return f"Intervals (95 %) {left_out} ({held.format(plain)})."
    return (
        f"Intervals (95 %) of {', '.join(refitted)} come of fitting anew without thirds of the"
        f" donors ({held.format(anew)}); those of the others {left_out} ({plain})."
    )


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
        ``round, fold, truth, prediction`` of the samples that count; with ``tissue``, all
        samples of one tissue.
    """
    at_once = ["round", "fold", *(["tissue"] * ("tissue" in predictions))]
    spread = float(np.std(predictions["truth"].to_numpy()))
    fold = predictions.groupby(at_once)["prediction"]
    within = (predictions["prediction"] - fold.transform("mean"))[fold.transform("size") > 1]
    return len(within) > 0 and bool(np.sqrt(np.mean(np.square(within))) < NEARLY_CONSTANT * spread)
