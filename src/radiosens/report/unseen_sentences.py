"""What an evaluation says of unseen lines: the best, what is to be beaten, what each adds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from radiosens.evaluation.result import Evaluation
from radiosens.evaluation.settings import STRONGEST_NAIVE

__all__ = ["LEVEL", "better_than", "chance", "nested", "unseen", "value_with_interval"]

#: A corrected p below this is called a difference.
LEVEL = 0.05
SUBSETS = {"all": "all lines", "without leukaemia": "solid tumours only"}


def unseen(evaluation: Evaluation, subset: str) -> list[str]:
    """Name the best predictor of unseen lines, the strongest naive one, and who beats that."""
    said = []
    scores = evaluation.tables["scores"]
    for protocol in [p for p in evaluation.settings.protocols if p != "replicate"]:
        own = scores[(scores["subset"] == subset) & (scores["protocol"] == protocol)]
        own = own.set_index("predictor")
        if own["r2"].isna().all():
            continue
        best = str(own["r2"].idxmax())
        same = own.index[np.isclose(own["r2"], own["r2"].max(), rtol=0, atol=1e-9)]
        named = f"are {' and '.join(map(str, same))}," if len(same) > 1 else f"is {best},"
        above = [str(n) for n in own.index[own["r2_low"] > 0]]
        said.append(
            f"On unseen {protocol}s, {SUBSETS.get(subset, subset)}"
            f" ({int(own['donors'].iloc[0])} donors): the best of {len(own)} {named}"
            f" R² {value_with_interval(own, best, 'r2')}"
            f"{_correlation(own, best)}. "
            + (
                f"The interval lies above zero for {', '.join(above)}."
                if above
                else "Not one has an interval of R² above zero."
            )
            + _against(evaluation, protocol, subset)
        )
    return said


def _correlation(table: pd.DataFrame, name: str) -> str:
    if not np.isfinite(table["pearson_r"].to_dict()[name]):
        return ", the same for all that are tested at once"
    return f", r {value_with_interval(table, name, 'pearson_r')}"


def better_than(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of predictors that are better than what they are compared with."""
    return table[(table["r2"] > 0) & (table["p_holm"] < LEVEL)]


def _against(evaluation: Evaluation, protocol: str, subset: str) -> str:
    table = evaluation.tables["differences"]
    if len(table) == 0:
        return ""
    own = table[(table["protocol"] == protocol) & (table["subset"] == subset)]
    if len(own) == 0:
        return ""
    asked = evaluation.settings.against
    title = f"{own['versus'].iloc[0]} (R² {float(own['versus_r2'].iloc[0]):.2f}"
    title += "; the best here without expression)" if asked == STRONGEST_NAIVE else ")"
    better = better_than(own)
    corrected = f"two-sided, corrected for {len(own)} comparisons"
    if len(better) == 0:
        above = own.loc[own["r2"] > 0, "p_holm"]
        lowest = f"; lowest p {float(above.min()):.2g}" if len(above) else ""
        return f" None is shown to be better than {title} ({corrected}{lowest})."
    named = ", ".join(f"{r.predictor} (p {r.p_holm:.2g})" for r in better.itertuples())
    return f" Better than {title} on the same lines ({corrected}): {named}."


def nested(evaluation: Evaluation) -> list[str]:
    """Say what lineage, tissue and expression each add."""
    table = evaluation.tables["nested"]
    if len(table) == 0:
        return []
    said = []
    for (protocol, subset), own in table.groupby(["protocol", "subset"], sort=False):
        records = own.to_dict(orient="records")
        steps = [_step(r) for r in records if abs(r["gain"]) > 1e-9]
        if not steps:
            continue
        said.append(
            f"What each adds to R² beside what stands before it, on unseen {protocol!s}s,"
            f" {SUBSETS.get(str(subset), str(subset))}: {', '.join(steps)}.{_how(own)}"
        )
    return said


def _step(row: dict[Any, Any]) -> str:
    chance = f"; p {row['p']:.3f}" if np.isfinite(row["p"]) else ""
    ends = f"{row['gain_low']:.2f} to {row['gain_high']:.2f}"
    return f"{row['added']} {row['gain']:+.2f} ({ends}{chance})"


def _how(table: pd.DataFrame) -> str:
    tried = table[table["permutations"] > 0]
    if len(tried) == 0:
        return ""
    times = int(tried["permutations"].iloc[0])
    return (
        f" (p, one-sided: how often as much is gained on SF2 shuffled {times:,} times, between all"
        f" donors for lineage, within lineages for the others; never below {1 / (1 + times):.2g}.)"
    )


def chance(table: pd.DataFrame) -> list[str]:
    """Say how often chance does as well."""
    if len(table) == 0:
        return []
    said = []
    own = table[table["metric"] == "r2"]
    for (protocol, subset, within), part in own.groupby(
        ["protocol", "subset", "permuted"], sort=False
    ):
        times = int(part["permutations"].iloc[0])
        where = "between all donors" if within == "all donors" else "between donors of one lineage"
        chances = zip(part["predictor"].astype(str), part["p"].astype(float), strict=True)
        said.append(
            f"Fitted anew to SF2 shuffled {where}, {times:,} times ({protocol} protocol,"
            f" {SUBSETS.get(str(subset), str(subset))}, all folds and rounds), chance has as high"
            " an R² with p, one-sided, = "
            + ", ".join(f"{p:.3f} ({name})" for name, p in chances)
            + f". (The lowest that so many can give is {1 / (1 + times):.2g}.)"
        )
    return said


def value_with_interval(table: pd.DataFrame, predictor: str, name: str) -> str:
    """Return a metric with its interval, or the metric alone where it has none."""
    columns = [name, f"{name}_low", f"{name}_high"]
    value, low, high = table.loc[[predictor], columns].to_numpy(dtype=float)[0]
    if not np.isfinite(low):
        return f"{value:.2f} (no interval)" if np.isfinite(value) else "undefined"
    return f"{value:.2f} ({low:.2f} to {high:.2f})"
