"""Intervals that hold for unseen donors: CV+ (Barber et al. 2021, Ann Stat 49:486), by donor.

Each donor was predicted by a model that had not seen it, and its error is one of the errors that a
new donor may have. CV+ adds each donor's error to what *that* model predicts of the new sample.
Where the models of folds are not kept, errors are added to the prediction of the whole model (the
jackknife, which is narrower where models of folds disagree).

Of a donor with several lines the largest error counts. 90 % is proven for exchangeable donors up to
a factor of two in the error rate, and near 90 % in what was measured (``docs/prediction.md``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from radiosens.models.card import Residual

__all__ = ["LEVEL", "cv_plus", "donor_errors"]

LEVEL = 0.9


def donor_errors(
    residuals: Sequence[Residual],
) -> tuple[NDArray[np.float64], NDArray[np.intp], list[str]]:
    """Return each donor's largest absolute error, the fold it was tested in, and its name.

    Raises
    ------
    ValueError
        If a donor was tested in several folds: one of the models has seen it.

    Examples
    --------
    >>> r = [Residual(line=n, donor="p", fold=1, truth=0.5, prediction=v)
    ...      for n, v in (("a", 0.4), ("b", 0.7))]
    >>> errors, folds, donors = donor_errors(r)
    >>> errors.round(2).tolist(), folds.tolist(), donors
    ([0.2], [1], ['p'])
    """
    worst: dict[str, tuple[float, int]] = {}
    for r in residuals:
        error = abs(r.truth - r.prediction)
        before = worst.get(r.donor)
        if before is not None and before[1] != r.fold:
            raise ValueError(f"the donor {r.donor!r} is in several folds")
        worst[r.donor] = (error if before is None else max(error, before[0]), r.fold)
    values = list(worst.values())
    errors = np.array([e for e, _ in values], dtype=np.float64)
    return errors, np.array([f for _, f in values], dtype=np.intp), list(worst)


def cv_plus(
    predictions: NDArray[np.float64],
    errors: NDArray[np.float64],
    level: float = LEVEL,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lower and upper ends of intervals.

    Parameters
    ----------
    predictions : array of shape (samples, donors)
        What the model trained without a donor predicts of each sample.
    errors : array of shape (donors,)
        Each donor's own error.
    level : float
        Wanted coverage.

    Returns
    -------
    low, high : array of shape (samples,)
        SF2; not below 0. Infinite above, and 0 below, where donors are too few for the level.

    Examples
    --------
    >>> low, high = cv_plus(np.full((1, 19), 0.5), np.arange(1, 20) / 100)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.32], [0.68])
    """
    n = len(errors)
    rank = int(np.ceil(level * (n + 1) - 1e-9))
    if rank > n:
        return np.zeros(len(predictions)), np.full(len(predictions), np.inf)
    high = np.partition(predictions + errors, rank - 1, axis=1)[:, rank - 1]
    low = -np.partition(errors - predictions, rank - 1, axis=1)[:, rank - 1]
    return np.maximum(low, 0), high
