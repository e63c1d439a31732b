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
    ladder : DataFrame
        The same of the nested models that say what lineage, tissue and expression add, whether
        asked for or not, on unseen lines.
    refits : DataFrame
        What fast predictors predict when cross-validated anew without thirds of the donors, see
        `radiosens.evaluation.refits.refit_rows`; may be empty.
    null : DataFrame
        What fast predictors score on shuffled SF2, see `radiosens.evaluation.null.null_rows`;
        empty without permutations.
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
    recommended : str
        What `radiosens` is when fitted to the whole panel, and why; empty with ``shuffle``.
    tables : dict of DataFrame
        ``scores, leakage, differences, nested, null, seeds, signatures``, see
        `radiosens.evaluation.verdict`; empty ones for what was not asked for or can't be.
    """

    settings: EvaluateSettings
    obs: pd.DataFrame
    predictions: pd.DataFrame
    ladder: pd.DataFrame
    refits: pd.DataFrame
    null: pd.DataFrame
    repeats: pd.DataFrame
    signatures: pd.DataFrame
    skipped: dict[str, str]
    simulated: bool
    seconds: float
    quality: QualityCheck
    recommended: str = ""
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
