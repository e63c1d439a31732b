"""The paper's metrics."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

__all__ = ["ABSOLUTE_TOLERANCE", "RELATIVE_TOLERANCE", "Score", "is_correct", "score"]

#: A prediction is correct if its absolute error is less than this ("1% in terms of survival
#: fraction, not considered to be clinically significant", Kim and Chung) …
ABSOLUTE_TOLERANCE = 0.01
#: … or its relative error is less than this (the variability of the clonogenic assay).
RELATIVE_TOLERANCE = 0.10
#: Bounds between the three classes of relative error in the paper's results.
CLASS_BOUNDS = (0.02, 0.10)


@dataclass(frozen=True)
class Score:
    """All metrics of the paper for one set of predictions, and R².

    Attributes
    ----------
    samples : int
        How many predictions.
    correct : int
        How many of them are correct.
    accuracy : float
        ``correct / samples``.
    rmsd : float
        Root mean squared deviation, equation 1 of the paper, in SF2.
    rmsd_correct : float
        The same over correct predictions only; NaN if there are none.
    mean_absolute_error_correct, mean_relative_error_correct : float
        Over correct predictions only, as the paper gives them; NaN if there are none.
    r2 : float
        One minus the squared errors over those of the mean of the truths: below zero for
        what is worse than knowing that mean. NaN if the truth is constant.
    pearson_r : float
        Pearson correlation of truth and prediction; NaN if either is constant.
    pearson_ci : tuple of two floats
        Its 95 % interval by Fisher's transformation.
    relative_error_classes : dict
        How many relative errors are below 2 %, from 2 to 10 %, and 10 % or more.
    """

    samples: int
    correct: int
    accuracy: float
    rmsd: float
    rmsd_correct: float
    mean_absolute_error_correct: float
    mean_relative_error_correct: float
    r2: float
    pearson_r: float
    pearson_ci: tuple[float, float]
    relative_error_classes: dict[str, int]

    def to_dict(self) -> dict[str, object]:
        """Return the metrics as plain values."""
        return asdict(self)


def is_correct(truth: ArrayLike, prediction: ArrayLike) -> NDArray[np.bool_]:
    """Tell which predictions are correct: absolute error < 0.01 or relative error < 10 %.

    Differences are taken in double precision and never rounded first: Table 1's K-562, 0.060
    for 0.05, is correct only so.

    Examples
    --------
    >>> is_correct([0.05, 0.5, 0.5], [0.060, 0.54, 0.56]).tolist()
    [True, True, False]
    """
    t, p = _pair(truth, prediction)
    error = np.abs(p - t)
    return (error < ABSOLUTE_TOLERANCE) | (error / t < RELATIVE_TOLERANCE)


def score(truth: ArrayLike, prediction: ArrayLike) -> Score:
    """Compute every metric of the paper, and R².

    Parameters
    ----------
    truth : array of shape (samples,)
        Measured SF2, above zero.
    prediction : array of shape (samples,)
        Predicted SF2.

    Returns
    -------
    Score

    Raises
    ------
    ValueError
        If lengths differ, nothing is given, or a value is not finite or a truth not positive.

    Examples
    --------
    >>> s = score([0.5, 0.4, 0.05, 0.8], [0.5, 0.41, 0.30, 0.79])
    >>> s.correct, s.accuracy, s.relative_error_classes
    (3, 0.75, {'<2%': 2, '2-10%': 1, '>=10%': 1})
    """
    t, p = _pair(truth, prediction)
    error = np.abs(p - t)
    relative = error / t
    correct = is_correct(t, p)
    low, high = CLASS_BOUNDS
    r, interval = pearson(t, p)
    return Score(
        samples=len(t),
        correct=int(correct.sum()),
        accuracy=float(correct.mean()),
        rmsd=_rms(error),
        rmsd_correct=_rms(error[correct]),
        mean_absolute_error_correct=_mean(error[correct]),
        mean_relative_error_correct=_mean(relative[correct]),
        r2=_r2(t, error),
        pearson_r=r,
        pearson_ci=interval,
        relative_error_classes={
            "<2%": int((relative < low).sum()),
            "2-10%": int(((relative >= low) & (relative < high)).sum()),
            ">=10%": int((relative >= high).sum()),
        },
    )


def pearson(
    x: NDArray[np.float64], y: NDArray[np.float64], level: float = 0.95
) -> tuple[float, tuple[float, float]]:
    """Return Pearson's r and its interval by Fisher's z (``atanh(r) ± z / sqrt(n - 3)``).

    Fisher 1921, Metron 1:3. NaN where r is not defined, and an interval of NaN below four pairs.
    """
    nan = float("nan")
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return nan, (nan, nan)
    with np.errstate(invalid="ignore", divide="ignore"):  # spread that is only rounding
        r = float(np.clip(np.corrcoef(x, y)[0, 1], -1, 1))
    if len(x) < 4 or np.isnan(r):
        return r, (nan, nan)
    if abs(r) == 1:
        return r, (r, r)
    half = stats.norm.ppf(0.5 + level / 2) / np.sqrt(len(x) - 3)
    return r, (float(np.tanh(np.arctanh(r) - half)), float(np.tanh(np.arctanh(r) + half)))


def _pair(
    truth: ArrayLike, prediction: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    t = np.asarray(truth, dtype=np.float64)
    p = np.asarray(prediction, dtype=np.float64)
    if t.ndim != 1 or t.shape != p.shape or len(t) == 0:
        raise ValueError(f"truth {t.shape} and prediction {p.shape} are not two equal columns")
    if not (np.isfinite(t).all() and np.isfinite(p).all()):
        raise ValueError("truth and prediction must be finite numbers")
    if (t <= 0).any():
        raise ValueError("a measured SF2 is above zero")
    return t, p


def _r2(truth: NDArray[np.float64], error: NDArray[np.float64]) -> float:
    total = float(np.square(truth - truth.mean()).sum())
    return 1 - float(np.square(error).sum()) / total if total > 0 else float("nan")


def _rms(values: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(values**2))) if len(values) else float("nan")


def _mean(values: NDArray[np.float64]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
