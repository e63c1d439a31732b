"""What can be seen of values' scale: facts of each sample, and what they prove."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MOST_LOG2",
    "Facts",
    "base_of_logs",
    "centred",
    "could_be_sum",
    "counts",
    "facts_of",
    "mixed",
    "skewed",
]

Values = NDArray[np.float32]
Numbers = NDArray[np.float64]

_PROBE_SET = re.compile(r".+_at|AFFX.*|ILMN_\d+|A_\d+_P\d+", re.ASCII)
#: log(x + 1) of small counts, by base: one count gives log 2, two log 3 and so on.
_BASES = {"log2": 2.0, "ln": float(np.e), "log10": 10.0}
#: What TPM and CPM add up to in each sample, and single cells by scanpy's usual settings.
_SUMS = {1e6: "a million", 1e4: "ten thousand"}
#: How near to it a sum must be, as a share; and where that may be chance, what is proof.
_CLOSE, _PROOF = 0.002, 3e-4
#: Of logarithms of intensities or FPKM fewer are negative; of ratios about a half.
_FEW_NEGATIVE = 0.3
#: Where samples were made alike (quantile normalisation), one sum is as good as one sample's.
_ALIKE = 1e-3
#: A log2 of 30 is a thousand million: no array, scanner or sequencer counts so far.
MOST_LOG2 = 30.0
#: Logarithms are less skewed.
_SKEWED = 2.3
#: Of fewer features, sums are near to a round number by chance.
_MANY = 200
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


def facts_of(values: Values) -> Facts:
    """Look at values of shape (samples, features), NaN where missing.

    Examples
    --------
    >>> facts_of(np.array([[0.0, 38.0, 8.5]], dtype=np.float32)).whole.tolist()
    [0.5]
    """
    gaps = bool(np.isnan(values).any())
    rows = [_row(row[~np.isnan(row)] if gaps else row) for row in values]
    table = np.array(rows, dtype=np.float64)
    columns = dict(zip(_FACTS, table.T, strict=True))
    part = values[:, :: max(1, values.size // 1_000_000)]
    measured = ~np.isnan(part)
    n = np.maximum(measured.sum(axis=0), 1)
    means = np.where(measured, part, 0).sum(axis=0, dtype=np.float64) / n
    spread = float(np.nanstd(part, dtype=np.float64)) if measured.any() else 0.0
    between = float(means[measured.any(axis=0)].std()) / spread if spread else 1.0
    return Facts(**columns, between=between, features=values.shape[1])


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


def counts(values: Values, facts: Facts, features: Sequence[str]) -> bool:
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
            whole, *(float((np.floor(x) == x)[x > 0].mean()) for x in values[low] if (x > 0).any())
        )
    if whole < 0.5 or (whole < 1 and facts.total.max() < 1e4):
        return False
    step = max(1, len(features) // 2_000)
    looked = [str(f) for f in features[::step]]
    return sum(bool(_PROBE_SET.fullmatch(f)) for f in looked) < 0.5 * len(looked)


def mixed(values: Values, facts: Facts) -> NDArray[np.bool_]:
    """Tell which samples are logarithms in a table where others are linear.

    A sample with a value above 30 is linear. Another one is held against the linear ones: it is
    a logarithm if it differs less from their logarithms as it stands than as the log2 of itself.
    Whole numbers are counts of few reads.
    """
    linear = facts.highest > MOST_LOG2
    odd = np.zeros(len(linear), dtype=bool)
    step = max(1, values.shape[1] // 5_000)
    part = values[:, ::step].astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log2(np.maximum(part, 0) + 1)
        usual = np.nanmedian(logs[linear], axis=0) if linear.any() else logs[0]
        for i in np.flatnonzero(~linear):
            if facts.lowest[i] < 0:
                odd[i] = True
            elif (np.floor(part[i]) != part[i])[~np.isnan(part[i])].any():
                odd[i] = _apart(part[i], usual) < _apart(logs[i], usual)
    return odd


def _apart(one: Numbers, other: Numbers) -> float:
    """Return how far two profiles are apart where genes are expressed, their levels aside."""
    both = np.isfinite(one) & np.isfinite(other)
    expressed = both & (other > 0)
    difference = (one - other)[expressed if expressed.sum() >= 20 else both]
    if len(difference) == 0:
        return 0.0
    return float(np.median(np.abs(difference - np.median(difference))))


def base_of_logs(values: Values, facts: Facts) -> tuple[str | None, str]:
    """Tell the base of logarithms where it can be proved, and how.

    Returns
    -------
    (str or None, str)
        ``"log2"``, ``"ln"``, ``"log10"`` or None, and the proof in words.
    """
    if facts.lowest.min() >= 0:
        for name, base in _BASES.items():
            for amount, word in _SUMS.items():
                if _add_up(values, facts, base, amount):
                    return name, f"samples add up to {word}"
        found = _small_counts(values)
        if found is not None:
            return found, "the smallest values are logarithms of one plus a count"
    highest = float(facts.highest.max())
    if facts.features >= 500 and 2 < highest < 5.5 and facts.negative.max() < _FEW_NEGATIVE:
        if facts.lowest.min() > 0.2:
            return "log10", f"no value is above {highest:.1f} or at zero, as log10 of intensities"
        if facts.features >= 5_000:
            return "log10", f"of {facts.features:,} features none is above {highest:.1f}"
    return None, ""


def _add_up(values: Values, facts: Facts, base: float, amount: float) -> bool:
    """Tell whether the powers of all samples add up to a round number, and not by chance.

    Of one sample, or of samples that were made alike, a sum comes within 0.2 % of a million or
    ten thousand once in a thousand times; so they must agree as closely as their figures allow.
    """
    if facts.features < _MANY:
        return False
    sums = [_sum_of_powers(row, base) / amount - 1 for row in values]
    if max(map(abs, sums)) >= _CLOSE:
        return False
    if len(values) > 1 and not _made_alike(values, facts):
        return True
    allowed = [_rounding(row, base) for row in values]
    return all(abs(s) < a < _PROOF for s, a in zip(sums, allowed, strict=True))


def _rounding(row: Values, base: float) -> float:
    """Return how far a sum of powers may be off, as a share, for the figures that values have."""
    x = row[~np.isnan(row)].astype(np.float64)
    # Text of float32 values has seven figures at most.
    digits = next((d for d in range(7) if np.abs(x - x.round(d)).max() < 2e-6 * x.max()), 7)
    powers = base**x
    spread = np.log(base) * 10.0**-digits / np.sqrt(12) * np.sqrt((powers**2).sum())
    return float(2e-5 + 4 * spread / powers.sum())


def could_be_sum(values: Values, facts: Facts) -> str:
    """Tell the base by which a single sample adds up, which may be chance; else nothing."""
    if len(values) > 1 or facts.features < _MANY or facts.lowest.min() < 0:
        return ""
    sums = {name: _sum_of_powers(values[0], base) for name, base in _BASES.items()}
    near = (n for n, s in sums.items() for a in _SUMS if abs(s / a - 1) < _CLOSE)
    return next(near, "")


def _made_alike(values: Values, facts: Facts) -> bool:
    """Tell whether samples have the same values in another order, so that all sums agree."""
    return bool(np.ptp(facts.total) < _ALIKE * abs(facts.total.mean())) and bool(
        np.ptp([np.nansum(row.astype(np.float64) ** 2) for row in values])
        < _ALIKE * np.nansum(values[0].astype(np.float64) ** 2)
    )


def _sum_of_powers(row: Values, base: float) -> float:
    return float(np.nansum(np.expm1(row.astype(np.float64) * np.log(base))))


def skewed(values: Values, facts: Facts) -> bool:
    """Tell whether what is above zero is near it and a few values are large, as linear ones are.

    Skewness of log2(TPM + 1) of real transcriptomes is 0.3 to 2.2, of FPKM 10 and more.
    """
    part = values[:, :: max(1, values.size // 200_000)]
    above = part[part > 0].astype(np.float64)
    if len(above) < 500 or facts.lowest.min() < 0:
        return False
    return bool(((above - above.mean()) ** 3).mean() / above.std() ** 3 > _SKEWED)


def _small_counts(values: Values) -> str | None:
    """Tell the base from values that are log(1 + count) for counts of 1 to 20."""
    part = values[:, :: max(1, values.size // 500_000)]
    present = part[part > 0].astype(np.float64)
    if len(present) < 200:
        return None
    for name, base in _BASES.items():
        small = present[present < np.log(20.5) / np.log(base)]
        if len(small) < 100 or len(small) < 0.02 * len(present):
            continue
        back = np.expm1(small * np.log(base))
        # Rounding to three figures after the point moves a count of 20 by 0.02.
        near = np.abs(back - np.round(back)) < 0.002 * (back + 1)
        if near.mean() > 0.98 and np.unique(np.round(back)).size >= 3:
            return name
    return None
