"""Tell which scale expression values are on, sample by sample, and bring them to log2.

What can't be decides first: no log2 of an expression value is above 30, a count has no
fraction, a logarithm of one plus something is not negative. What values add up to comes next:
TPM and CPM add up to a million in each sample, so that their logarithms tell their base.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiosens.errors import SettingsError
from radiosens.sources.bases import base_of_logs, could_be_sum
from radiosens.sources.evidence import (
    MOST_LOG2,
    Facts,
    centred,
    counts,
    facts_of,
    mixed,
    skewed,
)
from radiosens.sources.expression import Expression
from radiosens.sources.impossible import (
    refuse_impossible,
    refuse_odd_features,
    refuse_odd_samples,
)
from radiosens.sources.source import Source, some

__all__ = ["SCALES", "bring_to_log2", "counts_to_log2", "is_linear", "to_log2"]

Values = NDArray[np.float32]

#: What ``--scale`` may say, and what ``uns["scale"]`` then says.
SCALES = {
    "log2": "log2",
    "ln": "natural logarithm, converted to log2",
    "log10": "log10, converted to log2",
    "linear": "linear, converted to log2",
    "counts": "counts, converted to log2(CPM + 1)",
    "centred": "centred",
}


def is_linear(values: Values) -> bool:
    """Tell whether values can't be logarithms: one of them is above 30.

    A log2 of 30 is a thousand million. No array, scanner or sequencer counts so far, and the
    rule holds for tables of many zeros, where those by quantiles (as GEO2R's,
    https://www.ncbi.nlm.nih.gov/geo/geo2r/) fail.

    Parameters
    ----------
    values : array of shape (samples, features)
        Expression values; NaN where missing.

    Examples
    --------
    >>> is_linear(np.array([[5.8, 7.3, 12.1]])), is_linear(np.array([[1046.5, 753.6, 0.0]]))
    (False, True)
    """
    return bool(np.nanmax(values) > MOST_LOG2) and not centred(facts_of(values))


def to_log2(values: Values) -> Values:
    """Return ``log2(x + 1)`` of linear values, those below zero taken as zero.

    One is added so that zeros, which sequencing and MAS 5 give, stay finite.

    Examples
    --------
    >>> to_log2(np.array([[0.0, 1.0, 1023.0, -5.0]], dtype=np.float32)).tolist()
    [[0.0, 1.0, 10.0, 0.0]]
    """
    logs: Values = np.log2(np.maximum(values, 0) + 1, dtype=np.float32)
    return logs


def counts_to_log2(values: Values) -> Values:
    r"""Return log2 counts per million of each sample's library.

    ``log2(10⁶ · count / library + 1)``, where the library is the sum of a sample's counts (edgeR's
    ``cpm``, Robinson et al. 2010, Bioinformatics 26:139; the one that is added amounts to a
    prior count of library / 10⁶). It depends on no other sample, keeps zeros at zero, and is the
    scale of the log2(TPM + 1) and log2(FPKM + 1) that public tables have.

    Parameters
    ----------
    values : array of shape (samples, features)
        Counts; NaN where missing.

    Examples
    --------
    >>> counts_to_log2(np.array([[0, 1, 3], [0, 10, 30]], dtype=np.float32)).round(2)
    array([[ 0.  , 17.93, 19.52],
           [ 0.  , 17.93, 19.52]], dtype=float32)
    """
    library = np.nansum(values, axis=1, keepdims=True, dtype=np.float64)
    return to_log2((values * (1e6 / np.where(library > 0, library, 1))).astype(np.float32))


_CONVERT: dict[str, Callable[[Values], Values]] = {
    "log2": lambda x: x,
    "centred": lambda x: x,
    "ln": lambda x: (x / np.log(2)).astype(np.float32),
    "log10": lambda x: (x * np.log2(10)).astype(np.float32),
    "linear": to_log2,
    "counts": counts_to_log2,
}


def bring_to_log2(found: Expression, source: Source, scale: str | None = None) -> Expression:
    """Judge the scale, and tell how values come to log2; ``uns["scale"]`` then says it.

    Parameters
    ----------
    found : Expression
        Samples × features as the file has them.
    source : Source
        For messages.
    scale : str, optional
        One of `SCALES`, to be believed rather than judged.

    Raises
    ------
    InputError
        If samples are on different scales, or values contradict the scale that is given.
    SettingsError
        If there is no such scale.
    """
    said = found.uns.pop("log1p", None)
    beside = found.uns.pop("kept beside X", [])
    facts = facts_of(found.rows)
    if scale is None:
        scale = _judge(found, facts, said, source)
    elif scale not in SCALES:
        raise SettingsError(f"there is no scale {scale!r}", cure=f"say one of {', '.join(SCALES)}")
    elif scale in {"log2", "ln", "log10"} and facts.highest.max() > 1000:
        raise source.refusal(
            f"a value is {facts.highest.max():,.0f}, which is no logarithm",
            cure="leave out --scale, or say linear or counts",
        )
    if scale in {"linear", "counts"} and facts.negative.any():
        source.warn(
            f"{facts.negative.mean():.1%} of the values are negative, as background correction"
            " leaves them; they are taken as zero"
        )
    if scale == "centred" and beside:
        source.warn(f"X holds centred values; {', '.join(beside)} is there too and is not used")
    elif beside:
        source.note(f"X is read; {', '.join(beside)} is there too")
    found.uns["scale"] = SCALES[scale]
    return replace(found, convert=_CONVERT[scale])


def _judge(found: Expression, facts: Facts, said: Any, source: Source) -> str:
    """Tell the scale from the values and from what the file says of them."""
    values = found.rows
    refuse_impossible(values, facts, source)
    if facts.highest.max() <= MOST_LOG2:
        refuse_odd_samples(values, facts, np.asarray(found.obs.index), source)
    if centred(facts):
        source.warn(
            "the values are centred or z-scores (a quarter or more are negative, around zero):"
            " they are kept, and tell nothing of a gene's level"
        )
        return "centred"
    if facts.highest.max() > MOST_LOG2:
        return _not_logs(found, facts, source)
    base, proof = base_of_logs(values, facts)
    told = _told_base(said)
    if base is None:
        base, proof = told or "log2", "as uns['log1p'] says" if told else ""
    elif told is not None and told != base:
        source.warn(f"uns['log1p'] says {told}, the values say {base}: {proof}")
    if base != "log2":
        source.warn(f"the values are {base} ({proof}); converted to log2 (--scale log2 keeps them)")
    elif not proof and (chance := could_be_sum(values, facts)):
        source.warn(
            f"the values are taken for log2, though as {chance} they add up to a round number: if"
            f" they are say --scale {chance}"
        )
    elif not proof and skewed(values, facts):
        source.warn(
            "the values are taken for log2, though most are near zero and few large, as on a"
            " linear scale: if they are linear say --scale linear"
        )
    elif not proof and _could_be_ln(facts) and facts.negative.mean() < 0.05:
        source.warn(
            f"the values are taken for log2, though none is above {facts.highest.max():.1f}: if"
            " they are natural logarithms say --scale ln"
        )
    elif facts.negative.mean() > 0.02:
        source.note(f"{facts.negative.mean():.0%} of the values are negative; taken for log2")
    return str(base)


def _not_logs(found: Expression, facts: Facts, source: Source) -> str:
    refuse_odd_features(found.rows, facts, np.asarray(found.var.index), source)
    odd = mixed(found.rows, facts)
    if odd.any():
        names = found.obs.index
        raise source.refusal(
            f"samples are on different scales: {some(names[odd], 3)} look like logarithms,"
            f" {some(names[~odd], 3)} like linear values",
            cure="bring all to one scale, or read them from two files",
        )
    if counts(found.rows, facts, list(found.var.index)):
        source.note(
            "the values are counts; converted by log2(10^6 · count / library size + 1), library"
            f" sizes {facts.total.min():,.0f} to {facts.total.max():,.0f}"
        )
        return "counts"
    million = np.abs(facts.total / 1e6 - 1).max() < 0.02
    kind = "a linear scale" + (" (TPM or CPM: samples add up to a million)" if million else "")
    source.note(f"the values are on {kind}; converted by log2(x + 1)")
    return "linear"


def _told_base(said: Any) -> str | None:
    """Return the scale that ``uns["log1p"]`` tells; scanpy writes no base for natural logs."""
    if said is None:
        return None
    base = said.get("base") if isinstance(said, dict) else None
    if base is None or (isinstance(base, np.ndarray) and base.size == 0):
        return "ln"
    try:
        number = float(np.asarray(base).ravel()[0])
    except (TypeError, ValueError, IndexError):
        return "ln"
    return {2.0: "log2", 10.0: "log10"}.get(number, "ln")


def _could_be_ln(facts: Facts) -> bool:
    """Tell whether many features stay below what log2 of an array or a transcriptome reaches.

    Scanners end at 2^16 and the most expressed genes come near; ln 2^16 is 11.1.
    """
    return bool(facts.features >= 500 and facts.highest.max() < 11.2)
