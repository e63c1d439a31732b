"""What an evaluation's tables mean, in plain sentences for someone in a hurry."""

from __future__ import annotations

import pandas as pd

from radiosens.evaluation.intervals import coverage_said
from radiosens.evaluation.result import Evaluation
from radiosens.evaluation.verdict import alarms
from radiosens.predictors import get_predictor
from radiosens.report.unseen_sentences import LEVEL, SUBSETS, chance, nested, unseen

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
        found = alarms(tables["differences"])
        said.append(
            "SF2 was shuffled between donors before anything else, so there is nothing to be"
            " learned. "
            + (
                f"LEAK: {', '.join(found)} predict it all the same."
                if found
                else "Where samples are kept apart, no predictor is better than what sees no"
                " expression: no leak shows."
            )
        )
    said += _recognition(evaluation, tables["leakage"])
    for subset in tables["scores"]["subset"].unique():
        said += unseen(evaluation, str(subset))
    said += nested(evaluation)
    if evaluation.recommended:
        said.append(f"Fitted to all of these lines, radiosens: {evaluation.recommended}.")
    said += chance(tables["null"])
    said += _index(tables["signatures"])
    said += _seeds(tables["seeds"])
    said += [f"{name} was left out: {why}." for name, why in evaluation.skipped.items()]
    cautions = {n: get_predictor(n).caution for n in tables["scores"]["predictor"].unique()}
    said += [f"Read {name} with care: {why}." for name, why in cautions.items() if why]
    return said


def _tested(evaluation: Evaluation) -> str:
    obs, settings = evaluation.obs, evaluation.settings
    rounds = "one round" if settings.rounds == 1 else f"{settings.rounds} rounds"
    refits = evaluation.refits
    anew = [
        str(name)
        for name in evaluation.predictions["predictor"].unique()
        if len(refits) and name in set(refits["predictor"])
    ]
    simulated = " Simulated data: nothing here is biology." if evaluation.simulated else ""
    return (
        f"{len(obs)} samples of {obs['line'].nunique()} lines from {obs['donor'].nunique()} donors,"
        f" {rounds} of up to {settings.folds} folds. A line's prediction is its mean over"
        f" rounds and replicates. {coverage_said(obs['donor'].nunique(), anew)}{simulated}"
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
            f" {row.r2_gap:.2f} is what recognition is worth, but for the mean of"
            " training, which moves with who is kept out; no score under 'replicate' says more."
            for row in probe.itertuples()
        ]
        fell = (own["p"] < LEVEL) & (own["r2_gap"] > _NOTABLE)
        others = own[(own["predictor"] != _PROBE) & fell]
        if len(others):
            said.append(
                f"Under '{protocol}' these fall too (p, two-sided, below 0.05): "
                + ", ".join(
                    f"{r.predictor} ({r.r2_replicate:.2f} to {r.r2_strict:.2f})"
                    for r in others.itertuples()
                )
                + "."
            )
    return said


def _index(table: pd.DataFrame) -> list[str]:
    weights = {"index": "the index's own", "fitted": "fitted"}
    return [
        f"Ten random genes with {weights[str(r.weights)]} weights do as well as those of the"
        f" Radiosensitivity Index ({SUBSETS.get(str(r.subset), r.subset)}: r {r.pearson_r:.2f})"
        f" with p, one-sided, not corrected, = {r.p:.3f} (of {r.signatures:,}); the best 5 % of"
        f" them reach {r.random_95:.2f}."
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
