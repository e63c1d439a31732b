"""Evaluate every panel of the benchmark and make its page; the same folder goes on."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import anndata as ad
import pandas as pd

from radiosens.errors import InputError
from radiosens.predictors import get_predictor
from radiosens.report.benchmark.page import page
from radiosens.report.benchmark.panels import PANELS, BenchmarkPanel
from radiosens.report.evaluate import evaluate
from radiosens.report.figures import save_figure
from radiosens.report.protocols import protocols_figure
from radiosens.runs.files import atomic_write
from radiosens.runs.progress import Progress

__all__ = ["PAGE", "benchmark", "summaries"]

logger = logging.getLogger(__name__)

PAGE = "benchmark.md"


def benchmark(
    data: str | Path,
    out: str | Path,
    *,
    quick: bool = False,
    predictors: tuple[str, ...] = ("all",),
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Path:
    """Evaluate the benchmark's panels and write its page, tables and figures.

    Parameters
    ----------
    data : str or Path
        A folder with the files that `radiosens.report.benchmark.panels` names. A panel whose
        files are not there is left out, and the page says so.
    out : str or Path
        A folder for a run a panel (see `radiosens.evaluate`) and the page; the same one goes on
        where it stopped.
    quick : bool
        One round, few predictors, 99 permutations, no fits anew for intervals.
    predictors : tuple of str
        Which are compared, those that can run on a panel; ``("all",)`` for all.
    jobs, progress
        As for `radiosens.evaluate`.

    Returns
    -------
    Path
        The page, ``benchmark.md``; its figures lie beside it.

    Raises
    ------
    InputError
        If the folder has the files of no panel.
    RunError
        If a panel's folder holds another experiment or can't be written.
    """
    source, target = Path(data), Path(out)
    left_out = {p.title: p.missing(source) for p in PANELS if p.missing(source)}
    if len(left_out) == len(PANELS):
        raise InputError(
            "the folder has the files of no panel of the benchmark",
            where=source,
            cure=f"it needs at least {', '.join(PANELS[0].files)}",
        )
    for title, files in left_out.items():
        logger.warning("left out %s: there is no %s", title, ", ".join(files))
    target.mkdir(parents=True, exist_ok=True)
    for panel in [p for p in PANELS if p.title not in left_out]:
        logger.info("%s", panel.title)
        adata = panel.load(source, target)
        evaluate(
            adata,
            target / panel.name,
            panel.evaluate_settings(quick=quick, predictors=_runnable(adata, predictors)),
            jobs=jobs,
            progress=progress,
        )
    found = summaries(target)
    for panel, summary in found:
        save_figure(_figure(summary), target, f"benchmark_{panel.name}")
    text = page(found, left_out)
    atomic_write(target / PAGE, lambda path: path.write_text(text, encoding="utf-8"))
    return target / PAGE


def _runnable(panel: ad.AnnData, names: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out the predictors that can't run on a panel: not every panel has the index's genes."""
    if names == ("all",):
        return names
    return tuple(n for n in names if get_predictor(n).unsupported_reason(panel) is None)


def summaries(out: Path) -> list[tuple[BenchmarkPanel, dict[str, Any]]]:
    """Read what finished evaluations of a benchmark's folder found."""
    found = []
    for panel in PANELS:
        run = out / panel.name
        if (run / "summary.json").is_file():
            summary, config = (
                json.loads((run / f"{name}.json").read_text(encoding="utf-8"))
                for name in ("summary", "config")
            )
            found.append((panel, summary | {"features": config["data"]["features"]}))
    return found


def _figure(summary: dict[str, Any]) -> Any:
    return protocols_figure(pd.DataFrame(summary["scores"]))
