"""Write everything a reader wants of a finished evaluation into its directory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from radiosens.evaluation.comparison import Evaluation
from radiosens.evaluation.rundir import RunDirectory, write_whole
from radiosens.evaluation.verdict import differences, leakage, null_table, scores, seed_table
from radiosens.report.figures import save_figure
from radiosens.report.protocols import protocols_figure
from radiosens.report.sentences import sentences

__all__ = ["EvaluationReport", "write_evaluation"]


@dataclass(frozen=True)
class EvaluationReport:
    """An evaluation's tables by name, and what they mean in plain sentences."""

    tables: dict[str, pd.DataFrame]
    sentences: list[str]


def write_evaluation(evaluation: Evaluation, out: str | Path) -> EvaluationReport:
    """Write ``scores.csv``, ``leakage.csv``, ``differences.csv``, the figure and sentences.

    ``null.csv``, ``seeds.csv`` and ``signatures.csv`` are there if they were asked for and
    can be, as is ``leakage.csv`` where ``replicate`` and another protocol were run;
    ``summary.json`` holds all tables at once.

    Raises
    ------
    RunError
        If another process is at work in the directory, or it can't be written.
    """
    directory = RunDirectory(Path(out))
    with directory.held():
        tables = {
            "scores": scores(evaluation),
            "leakage": leakage(evaluation),
            "differences": differences(evaluation),
            "null": null_table(evaluation),
            "seeds": seed_table(evaluation),
            "signatures": evaluation.signatures,
        }
        for name, table in tables.items():
            if len(table):
                directory.write_table(f"{name}.csv", table)
        said = sentences(evaluation, tables)
        text = "\n\n".join(said) + "\n"
        write_whole(directory.path / "findings.txt", lambda p: _write(p, text))
        save_figure(
            protocols_figure(tables["scores"], _note(evaluation)), directory.path, "protocols"
        )
        directory.write_json("summary.json", _summary(evaluation, tables, said))
        return EvaluationReport(tables, said)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _note(evaluation: Evaluation) -> str:
    if evaluation.settings.shuffle:
        return "SF2 shuffled between donors: nothing may score above zero on unseen donors"
    if evaluation.simulated:
        return "simulated data: shows the software at work, says nothing of biology"
    return ""


def _summary(
    evaluation: Evaluation, tables: dict[str, pd.DataFrame], said: list[str]
) -> dict[str, Any]:
    obs = evaluation.obs
    return {
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
            for name, table in tables.items()
        },
    }
