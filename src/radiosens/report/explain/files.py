"""The files of an explanation: tables, sentences and pictures."""

from __future__ import annotations

import re

from radiosens.explain.sample import SampleContributions
from radiosens.report.explain.drawing import bar_chart, dot_plot, waterfall
from radiosens.report.explain.result import Explanation
from radiosens.report.figures import figure_files
from radiosens.runs.files import csv_bytes

__all__ = ["MOST_WATERFALLS", "model_files", "sample_files"]

#: Samples that get a picture; the table has all.
MOST_WATERFALLS = 20


def sample_files(explanation: Explanation, found: SampleContributions) -> dict[str, bytes]:
    """Return the files of explained samples, contents by name."""
    assert explanation.contributions is not None
    assert explanation.predictions is not None
    files = {
        "explanation.txt": _text(explanation),
        "contributions.csv": csv_bytes(explanation.contributions),
        "predictions.csv": csv_bytes(explanation.predictions),
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
