"""Run an evaluation and leave everything a reader wants of it in one directory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from radiosens.evaluation.evaluate import EvaluatePlan
from radiosens.evaluation.result import Evaluation
from radiosens.evaluation.settings import EvaluateSettings
from radiosens.panel import Data, as_panel
from radiosens.report.figures import save_figure
from radiosens.report.page.write import make_page
from radiosens.report.protocols import protocols_figure
from radiosens.report.sentences import sentences
from radiosens.runs.directory import RunDirectory
from radiosens.runs.progress import Progress
from radiosens.runs.runner import open_run

__all__ = ["evaluate", "write_evaluation"]


def evaluate(
    panel: Data | Sequence[Data],
    out: str | Path,
    settings: EvaluateSettings | None = None,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Compare predictors under protocols on a panel, or continue where that stopped.

    Labels are checked first; what that finds changes nothing, unless settings ask to leave
    samples out.

    Parameters
    ----------
    panel : AnnData, or files
        From `load_panel`, or whatever that takes.
    out : str or Path
        The run's directory, see `write_evaluation`.
    settings : EvaluateSettings, optional
        Protocols, predictors, rounds, folds, seed and the rest.
    jobs, cluster, cache
        Where to compute, as for `radiosens.reproduce`; results don't depend on it.
    progress : Progress, optional
        Told how fits get on.

    Returns
    -------
    Evaluation
        Its ``tables`` hold scores, differences and the rest.

    Raises
    ------
    SettingsError
        If a predictor asked for by name can't run on the panel.
    RunError
        If the directory holds another experiment or can't be written.
    """
    plan = EvaluatePlan.prepare(as_panel(panel), settings or EvaluateSettings())
    with open_run(
        out,
        plan.config(),
        plan.inputs,
        jobs=jobs,
        cluster=cluster,
        cache=cache,
        progress=progress,
    ) as run:
        run.directory.write_table("folds.csv", plan.folds)
        evaluation = plan.run(run)
        write_evaluation(evaluation, run.directory)
    return evaluation


def write_evaluation(evaluation: Evaluation, directory: RunDirectory) -> None:
    """Write a finished evaluation into its directory.

    ``predictions.csv``, ``check.csv``, ``scores.csv``, ``differences.csv``, ``nested.csv``,
    ``findings.txt`` and ``protocols`` as PNG and SVG; ``leakage.csv``, ``null.csv``,
    ``seeds.csv`` and ``signatures.csv`` where they were asked for and can be; last
    ``summary.json``, which holds all tables at once.

    Raises
    ------
    RunError
        If the directory can't be written.
    """
    table = evaluation.predictions.drop(columns=["shuffle", "seed"])
    directory.write_table("predictions.csv", table)
    directory.write_table("check.csv", evaluation.quality.samples)
    for name, content in evaluation.tables.items():
        if len(content):
            directory.write_table(f"{name}.csv", content)
    said = sentences(evaluation)
    directory.write_text("findings.txt", "\n\n".join(said) + "\n")
    figure = protocols_figure(evaluation.tables["scores"], _note(evaluation))
    save_figure(figure, directory.path, "protocols")
    directory.write_json("summary.json", _summary(evaluation, said))
    make_page(directory.path)


def _note(evaluation: Evaluation) -> str:
    if evaluation.settings.shuffle:
        return "SF2 shuffled between donors: nothing may score above zero on unseen donors"
    if evaluation.simulated:
        return "simulated data: shows the software at work, says nothing of biology"
    return ""


def _summary(evaluation: Evaluation, said: list[str]) -> dict[str, Any]:
    obs = evaluation.obs
    return {
        "headline": _headline(evaluation),
        "samples": len(obs),
        "lines": int(obs["line"].nunique()),
        "donors": int(obs["donor"].nunique()),
        "tissues": int(obs["tissue"].nunique()),
        "simulated": evaluation.simulated,
        "settings": evaluation.settings.model_dump(mode="json"),
        "skipped": evaluation.skipped,
        "seconds": round(evaluation.seconds, 1),
        "sentences": said,
        # By way of pandas, which writes null where JSON has no NaN.
        **{
            name: json.loads(table.to_json(orient="records", double_precision=6))
            for name, table in evaluation.tables.items()
        },
    }


def _headline(evaluation: Evaluation) -> str:
    """Name the best predictor under each protocol."""
    scores = evaluation.tables["scores"]
    scores = scores[(scores["subset"] == "all") & scores["r2"].notna()]
    best = scores.loc[scores.groupby("protocol", sort=False)["r2"].idxmax()]
    return "; ".join(f"{r.protocol}: best R² {r.r2:.2f} ({r.predictor})" for r in best.itertuples())
