"""Explain samples by a trained model."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import anndata as ad

from radiosens.evaluation.inputs import numeric_versions
from radiosens.explain.baseline import MEAN
from radiosens.explain.evidence import evidence_of, model_figures
from radiosens.explain.sample import explain_samples
from radiosens.explain.verdict import Evidence
from radiosens.models.bundle import Bundle, of_one_scale
from radiosens.models.defaults import DEFAULT, load_model
from radiosens.models.fitted import find_predictor
from radiosens.panel import Data
from radiosens.report.explain.files import sample_files
from radiosens.report.explain.known import known_evidence, remember_evidence
from radiosens.report.explain.of_models import FEW_SHUFFLES, FOLDS, inputs_of_bundle
from radiosens.report.explain.result import Explanation, verdict_of
from radiosens.report.explain.text import sample_sentences, verdict_sentences
from radiosens.runs.results import ResultDirectory
from radiosens.sources.samplesheet import read_sample_sheet

__all__ = ["explain"]


def explain(
    data: Data,
    model: str | Path | Bundle = DEFAULT,
    *,
    samples: str | Path | None = None,
    baseline: str = MEAN,
    together: bool = False,
    keep_unlike: bool = False,
    scale: str | None = None,
    most: int | None = 100,
    out: str | Path | None = None,
) -> Explanation:
    """Say what the predictions of samples rest on, and first whether to believe it.

    The verdict is of the model: whether it predicts unseen donors, and its halves agree on genes,
    better than models of shuffled SF2. What these came to is kept in the cache; of predictors
    that are fitted in a moment it is found here and now (20 shuffles), of others
    `explain_model` has to be called before.

    Parameters
    ----------
    data : str, Path or AnnData
        Expression, as for `radiosens.predict`.
    model : str, Path or Bundle
        The name of a model, a bundle's folder, or a bundle.
    samples : str or Path, optional
        A sample sheet with ``sample``, ``line`` and ``tissue``; the tissue is used.
    baseline : str
        What predictions are compared with: ``mean`` (the mean profile of training's lines),
        ``training`` (each of them, averaged), or a line of training.
    together, keep_unlike, scale
        See `radiosens.models.prediction.predict`.
    most : int, optional
        Genes of a sample in the table; all where None.
    out : str or Path, optional
        A directory for ``contributions.csv``, ``explanation.txt`` and a waterfall a sample.

    Returns
    -------
    Explanation

    Raises
    ------
    RadiosensError
        If a file or the model can't be read, or does not fit.
    """
    if out is not None:
        ResultDirectory(out, "explain").refuse_foreign_files()
    bundle = of_one_scale(model if isinstance(model, Bundle) else load_model(model))
    told = {} if samples is None else _tissues(Path(samples))
    found = explain_samples(
        bundle, data, baseline=baseline, tissues=told, together=together,
        keep_unlike=keep_unlike, scale=scale,
    )  # fmt: skip
    evidence = _evidence(bundle)
    verdict = verdict_of(evidence, bundle.card.name)
    said = [*verdict_sentences(verdict), *sample_sentences(found)]
    if bundle.card.data.get("simulated"):
        said.append("The model was trained on simulated values and says nothing of biology.")
    explanation = Explanation(verdict, evidence, tuple(said), found.table(most), found.predictions)
    if out is not None:
        options = {
            "model": bundle.card.name,
            "model_data": bundle.card.data.get("sha256"),
            "baseline": found.baseline,
            "together": together,
            "keep_unlike": keep_unlike,
            "scale": scale,
            "file": _digest(data),
        }
        _write(out, explanation, sample_files(explanation, found), options)
    return explanation


def _evidence(bundle: Bundle) -> Evidence | None:
    """Return what is known of the model, found now if its fits are quick."""
    evidence = known_evidence(bundle)
    if evidence is None and find_predictor(bundle.card.predictor).fast:
        figures = model_figures(inputs_of_bundle(bundle), folds=FOLDS, shuffles=FEW_SHUFFLES)
        evidence = evidence_of(*figures)
        remember_evidence(bundle, evidence)
    return evidence


def _write(
    out: str | Path, explanation: Explanation, files: dict[str, bytes], options: dict[str, Any]
) -> None:
    summary = explanation.summary() | {"options": options, "versions": numeric_versions()}
    ResultDirectory(out, "explain").write(files, summary)


def _tissues(sheet: Path) -> dict[str, str]:
    table = read_sample_sheet(sheet)
    if "tissue" not in table:
        return {}
    return {str(s): str(t) for s, t in table["tissue"].items() if t is not None}


def _digest(data: Data) -> str:
    if isinstance(data, ad.AnnData):
        return "in memory"
    path = Path(data)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else str(data)
