"""Values that no measurement of expression gives, or that can be read in two ways: refused."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from radiosens.sources.evidence import MOST_LOG2, Facts, Values, shaped_like_logs, thinned
from radiosens.sources.rows import Rows
from radiosens.sources.source import Source, some

__all__ = ["refuse_impossible", "refuse_odd_features", "refuse_odd_samples"]

#: What programs write for "missing" where a number is wanted.
_SENTINELS = frozenset(
    float(sign * n) for n in (99, 999, 9999, 99999, 999999) for sign in (1, -1)
) | {-1.0, -9.0}
#: Of fewer features, whole numbers or a small range can be chance.
_MANY = 100
#: Texts of numbers among features are few beside thousands of genes.
_FEW_FEATURES, _FEW_SHARE = 10, 0.02
#: Values among others: one of fifty.
_FEW_VALUES = 0.02
#: log of other bases, as a share of log2.
_RATIOS = {"natural logarithms": float(np.log(2)), "log10": float(np.log10(2))}
_NEAR = 0.07
#: Skewness of a linear sample, of its logarithms, and of samples that are logarithms.
_SKEWED_SAMPLE, _EVEN, _EVEN_SAMPLE = 3.0, 1.0, 1.5


def refuse_impossible(values: Rows, facts: Facts, source: Source) -> None:
    """Refuse numbers that stand for missing, shares, ranks, and whole numbers that may be logs.

    Parameters
    ----------
    values : Rows
        Samples × features as the file has them; NaN where missing.
    facts : Facts
        What they are like.
    source : Source
        For messages.

    Raises
    ------
    InputError
        Naming what they are and what can be done.
    """
    sentinel = _sentinel(values, facts)
    if sentinel is not None:
        number, times = sentinel
        raise source.refusal(
            f"{times:,} values are {number:g} and no other is near: it stands for missing",
            cure="write NA there, or leave the fields empty",
        )
    if facts.features < _MANY:
        return
    lowest, highest = facts.lowest.min(), facts.highest.max()
    if lowest >= 0 and highest <= 1:
        raise source.refusal(
            f"its values are between {lowest:.3g} and {highest:.3g}: shares or scaled values",
            cure="give expression, or say what it is (--scale linear, or log2)",
        )
    if _are_ranks(values, facts):
        raise source.refusal(
            "its values are ranks, from 1 to the number of features",
            cure="give expression itself",
        )
    if 2 < highest <= MOST_LOG2 and lowest >= 0 and _whole(values):
        raise source.refusal(
            f"its values are whole numbers up to {highest:.0f}: counts of few reads, or"
            " logarithms without decimals",
            cure="say which (--scale counts, or log2)",
        )


def _sentinel(values: Rows, facts: Facts) -> tuple[float, int] | None:
    """Return a number that stands for missing, and how often: far from all others."""
    for extreme, sign in ((float(facts.lowest.min()), -1), (float(facts.highest.max()), 1)):
        if extreme not in _SENTINELS or extreme * sign < 0:
            continue
        times, rest, least, most = _beside(values, np.float32(extreme))
        if rest == 0 or times > rest:
            continue
        alone = least >= 0 if sign < 0 else most <= MOST_LOG2
        # One array may have one value of 9,999; and -1 is a logarithm like others.
        if alone and (times > 1 or sign < 0) and (extreme < -1 or max(-least, most) > MOST_LOG2):
            return extreme, times
        if alone and sign > 0 and times > 1:
            return extreme, times
    return None


def _beside(values: Rows, one: np.float32) -> tuple[int, int, float, float]:
    """Count a value and all others that are measured; return the least and most of these."""
    times, rest, least, most = 0, 0, np.inf, -np.inf
    for _, block in values.blocks():
        at = block == one
        others = block[~at & ~np.isnan(block)]
        times, rest = times + int(at.sum()), rest + len(others)
        if len(others):
            least, most = min(least, float(others.min())), max(most, float(others.max()))
    return times, rest, least, most


def _are_ranks(values: Rows, facts: Facts) -> bool:
    n = facts.features
    if facts.highest.max() > n or facts.highest.min() < 0.9 * n:
        return False
    if not (np.abs(facts.total / (n * (n + 1) / 2) - 1) < 1e-6).all():
        return False
    return not any(np.isnan(block).any() for _, block in values.blocks())


def _whole(values: Rows) -> bool:
    rows = (row[~np.isnan(row)] for row in values)  # one by one: the first often tells
    return all(bool((np.floor(row) == row).all()) for row in rows)


def refuse_odd_features(
    values: Rows, facts: Facts, features: NDArray[np.object_], source: Source
) -> None:
    """Refuse a table of logarithms among which a few features are something else.

    Dose, time, viability and the like beside genes would make the whole table look linear.

    Raises
    ------
    InputError
        Naming these features.
    """
    above, times = np.zeros(len(features), dtype=bool), 0
    for _, block in values.blocks():
        over = block > MOST_LOG2
        above |= over.any(axis=0)
        times += int(over.sum())
    few = min(_FEW_FEATURES, _FEW_SHARE * len(above))
    if not times or facts.whole.min() == 1:
        return
    most = float(facts.highest.max())
    if above.sum() <= few and shaped_like_logs(values.only(np.flatnonzero(~above)).whole()):
        raise source.refusal(
            f"{some(features[above], 3)} reach {most:,.0f} while all other features look like"
            " logarithms",
            cure="leave out what is no gene, or say the scale (--scale)",
        )
    if times <= _FEW_VALUES * values.size:
        _refuse_wild_values(values.whole(), features, source)


def _refuse_wild_values(values: Values, features: NDArray[np.object_], source: Source) -> None:
    over = values > MOST_LOG2
    rest = values[~over]
    whole = bool((np.floor(rest) == rest)[~np.isnan(rest)].all())
    if not whole and shaped_like_logs(rest):
        sample, feature = np.argwhere(over)[0]
        raise source.refusal(
            f"{features[feature]!r} is {values[sample, feature]:,.0f} while nearly all other values"
            " look like logarithms",
            cure="mend the value, or say the scale (--scale)",
        )


def refuse_odd_samples(
    values: Rows, facts: Facts, samples: NDArray[np.object_], source: Source
) -> None:
    """Refuse samples that are on another scale than the others, where none passes for linear.

    Raises
    ------
    InputError
        Naming them.
    """
    if len(samples) < 2 or facts.features < _MANY:
        return
    odd, word = _centred_ones(facts), "centred"
    if not odd.any():
        odd, word = _of_another_base(values)
    if not odd.any():
        odd, word = _linear_ones(values), "like linear values"
    if odd.any():
        raise source.refusal(
            f"samples are on different scales: {some(samples[odd], 3)} look {word},"
            f" {some(samples[~odd], 3)} do not",
            cure="bring all to one scale, or read them from two files",
        )


def _centred_ones(facts: Facts) -> NDArray[np.bool_]:
    odd = (facts.negative > 0.25) & (np.abs(facts.median) < 0.5)
    level = (facts.negative < 0.02) & (facts.median > 2)
    nothing = np.zeros(len(odd), dtype=bool)
    return odd if (odd | level).all() and odd.any() and level.any() else nothing


def _linear_ones(values: Rows) -> NDArray[np.bool_]:
    """Tell low linear samples among logarithms: most values near zero, their logs are not."""
    part = thinned(values)
    skews = np.array([_skewness(row[row > 0]) for row in part])
    odd = skews > _SKEWED_SAMPLE
    if odd.any() and not odd.all():
        logs = [_skewness(np.log2(row[row > 0])) for row in part[odd]]
        if max(map(abs, logs)) < _EVEN and (skews[~odd] < _EVEN_SAMPLE).all():
            return odd
    return np.zeros(len(part), dtype=bool)


def _skewness(x: Values) -> float:
    x = x.astype(np.float64)
    spread = x.std() if len(x) >= _MANY else 0.0
    return float(((x - x.mean()) ** 3).mean() / spread**3) if spread else 0.0


def _of_another_base(values: Rows) -> tuple[NDArray[np.bool_], str]:
    """Tell samples whose mean and spread are both ln 2 or log10 2 of those of the others.

    Shallow samples have lower values as well, by any amount; so there must be two groups with
    nothing between them.
    """
    part = thinned(values).astype(np.float64)
    means, spreads = np.nanmean(part, axis=1), np.nanstd(part, axis=1)
    nothing = np.zeros(len(part), dtype=bool)
    if means.min() <= 0 or spreads.min() <= 0:
        return nothing, ""
    for word, ratio in _RATIOS.items():
        top = means > means.max() * np.sqrt(ratio)
        if top.all():
            continue
        shares = [x / np.median(x[top]) for x in (means, spreads)]
        low = np.all([np.abs(s / ratio - 1) < _NEAR for s in shares], axis=0)
        high = np.all([np.abs(s - 1) < 2 * _NEAR for s in shares], axis=0)
        if low.any() and high.any() and (low | high).all():
            return low, f"like {word}"
    return nothing, ""
