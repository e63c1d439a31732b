"""Explain a kind of model, on a panel or on what a bundle was trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from radiosens.errors import InputError, SettingsError
from radiosens.evaluation.inputs import numeric_versions
from radiosens.explain.evidence import RunFits, evidence_of, here, model_figures
from radiosens.explain.fits import ExplainFit, ExplainInputs, as_task
from radiosens.explain.genes import GeneIndex
from radiosens.explain.lines import figures_within_tissues, lines_of
from radiosens.explain.model import ModelFigures
from radiosens.explain.pathways import pathways
from radiosens.explain.sample import samples_in
from radiosens.explain.sets import GeneSets, read_gmt
from radiosens.explain.verdict import Evidence
from radiosens.models.bundle import Bundle
from radiosens.models.defaults import DEFAULT, load_model
from radiosens.models.fitted import Samples, find_predictor
from radiosens.models.training import LEVELS, samples_of
from radiosens.panel import Data, as_panel, load_panel
from radiosens.report.explain.files import model_files
from radiosens.report.explain.known import remember_evidence
from radiosens.report.explain.result import Explanation, verdict_of
from radiosens.report.explain.text import model_sentences, verdict_sentences
from radiosens.report.inputs import again, file_hashes
from radiosens.report.page.kinds import with_page
from radiosens.report.page.write import make_page
from radiosens.runs.config import RunConfig
from radiosens.runs.files import atomic_write
from radiosens.runs.progress import Progress
from radiosens.runs.results import ResultDirectory
from radiosens.runs.runner import Runner, open_run
from radiosens.sources.gene_sets import GENE_SETS, cached_gene_sets

__all__ = [
    "FEW_SHUFFLES",
    "FOLDS",
    "SHUFFLES",
    "explain_model",
    "gene_set_file",
    "inputs_of_bundle",
]

#: Models of shuffled SF2 where none are asked for: p-values from a hundredth on.
SHUFFLES = 100
#: ... of predictors whose fit takes more than a moment.
FEW_SHUFFLES = 20
FOLDS = 5
LEAST_FEATURES = 10


def explain_model(
    data: Data | Sequence[Data] | None = None,
    predictor: str | None = None,
    *,
    model: str | Path | Bundle = DEFAULT,
    samples: str | Path | None = None,
    gene_sets: Sequence[str | Path] = (),
    level: str = "genes",
    folds: int = FOLDS,
    rounds: int = 1,
    shuffles: int | None = None,
    seed: int = 0,
    settings: dict[str, Any] | None = None,
    out: str | Path | None = None,
    jobs: int | None = None,
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> Explanation:
    """Say what a kind of model rests on: genes and pathways, against shuffled SF2.

    Parameters
    ----------
    data : file, AnnData, or several, optional
        A panel with SF2; without it, the training samples of `model` are taken.
    predictor : str, optional
        A name of the registry, needed with `data`.
    model : str, Path or Bundle
        A bundle, where no data are given.
    samples : str or Path, optional
        Sample sheet of the panel.
    gene_sets : sequence of str or Path
        GMT files, or ``reactome`` once it is fetched.
    level : {"genes", "features"}
        What the predictor is given; contributions are by gene in any case.
    folds, rounds : int
        Of donors; every fold is a fit, of which stability is between.
    shuffles : int, optional
        Models of shuffled SF2; 100, or 20 where a fit takes more than a moment.
    seed : int
        Of folds and fits.
    settings : dict, optional
        Of the predictor, such as ``{"preset": "quick"}``.
    out : str or Path, optional
        A directory, in which the run can be continued: ``genes.csv``, ``pathways.csv``,
        ``explanation.txt``, a bar chart, a dot plot where there are gene sets, and the page.
    jobs, cache, progress
        As for `radiosens.evaluate`.

    Returns
    -------
    Explanation

    Raises
    ------
    RadiosensError
        If the data, the model or a file of gene sets can't be read.
    """
    _check(level, shuffles, seed)
    sets = [read_gmt(gene_set_file(one)) for one in dict.fromkeys(map(str, gene_sets))]
    bundle: Bundle | None = None
    if data is None:
        bundle = model if isinstance(model, Bundle) else load_model(model)
        if bundle.platforms:
            planned = {"folds": folds, "shuffles": SHUFFLES if shuffles is None else shuffles}
            return _explain_lines(bundle, sets, gene_sets, planned | {"seed": seed}, out)
        inputs = inputs_of_bundle(bundle)
    else:
        inputs = _inputs_of_panel(data, predictor, samples, level, settings or {})
    if shuffles is None:
        shuffles = SHUFFLES if find_predictor(inputs.predictor).fast else FEW_SHUFFLES
    planned = {"folds": folds, "rounds": rounds, "shuffles": shuffles, "seed": seed}
    if out is None:
        explanation = _explain_model(inputs, sets, here, planned)
    else:
        config = _config(inputs, planned)
        with open_run(out, config, inputs, jobs=jobs, cache=cache, progress=progress) as run:
            do = partial(_tasks, run, _hash(inputs.samples))
            explanation = _explain_model(inputs, sets, do, planned)
            files = [] if data is None else data if isinstance(data, list | tuple) else [data]
            _write(run, explanation, _record(files, predictor, bundle, samples, gene_sets, planned))
    if bundle is not None and explanation.evidence is not None and shuffles >= FEW_SHUFFLES:
        remember_evidence(bundle, explanation.evidence)
    return explanation


def _check(level: str, shuffles: int | None, seed: int) -> None:
    if level not in LEVELS:
        raise SettingsError(f"there is no level {level!r}", cure=f"use {' or '.join(LEVELS)}")
    for name, number in (("shuffles", shuffles), ("seed", seed)):
        if number is not None and number < 0:
            raise SettingsError(f"{number} as {name}", cure="give 0 or more")


def _write(run: Runner, explanation: Explanation, record: dict[str, Any]) -> None:
    for name, content in model_files(explanation).items():
        atomic_write(run.directory.path / name, partial(_put, content))
    run.directory.write_json("explain.json", explanation.summary() | record)
    make_page(run.directory.path)


def _record(
    data: Sequence[Data], predictor: str | None, bundle: Bundle | None,
    samples: str | Path | None, gene_sets: Sequence[str | Path], planned: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Return what the page says of how an explanation was made."""
    named = [Path(one) for one in data if isinstance(one, str | Path)]
    sheet = None if samples is None else Path(samples)
    model = None if bundle is None else bundle.card.name
    options = {"predictor": predictor, "model": model, "samples": sheet} | planned
    return {
        "settings": {"predictor": predictor, "model": model} | planned,
        "inputs": file_hashes([*named, sheet, *map(gene_set_file, gene_sets)]),
        "again": again("explain", named, gene_sets=list(gene_sets), **options),
        "versions": numeric_versions(),
    }


def gene_set_file(name: str | Path) -> Path:
    """Return a file of gene sets, by its path or by the name of fetched ones."""
    if str(name) in GENE_SETS and not Path(name).exists():
        return cached_gene_sets(str(name))
    return Path(name)


def _put(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _explain_lines(
    bundle: Bundle, sets: list[GeneSets], named: Sequence[str | Path], planned: dict[str, Any],
    out: str | Path | None,
) -> Explanation:  # fmt: skip
    """Explain a model of many tables within tissues, on its own training lines."""
    if out is not None:
        ResultDirectory(out, "explain").refuse_foreign_files()
    figures = figures_within_tissues(lines_of(bundle), bundle.card.settings, **planned)
    evidence = replace(evidence_of(figures, None), within_tissues=True)
    explanation = _together(evidence, bundle.card.name, {"within tissues": figures}, sets)
    if out is not None:
        summary = explanation.summary() | _record([], None, bundle, None, named, planned)
        content = with_page("explain", model_files(explanation), summary)
        ResultDirectory(out, "explain").write(content, summary)
    return explanation


def _explain_model(
    inputs: ExplainInputs, sets: list[GeneSets], run: RunFits, planned: dict[str, Any]
) -> Explanation:
    whole, solid = model_figures(inputs, run=run, **planned)
    figures = {"all lines": whole} | ({} if solid is None else {"solid lines alone": solid})
    return _together(evidence_of(whole, solid), inputs.predictor, figures, sets)


def _together(
    evidence: Evidence, name: str, figures: dict[str, ModelFigures], sets: list[GeneSets]
) -> Explanation:
    verdict = verdict_of(evidence, name)
    said = verdict_sentences(verdict)
    tables: list[pd.DataFrame] = []
    for where, one in figures.items():
        found = [(s, pathways(one.z, one.names, s)) for s in sets]
        said += model_sentences(one, found, where)
        tables += [table.assign(lines=where, source=s.source) for s, table in found if len(table)]
    genes = pd.concat(
        [one.genes.assign(lines=where) for where, one in figures.items()], ignore_index=True
    )
    table = pd.concat(tables, ignore_index=True) if tables else None
    return Explanation(verdict, evidence, tuple(said), genes=genes, pathways=table, figures=figures)


def inputs_of_bundle(bundle: Bundle) -> ExplainInputs:
    """Return what fits of a bundle's predictor on its own training samples share."""
    return _inputs(samples_in(bundle), bundle.card.predictor, bundle.card.settings)


def _inputs_of_panel(
    data: Data | Sequence[Data], predictor: str | None, samples: str | Path | None, level: str,
    settings: dict[str, Any],
) -> ExplainInputs:  # fmt: skip
    if predictor is None:
        raise SettingsError("a panel needs a predictor", cure="name one with --predictor")
    found = find_predictor(predictor)
    files = list(data) if isinstance(data, list | tuple) else [data]
    if samples is not None:
        panel = load_panel(files, samples)
    else:
        panel = as_panel(files[0] if len(files) == 1 else files)
    reason = found.unsupported_reason(panel)
    if reason is not None:
        raise SettingsError(f"{predictor} can't run: {reason}", cure="choose another")
    found_samples = samples_of(panel, level)
    if len(found_samples.features) < LEAST_FEATURES:
        raise InputError(
            f"it measures {len(found_samples.features)} {level}; a sample is brought to the level"
            " and spread of others by its own values, and so few leave nothing of it",
            cure=f"give a panel of {LEAST_FEATURES} at least",
        )
    return _inputs(found_samples, predictor, settings)


def _inputs(samples: Samples, predictor: str, settings: dict[str, Any]) -> ExplainInputs:
    genes = GeneIndex.of(samples.features)
    return ExplainInputs(samples, genes, predictor, settings, told=numeric_versions())


def _tasks(run: Runner, hash_: str, inputs: ExplainInputs, fits: Sequence[ExplainFit]) -> list[Any]:
    where = "all lines" if fits[0].part is None else "solid lines"
    return [r.value for r in run.run(where, [as_task(inputs, one, hash_) for one in fits])]


def _config(inputs: ExplainInputs, planned: dict[str, Any]) -> RunConfig:
    return RunConfig(
        command="explain",
        settings={"predictor": inputs.predictor, **inputs.settings, **planned},
        data={"sha256": _hash(inputs.samples), "sources": {}},
        code={},
        versions=numeric_versions(),
    )


def _hash(samples: Samples) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(samples.x).tobytes())
    names = [*samples.features, *samples.lines, *samples.donors, *samples.tissues]
    digest.update("\n".join([*names, *samples.sources]).encode())
    digest.update(samples.sf2.tobytes())
    return digest.hexdigest()
