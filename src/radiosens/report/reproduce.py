"""Run the paper's experiment and leave everything a reader wants of it in one directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from radiosens.evaluation.reproduce import BASELINE, NETWORK, ReproducePlan, Reproduction
from radiosens.evaluation.settings import ReproduceSettings
from radiosens.panel import Data, as_panel
from radiosens.report.figures import figure2, figure3, save_figure
from radiosens.report.page.write import make_page
from radiosens.report.tables import summarise, table1, table_s1
from radiosens.runs.directory import RunDirectory
from radiosens.runs.progress import Progress
from radiosens.runs.runner import open_run

__all__ = ["reproduce", "write_reproduction"]


def reproduce(
    panel: Data | Sequence[Data],
    out: str | Path,
    settings: ReproduceSettings | None = None,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> Reproduction:
    """Run the paper's experiment on a panel, or continue it where it stopped.

    See `radiosens.evaluation.reproduce.ReproducePlan` for what is done.

    Parameters
    ----------
    panel : AnnData, or files
        From `load_panel`, or whatever that takes.
    out : str or Path
        The run's directory, see `write_reproduction`.
    settings : ReproduceSettings, optional
        Preset, rounds, folds, seed.
    jobs : int, optional
        Fits side by side; one a processor core where not given. Results depend neither on it
        nor on the next two.
    cluster : str, optional
        Address of a Dask scheduler whose workers do the fits, or ``"local"`` to start one
        here with `jobs` workers. Needs the extra ``cluster``.
    cache : str or Path, optional
        Folder of finished fits shared with other runs: what is there is not computed again.
    progress : Progress, optional
        Told how fits get on.

    Returns
    -------
    Reproduction

    Raises
    ------
    RunError
        If the directory holds another experiment or can't be written.
    """
    plan = ReproducePlan.prepare(as_panel(panel), settings or ReproduceSettings())
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
        reproduction = plan.run(run)
        write_reproduction(reproduction, run.directory)
    return reproduction


def write_reproduction(reproduction: Reproduction, directory: RunDirectory) -> None:
    """Write a finished experiment into its directory.

    ``predictions.csv`` and ``predictions_nearest.csv``, ``check.csv``, ``table1.csv``,
    ``table_s1.csv``, ``figure2`` and ``figure3`` as PNG and SVG, and last ``summary.json``. Where
    further predictors were named, ``predictions_NAME.csv`` of each; tables and figures then have
    them all, the nearest neighbour too.

    Raises
    ------
    RunError
        If the directory can't be written.
    """
    network = reproduction.results[NETWORK]
    baseline = reproduction.results[BASELINE]
    further = reproduction.beside
    beside = {BASELINE: baseline, **further} if further else {}
    directory.write_table("predictions.csv", network.predictions)
    for name, result in {BASELINE: baseline, **further}.items():
        directory.write_table(f"predictions_{name}.csv", result.predictions)
    directory.write_table("check.csv", reproduction.quality.samples)
    directory.write_table("table1.csv", table1(network, beside))
    directory.write_table("table_s1.csv", table_s1(network, reproduction.quality, beside))
    note = (
        "simulated data: shows the software at work, says nothing of biology"
        if reproduction.simulated
        else ""
    )
    drawn = {NETWORK: network, **beside}
    save_figure(figure2(drawn, note), directory.path, "figure2")
    save_figure(figure3(drawn, note), directory.path, "figure3")
    directory.write_json("summary.json", summarise(reproduction))
    make_page(directory.path)
