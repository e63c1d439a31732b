"""What can be asked of the server, and what is done for it in a job's own process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radiosens.errors import InputError
from radiosens.sources.gene_sets import GENE_SETS, is_fetched
from radiosens.sources.source import Source
from radiosens.web.jobs import Job, JobStore
from radiosens.web.understanding import (
    corrected_sheet,
    model_genes,
    of_counts,
    of_expression,
    read_data,
    together,
)

__all__ = ["CURVE_MODELS", "FLOWS", "LINE_MODELS", "SCALES", "Flow", "read", "run"]

#: Told how far a job is: the step in words, and a share from 0 to 1.
Step = Callable[[str, float], None]

SCALES = ("", "log2", "ln", "log10", "linear", "counts", "centred")
#: Of survival curves, in the words of the page.
CURVE_MODELS = {
    "lq": "linear-quadratic",
    "linear": "linear",
    "lql": "linear-quadratic-linear",
    "shmt": "single hit, multi target",
}
#: Of expression; none names both that come with radiosens.
LINE_MODELS = {
    "": "nci60 and yard, side by side",
    "nci60": "nci60 alone (SF2 of colonies)",
    "yard": "yard alone (solid lines, a viability assay)",
}


@dataclass(frozen=True)
class Flow:
    """A question that the server answers."""

    name: str
    question: str
    about: str
    takes: str
    sheet: str
    example: str


FLOWS = {
    flow.name: flow
    for flow in (
        Flow(
            "predict",
            "How sensitive are my samples?",
            "SF2 of each sample with its interval, the line it looks like, and whether the model"
            " can say anything of it at all.",
            "An expression file: GEO series matrix, csv, tsv, xlsx, gct, parquet or h5ad.",
            "sample, line and tissue; optional",
            "Five made samples: three lines, a mixture, one with shuffled genes",
        ),
        Flow(
            "check",
            "Are my labels right?",
            "Whether each sample is of the line that its label says: swaps, shifted columns,"
            " mixtures.",
            "An expression file with several samples of each line.",
            "sample and line; optional where names say it",
            "A simulated panel with two labels exchanged",
        ),
        Flow(
            "survival",
            "What do my colony counts say?",
            "Survival curves with α, β, SF2 and D10, their intervals, and ratios of treatments.",
            "A table of colonies: line, experiment, dose in Gy, cells seeded, colonies.",
            "",
            "Simulated counts of two lines",
        ),
    )
}


def read(store: JobStore, job: Job, step: Step) -> dict[str, Any]:
    """Say what a job's files hold.

    Raises
    ------
    RadiosensError
        If they can't be read.
    """
    step("reading the files", 0.1)
    data, sheet = _files(store, job)
    if job.flow == "survival":
        from radiosens.survival import read_counts

        return of_counts(read_counts(data))
    from radiosens.sources.samplesheet import read_sample_sheet

    known = frozenset() if sheet is None else frozenset(read_sample_sheet(sheet).index)
    seen = []
    for i, one in enumerate(data):
        step(f"reading {one.name[:60]}", 0.1 + 0.8 * i / len(data))
        adata = read_data(one, job.options, known)
        seen.append(of_expression(adata, sheet))
        if job.flow == "predict":
            seen[-1]["models"] = model_genes(adata)
    return together(seen)


def run(store: JobStore, job: Job, step: Step) -> None:
    """Do what a job asks for, and leave the result's directory.

    Raises
    ------
    RadiosensError
        If it can't be done.
    """
    data, sheet = _files(store, job)
    rows = job.options.get("table")
    if isinstance(rows, list) and rows:
        sheet = store.path(job) / "corrected_samples.csv"
        sheet.write_bytes(corrected_sheet(rows))
    out = store.result(job)
    {"predict": _predict, "check": _check, "survival": _survival}[job.flow](
        data, sheet, job, out, step
    )


def _files(store: JobStore, job: Job) -> tuple[list[Source], Path | None]:
    """Return the data, each under the name that its user knows, and the sample sheet."""
    by_role: dict[str, list[Source]] = {"data": [], "sheet": []}
    for name, given in job.files.items():
        by_role[job.roles.get(name, "data")].append(Source(store.uploads(job) / name, given))
    if not by_role["data"]:
        raise InputError("no file was given", cure="choose a file")
    return by_role["data"], by_role["sheet"][0].path if by_role["sheet"] else None


def _predict(data: list[Source], sheet: Path | None, job: Job, out: Path, step: Step) -> None:
    from radiosens.report.predict import predict

    options = job.options
    flipped = bool(options.get("flip"))
    given = [read_data(one, options) if flipped else one for one in data]
    shared: dict[str, Any] = {
        "samples": sheet,
        "together": bool(options.get("together")),
        "keep_unlike": bool(options.get("keep_unlike")),
        "scale": "log2" if flipped else str(options.get("scale") or "") or None,
        "inputs": _hashes(data),
    }
    model = str(options.get("model") or "") or None
    explained = None
    if options.get("explain") and model != "yard":
        from radiosens.report.explain import explain

        step("asking which genes it rests on", 0.2)
        known = [name for name in GENE_SETS if is_fetched(name)]
        explained = explain(given[0], **shared, gene_sets=known)
    step("comparing with training, predicting", 0.6)
    predict(given, model, **shared, explained=explained, out=out)


def _check(data: list[Source], sheet: Path | None, job: Job, out: Path, step: Step) -> None:
    from radiosens.panel import load_panel
    from radiosens.quality import check
    from radiosens.report.check import write_check
    from radiosens.report.inputs import again

    step("reading the files", 0.1)
    scale = str(job.options.get("scale") or "") or None
    flipped = bool(job.options.get("flip"))
    given = [read_data(one, job.options) if flipped else one for one in data]
    scale_now = "log2" if flipped else scale
    panel = load_panel(given, sheet, scale=scale_now, for_training=False)
    step("comparing samples", 0.4)
    found = check(panel)
    step("drawing the page", 0.8)
    told = again("check", [one.name for one in data], samples=_sheet(job), scale=scale)
    write_check(found, panel, out, inputs=_hashes(data), again=told)


def _survival(data: list[Source], sheet: Path | None, job: Job, out: Path, step: Step) -> None:
    from radiosens.report.inputs import again
    from radiosens.report.survival import write_survival
    from radiosens.survival import FitSettings, compare_all, fit_curves, read_counts

    step("reading the files", 0.1)
    model = str(job.options.get("model") or "lq")
    settings = FitSettings(model).checked()
    table = read_counts(data)
    step("fitting", 0.3)
    fits = fit_curves(table, settings)
    control = str(job.options.get("control") or "") or None
    few = len(fits.curves) <= 6
    comparisons = compare_all(fits.curves, control) if control or few else []
    step("drawing the page", 0.8)
    told = again("survival", [one.name for one in data], model=model, control=control)
    write_survival(
        fits,
        out,
        comparisons=comparisons,
        control=control,
        sheet=sheet,
        inputs=_hashes(data),
        again=told,
    )


def _hashes(data: list[Source]) -> dict[str, str]:
    """Return hashes of the files, under the names that the user knows."""
    from radiosens.report.inputs import file_hash

    return {one.name: file_hash(one.path) for one in data}


def _sheet(job: Job) -> str | None:
    """Return what the sample sheet was called that was sent."""
    return next((n for k, n in job.files.items() if job.roles.get(k) == "sheet"), None)
