"""What can be asked of the server, and what is done for it in a job's own process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radiosens.errors import InputError
from radiosens.web.jobs import Job, JobStore
from radiosens.web.understanding import corrected_sheet, of_counts, of_expression, read_data

__all__ = ["FLOWS", "MODELS", "SCALES", "Flow", "read", "run"]

#: Told how far a job is: the step in words, and a share from 0 to 1.
Step = Callable[[str, float], None]

SCALES = ("", "log2", "ln", "log10", "linear", "counts", "centred")
MODELS = ("lq", "linear", "lql", "shmt")


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
            "Five made samples for the model nci60",
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
    adata = read_data(data[0], job.options)
    step("looking at names and lines", 0.8)
    return of_expression(adata, sheet)


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


def _files(store: JobStore, job: Job) -> tuple[list[Path], Path | None]:
    by_role: dict[str, list[Path]] = {"data": [], "sheet": []}
    for name in job.files:
        by_role[job.roles.get(name, "data")].append(store.uploads(job) / name)
    if not by_role["data"]:
        raise InputError("no file was given", cure="choose a file")
    return by_role["data"], by_role["sheet"][0] if by_role["sheet"] else None


def _predict(data: list[Path], sheet: Path | None, job: Job, out: Path, step: Step) -> None:
    from radiosens.models.defaults import load_model
    from radiosens.report.predict import predict

    step("loading the model", 0.1)
    bundle = load_model("nci60")
    step("reading the file", 0.25)
    flipped = bool(job.options.get("flip"))
    given = [read_data(path, job.options) if flipped else path for path in data]
    step("comparing with training, predicting", 0.5)
    predict(
        given,
        bundle,
        scale="log2" if flipped else str(job.options.get("scale") or "") or None,
        samples=sheet,
        together=bool(job.options.get("together")),
        keep_unlike=bool(job.options.get("keep_unlike")),
        out=out,
        inputs=_hashes(job, data),
    )


def _check(data: list[Path], sheet: Path | None, job: Job, out: Path, step: Step) -> None:
    from radiosens.panel import load_panel
    from radiosens.quality import check
    from radiosens.report.check import write_check
    from radiosens.report.inputs import again

    step("reading the files", 0.1)
    scale = str(job.options.get("scale") or "") or None
    panel = load_panel([str(p) for p in data], sheet, scale=scale, for_training=False)
    step("comparing samples", 0.4)
    found = check(panel)
    step("drawing the page", 0.8)
    told = again("check", job.title.split(", "), scale=scale)
    write_check(found, panel, out, inputs=_hashes(job, data), again=told)


def _survival(data: list[Path], sheet: Path | None, job: Job, out: Path, step: Step) -> None:
    from radiosens.report.inputs import again
    from radiosens.report.survival import write_survival
    from radiosens.survival import FitSettings, compare_all, fit_curves, read_counts

    step("reading the files", 0.1)
    model = str(job.options.get("model") or MODELS[0])
    settings = FitSettings(model).checked()
    table = read_counts(data)
    step("fitting", 0.3)
    fits = fit_curves(table, settings)
    control = str(job.options.get("control") or "") or None
    few = len(fits.curves) <= 6
    comparisons = compare_all(fits.curves, control) if control or few else []
    step("drawing the page", 0.8)
    told = again("survival", job.title.split(", "), model=model, control=control)
    write_survival(
        fits,
        out,
        comparisons=comparisons,
        control=control,
        sheet=sheet,
        inputs=_hashes(job, data),
        again=told,
    )


def _hashes(job: Job, data: list[Path]) -> dict[str, str]:
    """Return hashes of the files, under the names that the user knows."""
    from radiosens.report.inputs import file_hash

    return {job.files.get(path.name, path.name): file_hash(path) for path in data}
