"""What a finished evaluation holds."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from radiosens.evaluation.settings import EvaluateSettings
from radiosens.quality import QualityCheck

__all__ = ["Evaluation"]


@dataclass(frozen=True)
class Evaluation:
    """A finished evaluation.

    Attributes
    ----------
    obs : DataFrame
        The panel's samples.
    predictions : DataFrame
        ``predictor, protocol, sample, line, round, fold, truth, prediction``.
    null : DataFrame
        The same with ``shuffle``, the number of the shuffling, and 0 for the fits to the
        measured SF2 on the same folds (round 1); empty without permutations.
    repeats : DataFrame
        The same with ``seed``, of stochastic predictors, on the folds of round 1; empty with
        one seed.
    signatures : DataFrame
        The Radiosensitivity Index beside random genes, see
        `radiosens.evaluation.signatures.random_signatures`; empty where it did not run.
    skipped : dict
        Predictor to the reason that it was left out.
    simulated : bool
        Whether the values are simulated.
    seconds : float
        The time the run was at work, over all its sessions.
    quality : QualityCheck
        What the check of labels says of every sample, those left out included.
    tables : dict of DataFrame
        ``scores, leakage, differences, null, seeds, signatures``, see
        `radiosens.evaluation.verdict`; empty ones for what was not asked for or can't be.
    """

    settings: EvaluateSettings
    obs: pd.DataFrame
    predictions: pd.DataFrame
    null: pd.DataFrame
    repeats: pd.DataFrame
    signatures: pd.DataFrame
    skipped: dict[str, str]
    simulated: bool
    seconds: float
    quality: QualityCheck
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
