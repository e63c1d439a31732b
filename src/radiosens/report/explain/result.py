"""What an explanation holds, whoever asked for it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from radiosens.explain.model import ModelFigures
from radiosens.explain.verdict import Evidence, Verdict, judge

__all__ = ["Explanation"]


@dataclass(frozen=True)
class Explanation:
    """What predictions or a model rest on, and first whether to believe it.

    Attributes
    ----------
    verdict : Verdict
        *trusted*, *unstable* or *no better than chance*, with reasons.
    evidence : Evidence or None
        What it goes by; None where nothing was compared with shuffled SF2.
    sentences : tuple of str
        All that is said, the verdict first.
    contributions : DataFrame or None
        Of samples: ``sample, gene, contribution, share``.
    explained : DataFrame or None
        Of samples: ``sample, sf2, baseline, half, stability, error``, see
        `radiosens.explain.sample.SampleContributions`.
    predictions : DataFrame or None
        Of samples, as `radiosens.predict` gives them.
    genes : DataFrame or None
        Of a model: ``gene, mean_absolute, stability, p`` and more.
    pathways : DataFrame or None
        Of a model: ``set, genes, score, p, fdr`` and more, the best first; of samples:
        ``sample, set, genes, contribution, leading, source``.
    figures : dict of str to ModelFigures
        Of a model: of all lines, and of solid ones.
    """

    verdict: Verdict
    evidence: Evidence | None
    sentences: tuple[str, ...]
    contributions: pd.DataFrame | None = None
    explained: pd.DataFrame | None = None
    predictions: pd.DataFrame | None = None
    genes: pd.DataFrame | None = None
    pathways: pd.DataFrame | None = None
    figures: dict[str, ModelFigures] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """Return what a directory's record says of it."""
        return {
            "verdict": self.verdict.word,
            "reasons": list(self.verdict.reasons),
            "rests_on_lineage": self.verdict.rests_on_lineage,
            "evidence": None if self.evidence is None else _plain(asdict(self.evidence)),
        }


def verdict_of(evidence: Evidence | None, name: str) -> Verdict:
    """Judge; without evidence nothing can be believed yet."""
    if evidence is not None:
        return judge(evidence)
    return Verdict(
        "unstable",
        (
            f"The model {name!r} has not been compared with models of shuffled SF2; explain the"
            " model itself (without a file) for that.",
        ),
    )


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """Turn NaN, which JSON lacks, to None."""
    return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in facts.items()}
