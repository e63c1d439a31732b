"""What an evaluation's tables mean, in plain sentences for someone in a hurry."""

from __future__ import annotations

import pandas as pd

from radiosens.evaluation.result import Evaluation
from radiosens.evaluation.verdict import alarms
from radiosens.predictors import get_predictor

__all__ = ["sentences"]

_PROBE = "nearest"
#: A smaller gap between protocols is not worth a word.
_NOTABLE = 0.1


def sentences(evaluation: Evaluation) -> list[str]:
    """Say what an evaluation found: what was tested, leaks, the best, and how sure that is.

    Parameters
    ----------
    evaluation : Evaluation
        Finished.
    """
    tables = evaluation.tables
    said = [_tested(evaluation), _labels(evaluation)]
    if evaluation.settings.shuffle:
        found = alarms(tables["scores"])
        said.append(
            "SF2 was shuffled between donors before anything else, so there is nothing to be"
            " learned. "
            + (
                f"LEAK: {', '.join(found)} predict it all the same."
                if found
                else "No predictor has an interval of R² above zero where samples are kept apart:"
                " no leak shows."
            )
        )
    said += _recognition(evaluation, tables["leakage"])
    for subset in tables["scores"]["subset"].unique():
        said += _unseen(evaluation, str(subset))
    said += _chance(tables["null"])
    said += _index(tables["signatures"])
    said += _seeds(tables["seeds"])
    said += [f"{name} was left out: {why}." for name, why in evaluation.skipped.items()]
    cautions = {n: get_predictor(n).caution for n in tables["scores"]["predictor"].unique()}
    said += [f"Read {name} with care: {why}." for name, why in cautions.items() if why]
    return said


def _tested(evaluation: Evaluation) -> str:
    obs, settings = evaluation.obs, evaluation.settings
    rounds = "one round" if settings.rounds == 1 else f"{settings.rounds} rounds"
    simulated = " Simulated data: nothing here is biology." if evaluation.simulated else ""
    return (
        f"{len(obs)} samples of {obs['line'].nunique()} lines from {obs['donor'].nunique()} donors,"
        f" {rounds} of up to {settings.folds} folds. A line's prediction is its mean over"
        f" rounds and replicates; intervals (95 %) come from resampling donors.{simulated}"
    )


def _labels(evaluation: Evaluation) -> str:
    left = evaluation.settings.exclude
    kept = (
        f"Samples called {left} were left out, by the expression of all samples, tested ones too:"
        " figures are of those kept, not to be compared with figures of all."
        if left
        else "None was left out for that."
    )
    return f"Before training, {evaluation.quality.headline()}. {kept}"


def _recognition(evaluation: Evaluation, table: pd.DataFrame) -> list[str]:
    if len(table) == 0:
        return []
    if evaluation.obs["line"].is_unique:
        return [
            "No line has a second sample here, so the replicate protocol differs from the others"
            " only for lines that share a donor: it cannot show how much recognition is worth."
        ]
    said = []
    for protocol, own in table.groupby("protocol", sort=False):
        probe = own[own["predictor"] == _PROBE]
        said += [
            "The nearest neighbour knows nothing of radiation: it repeats the SF2 of the most"
            f" similar sample. With replicates on both sides it has R² {row.r2_replicate:.2f};"
            f" with each {protocol} kept on one side {row.r2_strict:.2f}. That gap of"
            f" {row.r2_gap:.2f} is what recognition alone is worth, and no score under"
            " 'replicate' says more than that."
            for row in probe.itertuples()
        ]
        fell = (own["r2_gap_low"] > 0) & (own["r2_gap"] > _NOTABLE)
        others = own[(own["predictor"] != _PROBE) & fell]
        if len(others):
            said.append(
                f"Under '{protocol}' these fall too, by more than resampling donors explains: "
                + ", ".join(
                    f"{r.predictor} ({r.r2_replicate:.2f} to {r.r2_strict:.2f})"
                    for r in others.itertuples()
                )
                + "."
            )
    return said


def _unseen(evaluation: Evaluation, subset: str) -> list[str]:
    said = []
    scores, against = evaluation.tables["scores"], evaluation.settings.against
    for protocol in [p for p in evaluation.settings.protocols if p != "replicate"]:
        own = scores[(scores["subset"] == subset) & (scores["protocol"] == protocol)]
        own = own.set_index("predictor")
        if own["r2"].isna().all():
            continue
        best = str(own["r2"].idxmax())
        who = "all lines" if subset == "all" else "solid tumours only"
        text = (
            f"On unseen {protocol}s, {who} ({int(own['donors'].iloc[0])} donors): the best of"
            f" {len(own)} is {best}, R² {_metric(own, best, 'r2')},"
            f" r {_metric(own, best, 'pearson_r')}"
        )
        if against in own.index and best != against:
            text += f"; {_title(against)} has R² {_metric(own, against, 'r2')}"
        above = [str(n) for n in own.index[own["r2_low"] > 0]]
        text += ". " + (
            f"The interval lies above zero for {', '.join(above)}."
            if above
            else "Not one has an interval of R² above zero: none is shown to predict these lines"
            " better than their mean SF2 does."
        )
        said.append(text + _against(evaluation, protocol, subset))
    return said


def _title(against: str) -> str:
    return "the tissue mean, blind to expression," if against == "tissue-mean" else against


def _against(evaluation: Evaluation, protocol: str, subset: str) -> str:
    table = evaluation.tables["differences"]
    if len(table) == 0:
        return ""
    name = _title(evaluation.settings.against).split(",")[0]
    own = table[(table["protocol"] == protocol) & (table["subset"] == subset)]
    better = own[own["r2_low"] > 0]
    if len(better) == 0:
        return f" None is better than {name} by more than resampling donors explains."
    named = ", ".join(f"{r.predictor} (p {r.p:.2g})" for r in better.itertuples())
    return f" Better than {name} on the same lines: {named}."


def _metric(table: pd.DataFrame, predictor: str, name: str) -> str:
    columns = [name, f"{name}_low", f"{name}_high"]
    value, low, high = table.loc[[predictor], columns].to_numpy(dtype=float)[0]
    return f"{value:.2f} ({low:.2f} to {high:.2f})"


def _chance(table: pd.DataFrame) -> list[str]:
    if len(table) == 0:
        return []
    said = []
    own = table[table["metric"] == "r2"]
    for place, part in own.groupby(["protocol", "subset"], sort=False):
        where = " protocol, ".join(map(str, place))
        times = int(part["permutations"].iloc[0])
        chances = zip(part["predictor"].astype(str), part["p"].astype(float), strict=True)
        said.append(
            f"Fitted anew to SF2 shuffled between donors, {times} times"
            f" ({where}), chance has as high an R² with p = "
            + ", ".join(f"{p:.3f} ({name})" for name, p in chances)
            + f". (The lowest that so many can give is {1 / (1 + times):.3f}.)"
        )
    return said


def _index(table: pd.DataFrame) -> list[str]:
    weights = {"index": "the index's own", "fitted": "fitted"}
    who = {"all": "all lines"}
    return [
        f"Ten random genes with {weights[str(r.weights)]} weights do as well as those of the"
        f" Radiosensitivity Index ({who.get(str(r.subset), str(r.subset))}: r {r.pearson_r:.2f})"
        f" with p = {r.p:.3f}; the best 5 % of them reach {r.random_95:.2f}."
        for r in table.itertuples()
    ]


def _seeds(table: pd.DataFrame) -> list[str]:
    if len(table) == 0:
        return []
    own = table[(table["metric"] == "r2") & (table["subset"] == "all")]
    return [
        f"With {r.seeds} seeds on the same folds, R² of {r.predictor} under '{r.protocol}' is"
        f" {r.lowest:.2f} to {r.highest:.2f} (standard deviation {r.sd:.3f})."
        for r in own.itertuples()
    ]
