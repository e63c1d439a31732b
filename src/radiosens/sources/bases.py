"""The base of logarithms, where what they add up to or their smallest values prove it."""

from __future__ import annotations

import numpy as np

from radiosens.sources.evidence import Facts, Values
from radiosens.sources.rows import Rows

__all__ = ["base_of_logs", "could_be_sum"]

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
#: Of fewer features, sums are near to a round number by chance.
_MANY = 200


def base_of_logs(values: Rows | Values, facts: Facts) -> tuple[str | None, str]:
    """Tell the base of logarithms where it can be proved, and how.

    Returns
    -------
    (str or None, str)
        ``"log2"``, ``"ln"``, ``"log10"`` or None, and the proof in words.
    """
    values = Rows.of(values)
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


def _add_up(values: Rows, facts: Facts, base: float, amount: float) -> bool:
    """Tell whether the powers of all samples add up to a round number, and not by chance.

    Of one sample, or of samples that were made alike, a sum comes within 0.2 % of a million or
    ten thousand once in a thousand times; so they must agree as closely as their figures allow.
    """
    if facts.features < _MANY:
        return False
    sums: list[float] = []
    for row in values:  # the first that is off settles it
        sums.append(_sum_of_powers(row, base) / amount - 1)
        if abs(sums[-1]) >= _CLOSE:
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


def could_be_sum(values: Rows, facts: Facts) -> str:
    """Tell the base by which a single sample adds up, which may be chance; else nothing."""
    if len(values) > 1 or facts.features < _MANY or facts.lowest.min() < 0:
        return ""
    sums = {name: _sum_of_powers(values.block(0, 1)[0], base) for name, base in _BASES.items()}
    near = (n for n, s in sums.items() for a in _SUMS if abs(s / a - 1) < _CLOSE)
    return next(near, "")


def _made_alike(values: Rows, facts: Facts) -> bool:
    """Tell whether samples have the same values in another order, so that all sums agree."""
    if not np.ptp(facts.total) < _ALIKE * abs(facts.total.mean()):
        return False
    squares = [np.nansum(row.astype(np.float64) ** 2) for row in values]
    return bool(np.ptp(squares) < _ALIKE * squares[0])


def _sum_of_powers(row: Values, base: float) -> float:
    return float(np.nansum(np.expm1(row.astype(np.float64) * np.log(base))))


def _small_counts(values: Rows) -> str | None:
    """Tell the base from values that are log(1 + count) for counts of 1 to 20."""
    part = values.thin(max(1, values.size // 500_000))
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
