"""The files of an explanation: tables, sentences and pictures."""

from __future__ import annotations

import re

from radiosens.explain.sample import SampleContributions
from radiosens.report.explain.drawing import bar_chart, dot_plot, waterfall
from radiosens.report.explain.result import Explanation
from radiosens.report.figures import figure_files
from radiosens.runs.files import csv_bytes

__all__ = ["MOST_WATERFALLS", "model_files", "sample_files", "sample_tables"]

#: Samples that get a picture; the table has all.
MOST_WATERFALLS = 20


def sample_files(explanation: Explanation, found: SampleContributions) -> dict[str, bytes]:
    """Return the files of explained samples, contents by name."""
    assert explanation.predictions is not None
    files = {
        "explanation.txt": _text(explanation),
        "predictions.csv": csv_bytes(explanation.predictions),
        **sample_tables(explanation),
    }
    own = found.table(None)
    for number, name in enumerate(found.samples[:MOST_WATERFALLS]):
        rows = own[own["sample"] == name]
        picture = waterfall(
            name, rows, float(found.raw.baseline[number]), float(found.raw.prediction[number]),
            explanation.verdict,
        )  # fmt: skip
        files |= figure_files(picture, f"waterfall_{number + 1:02d}_{_safe(name)}")
    return files


def sample_tables(explanation: Explanation) -> dict[str, bytes]:
    """Return the tables of explained samples, which stand beside predictions too."""
    tables = {
        "contributions.csv": explanation.contributions,
        "explained.csv": explanation.explained,
        "pathways.csv": explanation.pathways,
    }
    return {name: csv_bytes(table) for name, table in tables.items() if table is not None}


def model_files(explanation: Explanation) -> dict[str, bytes]:
    """Return the files of an explained model, contents by name."""
    assert explanation.genes is not None
    files = {"explanation.txt": _text(explanation), "genes.csv": csv_bytes(explanation.genes)}
    for number, (where, figures) in enumerate(explanation.figures.items()):
        ending = "" if number == 0 else "_solid"
        files |= figure_files(bar_chart(figures.genes, explanation.verdict), f"genes{ending}")
        if explanation.pathways is not None:
            table = explanation.pathways
            own = table[table["lines"] == where].sort_values(
                ["p", "score"], ascending=[True, False]
            )
            files |= figure_files(dot_plot(own, explanation.verdict), f"pathways{ending}")
    if explanation.pathways is not None:
        files["pathways.csv"] = csv_bytes(explanation.pathways)
    return files


def _text(explanation: Explanation) -> bytes:
    return ("\n".join(explanation.sentences) + "\n").encode()


def _safe(name: str) -> str:
    """Make a sample's name one of a file."""
    return re.sub(r"[^A-Za-z0-9-]+", "_", name)[:40]
