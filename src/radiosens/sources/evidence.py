"""What can be seen of values' scale: facts of each sample, and what they prove."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.sources.rows import Rows

__all__ = [
    "MOST_LOG2",
    "Facts",
    "centred",
    "counts",
    "facts_of",
    "mixed",
    "shaped_like_logs",
    "skewed",
    "thinned",
]

Values = NDArray[np.float32]
Numbers = NDArray[np.float64]

_PROBE_SET = re.compile(r".+_at|AFFX.*|ILMN_\d+|A_\d+_P\d+", re.ASCII)
#: A log2 of 30 is a thousand million: no array, scanner or sequencer counts so far.
MOST_LOG2 = 30.0
#: Logarithms are less skewed.
_SKEWED = 2.3
#: Values that are enough to tell what samples are like.
_LOOKED_AT = 1_000_000
#: What `_row` returns, in its order.
_FACTS = ("lowest", "highest", "median", "total", "negative", "whole")


@dataclass(frozen=True)
class Facts:
    """What each sample's values are like; arrays of shape (samples,).

    Attributes
    ----------
    lowest, highest, median, total : array
        Of the values measured.
    negative, whole : array
        Shares of values below zero, and of those above zero that have no fraction; the latter
        is looked for only where a value is above 30.
    between : float
        How much features differ in their means, against how much all values differ: about 1
        for expression, about 0 where each feature was centred.
    features : int
        Number of features.
    """

    lowest: Numbers
    highest: Numbers
    median: Numbers
    total: Numbers
    negative: Numbers
    whole: Numbers
    between: float
    features: int

    @property
    def standard(self) -> bool:
        """Whether each sample has a mean or median of zero, as only centring gives."""
        means = np.abs(self.total) / max(self.features, 1)
        size = np.maximum(self.highest - self.lowest, 1e-12)
        zero = (means < 1e-4 * size) | (np.abs(self.median) < 1e-6 * size)
        return bool(zero.all() and self.negative.min() > 0.05 and self.highest.max() <= 100)


def facts_of(values: Rows | Values) -> Facts:
    """Look at values of shape (samples, features), NaN where missing.

    Examples
    --------
    >>> facts_of(np.array([[0.0, 38.0, 8.5]], dtype=np.float32)).whole.tolist()
    [0.5]
    """
    values = Rows.of(values)
    table = np.array([_row(row[~np.isnan(row)]) for row in values], dtype=np.float64)
    columns = dict(zip(_FACTS, table.T, strict=True))
    part = values.thin(max(1, values.size // _LOOKED_AT))
    measured = ~np.isnan(part)
    n = np.maximum(measured.sum(axis=0), 1)
    means = np.where(measured, part, 0).sum(axis=0, dtype=np.float64) / n
    spread = float(np.nanstd(part, dtype=np.float64)) if measured.any() else 0.0
    between = float(means[measured.any(axis=0)].std()) / spread if spread else 1.0
    return Facts(**columns, between=between, features=values.shape[1])


def thinned(values: Rows | Values) -> Values:
    """Return every so-manieth feature of a large table: five hundred or more, of each sample.

    Examples
    --------
    >>> thinned(np.zeros((20_000, 5_000), dtype=np.float32)).shape
    (20000, 500)
    """
    values = Rows.of(values)
    step = min(values.size // _LOOKED_AT, values.shape[1] // 500)
    return values.thin(max(1, step))


def _row(x: Values) -> tuple[float, ...]:
    if len(x) == 0:
        return (0.0,) * len(_FACTS)
    highest, whole = float(x.max()), 0.0
    if highest > MOST_LOG2:
        above = x[x > 0]
        whole = float((np.floor(above) == above).mean())
    median = float(np.median(x[:: max(1, len(x) // 5_000)]))
    negative = int((x < 0).sum()) / len(x)
    return float(x.min()), highest, median, float(x.sum(dtype=np.float64)), negative, whole


def centred(facts: Facts) -> bool:
    """Tell whether values were centred: a quarter negative, features alike in their means.

    Logarithms of FPKM are negative as well, but their features differ. So do features of few
    samples that were centred among many: ``1/sqrt(n)`` is what chance leaves of their means.
    Background-corrected intensities can be negative too, and reach into the thousands.
    Samples that were brought to a mean of zero one by one are told by that.
    """
    n = len(facts.negative)
    if facts.standard:
        return True
    if np.median(facts.negative) < 0.25 or facts.highest.max() > 100:
        return False
    around_zero = np.abs(np.median(facts.median)) < 0.25
    if around_zero and np.median(facts.negative) > 0.4 and facts.between < 0.85:
        return True  # ratios to one sample, in which all others share what it has
    return bool(facts.between < min(0.8, max(0.5, 1.2 / np.sqrt(n))) or (n < 3 and around_zero))


def counts(values: Rows, facts: Facts, features: Sequence[str]) -> bool:
    """Tell whether linear values are counts of reads: whole numbers, on no array.

    RSEM's and Salmon's expected counts have fractions where reads fit several transcripts:
    half or more of them are whole still. Arrays' intensities may be rounded; their features are
    probe sets.
    """
    if facts.negative.any():
        return False
    low = facts.highest <= MOST_LOG2  # a library of few reads among others
    whole = np.where(low, 1.0, facts.whole).min()
    if low.any():
        whole = min(
            whole,
            *(
                float((np.floor(x) == x)[x > 0].mean())
                for x, is_low in zip(values, low, strict=True)
                if is_low and (x > 0).any()
            ),
        )
    if whole < 0.5 or (whole < 1 and facts.total.max() < 1e4):
        return False
    step = max(1, len(features) // 2_000)
    looked = [str(f) for f in features[::step]]
    return sum(bool(_PROBE_SET.fullmatch(f)) for f in looked) < 0.5 * len(looked)


def mixed(values: Rows, facts: Facts) -> NDArray[np.bool_]:
    """Tell which samples are logarithms in a table where others are linear.

    A sample with a value above 30 is linear. Another one is held against the linear ones: it is
    a logarithm if it differs less from their logarithms as it stands than as the log2 of itself.
    Whole numbers are counts of few reads.
    """
    linear = facts.highest > MOST_LOG2
    odd = np.zeros(len(linear), dtype=bool)
    part = thinned(values).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log2(np.maximum(part, 0) + 1)
        usual = np.nanmedian(logs[linear], axis=0) if linear.any() else logs[0]
        for i in np.flatnonzero(~linear):
            if facts.lowest[i] < 0:
                odd[i] = True
            elif (np.floor(part[i]) != part[i])[~np.isnan(part[i])].any():
                nearer = _apart(part[i], usual) < _apart(logs[i], usual)
                odd[i] = nearer or shaped_like_logs(part[i])
    return odd


def shaped_like_logs(values: Values | Numbers) -> bool:
    """Tell whether values lie as logarithms do; linear ones that end so low are near zero."""
    middle, high = np.nanmedian(values), np.nanquantile(values, 0.99)
    return bool(high < 20 and middle > 0.2 * high)


def _apart(one: Numbers, other: Numbers) -> float:
    """Return how far two profiles are apart where genes are expressed, their levels aside."""
    both = np.isfinite(one) & np.isfinite(other)
    expressed = both & (other > 0)
    difference = (one - other)[expressed if expressed.sum() >= 20 else both]
    if len(difference) == 0:
        return 0.0
    level = np.median(difference) if len(difference) >= 20 else 0.0
    return float(np.median(np.abs(difference - level)))


def skewed(values: Rows, facts: Facts) -> bool:
    """Tell whether what is above zero is near it and a few values are large, as linear ones are.

    Skewness of log2(TPM + 1) of real transcriptomes is 0.3 to 2.2, of FPKM 10 and more.
    """
    part = values.thin(max(1, values.size // 200_000))
    above = part[part > 0].astype(np.float64)
    if len(above) < 500 or facts.lowest.min() < 0:
        return False
    return bool(((above - above.mean()) ** 3).mean() / above.std() ** 3 > _SKEWED)
