"""Who is better than whom: against the strongest naive predictor, and one thing at a time."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from radiosens.evaluation.intervals import student
from radiosens.evaluation.lines import Lines
from radiosens.evaluation.result import Evaluation
from radiosens.evaluation.settings import NAIVE, STRONGEST_NAIVE
from radiosens.evaluation.significance import p_value, paired_p_value, subsets

__all__ = ["LADDER", "differences", "holm", "nested"]

#: Metrics that differences are given of.
_COMPARED = ("rmsd", "r2", "pearson_r")

#: Nested models, each with one thing more than the one before, and what that is.
LADDER = {
    "mean": "",
    "lineage-mean": "lineage",
    "lineage-tissue": "tissue",
    "lineage-ridge": "expression",
}


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Correct p values for how many there are (Holm 1979, Scand J Stat 6:65).

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = values[order] * np.arange(len(values), 0, -1)
    corrected = np.empty_like(values)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(steps)) if len(values) else steps
    return corrected


def differences(evaluation: Evaluation) -> pd.DataFrame:
    """Compare every predictor with the strongest naive one, on the same lines.

    Which is the strongest is decided by R² on these very lines, which can only be in its favour;
    another predictor may be named in the settings.

    Returns
    -------
    DataFrame
        ``predictor, protocol, subset, versus, versus_r2``, then of ``rmsd, r2, pearson_r`` the
        predictor's less the other's, with intervals; ``p``, two-sided, of their squared errors,
        see `paired_p_value`, and ``p_holm``, corrected for all rows of that protocol and subset.
        Empty where there is nothing to compare.
    """
    lines = _all_lines(evaluation)
    shown = evaluation.predictions["predictor"].unique()
    tables = []
    for subset, members in subsets(evaluation.obs).items():
        for protocol in evaluation.settings.protocols:
            against = _reference(lines, evaluation.settings.against, protocol, subset, members)
            if against is None:
                continue
            rows = [
                _difference(lines, str(name), against, protocol, subset, members)
                for name in shown
                if name != against and (name, protocol) in lines.tables
            ]
            if rows:
                table = pd.DataFrame(rows)
                tables.append(table.assign(p_holm=holm(table["p"])))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _all_lines(evaluation: Evaluation) -> Lines:
    parts = [t for t in (evaluation.predictions, evaluation.ladder) if len(t)]
    table = pd.concat(parts, ignore_index=True)
    once = table.drop_duplicates(["predictor", "protocol", "round", "sample"])
    return Lines(once, evaluation.obs, evaluation.refits)


def _reference(
    lines: Lines, asked: str, protocol: str, subset: str, members: NDArray[np.str_]
) -> str | None:
    names = NAIVE if asked == STRONGEST_NAIVE else (asked,)
    there = [name for name in names if (name, protocol) in lines.tables]
    scores = {
        name: float(lines.metrics(name, protocol, subset, members)["r2"][0]) for name in there
    }
    return max(scores, key=lambda name: scores[name]) if scores else None


def _difference(
    lines: Lines, name: str, against: str, protocol: str, subset: str, members: NDArray[np.str_]
) -> dict[str, Any]:
    own, other = lines.jackknives((name, against), protocol, subset, members)
    row: dict[str, Any] = {
        "predictor": name, "protocol": protocol, "subset": subset, "versus": against,
        "versus_r2": float(other.metrics["r2"][0]),
    }  # fmt: skip
    for metric in _COMPARED:
        gap = own.metrics[metric] - other.metrics[metric]
        row[metric] = float(gap[0])
        row[f"{metric}_low"], row[f"{metric}_high"] = student(gap, inflation=own.inflation)
    mine, theirs = (lines.of(n, protocol, members) for n in (name, against))
    row["p"] = paired_p_value(
        mine["truth"], mine["prediction"], theirs["prediction"], mine["donor"]
    )
    return row


def nested(evaluation: Evaluation) -> pd.DataFrame:
    """Say what lineage, tissue and expression each add to what is known without them.

    Four models, each with one thing more: the mean; two means, of blood and of solid tumours;
    tissue; ridge regression on expression.

    Returns
    -------
    DataFrame
        ``protocol, subset, added, model, r2, gain, gain_low, gain_high``: R² and how much of it
        the step adds, with its 95 % interval; ``permutations, permuted, p, p_floor``: in how
        many fits to SF2 shuffled (between all donors for lineage, within lineages for the
        rest), how likely as large a gain is by chance (one-sided), and the lowest p that so many
        can give. Unseen lines only.
    """
    lines = _all_lines(evaluation)
    rows = []
    for protocol in [p for p in evaluation.settings.protocols if p != "replicate"]:
        for subset, members in subsets(evaluation.obs).items():
            steps = [n for n in LADDER if (n, protocol) in lines.tables]
            for before, name in pairwise(steps):
                pair = lines.jackknives((before, name), protocol, subset, members)
                first, second = (own.metrics["r2"] for own in pair)
                gain = second - first
                low, high = student(gain, inflation=pair[0].inflation)
                rows.append(
                    {
                        "protocol": protocol, "subset": subset, "added": LADDER[name],
                        "model": name, "r2": float(second[0]), "gain": float(gain[0]),
                        "gain_low": low, "gain_high": high,
                        **_chance_of_gain(
                            evaluation.null, before, name, protocol, subset, float(gain[0])
                        ),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def _chance_of_gain(
    null: pd.DataFrame, before: str, name: str, protocol: str, subset: str, gain: float
) -> dict[str, Any]:
    nothing = {"permutations": 0, "permuted": "", "p": np.nan, "p_floor": np.nan}
    if len(null) == 0:
        return nothing
    wanted = "all donors" if name == "lineage-mean" else "within lineage"
    if wanted not in set(null["permuted"]):
        wanted = "within lineage"  # there is one lineage, so that they are the same
    own = null[
        (null["protocol"] == protocol) & (null["subset"] == subset) & (null["permuted"] == wanted)
    ]
    table = own.pivot_table(index="number", columns="predictor", values="r2", dropna=False)
    if not {name, before} <= set(table):
        return nothing
    chance = (table[name] - table[before]).to_numpy()
    floor = 1 / (1 + len(chance))
    if not np.any(np.abs(chance) > 1e-12):  # nothing that this step could see
        return nothing
    return {
        "permutations": len(chance), "permuted": wanted,
        "p": p_value(gain, chance), "p_floor": floor,
    }  # fmt: skip
