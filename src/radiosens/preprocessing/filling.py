"""Fill missing values from training samples: at the detection limit, or with a feature's mean.

A table may lack values for two reasons. Where a measurement was below what can be detected,
values are missing because they are low, and a mean would be far too high. Elsewhere they are
missing by chance, and the mean is the least harm. Which of the two it is shows in the values: a
floor that features with gaps reach down to, and gaps that are rarer the higher a feature is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Filling", "share_filled"]

Values = NDArray[np.float32]

#: The quantile of a source's values that stands for "below detection".
LOWEST = 0.1
#: Features with gaps that are needed to judge why values are missing.
_ENOUGH = 20
#: Rank correlation of a feature's gaps with its mean below which gaps follow the level.
_FALLS = -0.3
#: How near to the floor, in standard deviations of all values, half of the features with gaps
#: must come.
_SHARP = 0.25


@dataclass(frozen=True)
class Filling:
    """What to put where a value is missing, learnt from training samples.

    Attributes
    ----------
    values : dict of str to array of shape (features,)
        By source, what a missing value of each feature becomes.
    below_detection : dict of str to bool
        By source, whether values are missing because they are low.
    other : array of shape (features,)
        The same for a source that training did not have: the mean over all of training.

    Examples
    --------
    >>> x = np.array([[1.0, 5.0], [3.0, np.nan]], dtype=np.float32)
    >>> filling = Filling.fit(x[:1], ["a"])
    >>> filling.transform(x, ["a", "a"]).tolist()
    [[1.0, 5.0], [3.0, 5.0]]
    """

    values: dict[str, Values]
    below_detection: dict[str, bool]
    other: Values

    @classmethod
    def fit(cls, x: Values, sources: Sequence[str] | NDArray[np.str_]) -> Filling:
        """Learn from training samples alone.

        For a source whose values are missing below a detection limit, a missing value becomes
        the lowest tenth of the source's values, and no more than the feature's own least:
        what could not be detected is below what was. Elsewhere it becomes the feature's mean in
        that source, else its mean in all of training, else the mean of everything.

        Parameters
        ----------
        x : array of shape (samples, features)
            Training values, NaN where missing.
        sources : sequence of str
            Each sample's source, such as its file.

        Raises
        ------
        ValueError
            If nothing is measured.
        """
        names = np.asarray(sources, dtype=object)
        if x.shape[0] != len(names):
            raise ValueError(f"{x.shape[0]} samples and {len(names)} sources")
        other = _means(x, None)
        if not np.isfinite(other).all():
            raise ValueError("nothing is measured in training")
        values, below = {}, {}
        for name in dict.fromkeys(names.tolist()):
            part = x if len(set(names.tolist())) == 1 else x[names == name]
            below[name] = is_below_detection(part)
            values[name] = _lowest(part) if below[name] else _means(part, other)
        return cls(values, below, other)

    def transform(self, x: Values, sources: Sequence[str] | NDArray[np.str_]) -> Values:
        """Fill what is missing.

        Parameters
        ----------
        x : array of shape (samples, features)
            Values, NaN where missing; left as they are.
        sources : sequence of str
            Each sample's source.

        Returns
        -------
        array of shape (samples, features)
            `x` itself if nothing is missing.
        """
        missing = np.isnan(x)
        rows = np.flatnonzero(missing.any(axis=1))
        if len(rows) == 0:
            return x
        filled, names = x.copy(), [str(s) for s in sources]
        for i in rows:
            fill = self.values.get(names[i], self.other)
            filled[i, missing[i]] = fill[missing[i]]
        return filled


def share_filled(x: Values) -> NDArray[np.float64]:
    """Return the share of each sample's features that filling makes up.

    Parameters
    ----------
    x : array of shape (samples, features)
        Values before filling, NaN where missing.

    Examples
    --------
    >>> share_filled(np.array([[1.0, np.nan], [1.0, 2.0]], dtype=np.float32)).tolist()
    [0.5, 0.0]
    """
    shares: NDArray[np.float64] = np.isnan(x).mean(axis=1)
    return shares


def is_below_detection(x: Values) -> bool:
    """Tell whether values are missing because they are low.

    Two things must show: the more of a feature is missing, the lower is what was measured of
    it (Spearman's rho below -0.3); and what was measured of features with gaps goes down to one
    floor, within a quarter of a standard deviation for half of them. A feature that lacks values
    by chance has its least value anywhere.

    Parameters
    ----------
    x : array of shape (samples, features)
        Values of one source, NaN where missing.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(rng.normal(3, 2, 200), 1, (30, 200)).astype(np.float32)
    >>> is_below_detection(np.where(x < 1, np.nan, x))
    True
    >>> is_below_detection(np.where(rng.random(x.shape) < 0.2, np.nan, x))
    False
    """
    missing = np.isnan(x)
    measured = (~missing).sum(axis=0)
    gaps = np.flatnonzero((measured < len(x)) & (measured > 0))
    if len(gaps) < _ENOUGH:
        return False
    from scipy.stats import rankdata

    part = x[:, gaps]
    share = missing[:, gaps].mean(axis=0)
    means = np.nanmean(part, axis=0)
    ranks = rankdata(share), rankdata(means)
    if min(r.std() for r in ranks) == 0:
        return False
    rho = np.corrcoef(*ranks)[0, 1]
    floor = float(np.nanmin(x))
    spread = float(np.nanstd(x, dtype=np.float64))
    near = np.nanmedian(np.nanmin(part, axis=0)) - floor
    return bool(rho < _FALLS and near < _SHARP * spread)


def _lowest(x: Values) -> Values:
    """Return the lowest tenth of all values, or a feature's own least where that is less."""
    lowest = np.float32(np.nanquantile(x, LOWEST))
    least = np.where(np.isnan(x), np.float32(np.inf), x).min(axis=0)
    filled: Values = np.minimum(least, lowest)
    return filled


def _means(x: Values, otherwise: Values | None) -> Values:
    """Return each feature's mean; where it was never measured another, or the grand mean."""
    measured = ~np.isnan(x)
    n = measured.sum(axis=0)
    sums = np.where(measured, x, 0).sum(axis=0, dtype=np.float64)
    total = n.sum()
    grand = sums.sum() / total if total else np.nan
    means = (sums / np.maximum(n, 1)).astype(np.float32)
    empty = np.full_like(means, grand) if otherwise is None else otherwise
    filled: Values = np.where(n > 0, means, empty).astype(np.float32)
    return filled
