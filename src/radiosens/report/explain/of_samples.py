"""Explain samples by a trained model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from radiosens.evaluation.inputs import numeric_versions
from radiosens.explain.baseline import MEAN
from radiosens.explain.evidence import evidence_of, model_figures
from radiosens.explain.pathways import pathways_of_sample
from radiosens.explain.sample import SampleContributions, explain_samples
from radiosens.explain.sets import GeneSets, read_gmt
from radiosens.explain.verdict import Evidence
from radiosens.models.bundle import Bundle, of_one_scale
from radiosens.models.defaults import DEFAULT, load_model
from radiosens.models.fitted import find_predictor
from radiosens.panel import Data
from radiosens.report.explain.files import sample_files
from radiosens.report.explain.known import known_evidence, remember_evidence
from radiosens.report.explain.of_models import FEW_SHUFFLES, FOLDS, gene_set_file, inputs_of_bundle
from radiosens.report.explain.result import Explanation, verdict_of
from radiosens.report.explain.text import sample_sentences, verdict_sentences
from radiosens.report.inputs import again, file_hashes
from radiosens.report.page.kinds import with_page
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
    gene_sets: Sequence[str | Path] = (),
    most: int | None = 100,
    out: str | Path | None = None,
    inputs: Mapping[str, str] | None = None,
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
    gene_sets : sequence of str or Path
        GMT files, or ``reactome`` once it is fetched: what the genes of each set add up to.
    most : int, optional
        Genes of a sample in the table; all where None.
    out : str or Path, optional
        A directory for ``contributions.csv``, ``explained.csv``, ``pathways.csv``,
        ``explanation.txt``, a waterfall a sample, and the page.
    inputs : mapping, optional
        Names and hashes of the files for the record, where they are known by others than these.

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
    sets = [read_gmt(gene_set_file(one)) for one in gene_sets]
    bundle = of_one_scale(model if isinstance(model, Bundle) else load_model(model))
    told = {} if samples is None else _tissues(Path(samples))
    found = explain_samples(
        bundle, data, baseline=baseline, tissues=told, together=together,
        keep_unlike=keep_unlike, scale=scale,
    )  # fmt: skip
    explanation = _explanation(bundle, found, sets, most)
    if out is not None:
        options: dict[str, Any] = {
            "baseline": None if baseline == MEAN else baseline,
            "together": together,
            "keep_unlike": keep_unlike,
            "scale": scale,
            "samples": None if samples is None else Path(samples),
            "gene_sets": list(gene_sets),
            "all_genes": most is None,
        }
        summary = explanation.summary() | _record(bundle, data, options, inputs)
        summary["options"]["baseline"] = found.baseline
        content = with_page("explain", sample_files(explanation, found), summary)
        ResultDirectory(out, "explain").write(content, summary)
    return explanation


def _explanation(
    bundle: Bundle, found: SampleContributions, sets: Sequence[GeneSets], most: int | None
) -> Explanation:
    evidence = _evidence(bundle)
    verdict = verdict_of(evidence, bundle.card.name)
    said = [*verdict_sentences(verdict), *sample_sentences(found)]
    if bundle.card.data.get("simulated"):
        said.append("The model was trained on simulated values and says nothing of biology.")
    return Explanation(
        verdict,
        evidence,
        tuple(said),
        contributions=found.table(most),
        explained=found.overview(),
        predictions=found.predictions,
        pathways=_pathways(found, sets) if sets else None,
    )


def _record(
    bundle: Bundle, data: Data, options: dict[str, Any], inputs: Mapping[str, str] | None
) -> dict[str, Any]:
    """Return what the page says of how an explanation was made."""
    named = [data] if isinstance(data, str | Path) else []
    files = [*named, options["samples"], *map(gene_set_file, options["gene_sets"])]
    model = None if bundle.card.name == DEFAULT else bundle.card.name
    return {
        "options": {
            "model": bundle.card.name,
            "model_data": bundle.card.data.get("sha256"),
            **{name: options[name] for name in ("together", "keep_unlike", "scale")},
        },
        "versions": numeric_versions(),
        "inputs": dict(inputs) if inputs else file_hashes(files),
        "again": again("explain", named, model=model, **options),
    }


def _pathways(found: SampleContributions, sets: Sequence[GeneSets]) -> pd.DataFrame:
    """Return what the genes of each set add up to in each sample."""
    parts = [
        pathways_of_sample(found.by_gene[i, :-1], found.genes[:-1], own).assign(
            sample=name, source=own.source
        )
        for own in sets
        for i, name in enumerate(found.samples)
    ]
    columns = ["sample", "set", "genes", "contribution", "leading", "source"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _evidence(bundle: Bundle) -> Evidence | None:
    """Return what is known of the model, found now if its fits are quick."""
    evidence = known_evidence(bundle)
    if evidence is None and find_predictor(bundle.card.predictor).fast:
        figures = model_figures(inputs_of_bundle(bundle), folds=FOLDS, shuffles=FEW_SHUFFLES)
        evidence = evidence_of(*figures)
        remember_evidence(bundle, evidence)
    return evidence


def _tissues(sheet: Path) -> dict[str, str]:
    table = read_sample_sheet(sheet)
    if "tissue" not in table:
        return {}
    return {str(s): str(t) for s, t in table["tissue"].items() if t is not None}
