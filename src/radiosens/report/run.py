"""Write everything a reader wants of a finished run into its directory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from radiosens.evaluation.experiment import NETWORK, Reproduction
from radiosens.evaluation.rundir import RunDirectory
from radiosens.report.figures import figure2, figure3, save_figure
from radiosens.report.tables import summarise, table1, table_s1

__all__ = ["write_results"]


def write_results(reproduction: Reproduction, out: str | Path) -> dict[str, Any]:
    """Write ``table1.csv``, ``table_s1.csv``, both figures and ``summary.json``.

    Returns
    -------
    dict
        The summary, see `radiosens.report.tables.summarise`.

    Raises
    ------
    RunError
        If another process is at work in the directory, or it can't be written.
    """
    directory = RunDirectory(Path(out))
    with directory.held():
        result = reproduction.results[NETWORK]
        directory.write_table("table1.csv", table1(result))
        directory.write_table("table_s1.csv", table_s1(result, reproduction.quality))
        note = (
            "simulated data: shows the software at work, says nothing of biology"
            if reproduction.simulated
            else ""
        )
        save_figure(figure2(result, note), directory.path, "figure2")
        save_figure(figure3(result, note), directory.path, "figure3")
        summary = summarise(reproduction)
        directory.write_json("summary.json", summary)
        return summary
