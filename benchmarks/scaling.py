"""Measure what a fit costs besides its own work, what workers gain, and the memory they take.

    python benchmarks/scaling.py [PART ...] [--tasks 10000] [--file FILE] [--panel FILE] [--pairs 3]

The parts, all if none is named:

overhead  `--tasks` fits of the mean on a small panel, in this process, in two processes and on a
          local Dask cluster of two workers; all that a task takes counts, the fit included.
speedup   classical predictors on `--panel` (the simulated panel where not given), with one
          process and with two, `--pairs` times in turn.
memory    1,000 fits of the nearest neighbour on `--file` in two processes and on a local Dask
          cluster; the resident memory of the largest worker after each hundred.
cost      one fit of each predictor on one thread, for more and more samples of 5,000 features;
          and of the network, a sample and epoch, for 5,000 and for 54,675 features.

Figures go to ``benchmarks/results/scaling.json``; parts not named keep theirs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from _machine import RESULTS, write_result

from radiosens import EvaluateSettings, evaluate, load_panel, simulate_panel
from radiosens.evaluation.experiment import experiment_config
from radiosens.evaluation.fits import Fit, as_task
from radiosens.evaluation.inputs import FitInputs
from radiosens.evaluation.splits import fold_splits, make_folds
from radiosens.panel import data_hash
from radiosens.runs.progress import NoProgress
from radiosens.runs.runner import open_run
from radiosens.runs.tasks import run_task

PLACES = {
    "in-process": {"jobs": 1},
    "two processes": {"jobs": 2},
    "local Dask cluster of two": {"jobs": 2, "cluster": "local"},
}
CLASSICAL = (
    "mean,tissue-mean,nearest,ridge,pca-ridge,pls,elastic-net,selected-ridge,svr,"
    "extra-trees,gaussian-process"
)


class Memory(NoProgress):
    """Progress that looks at the memory of worker processes every so many tasks."""

    def __init__(self, every: int) -> None:
        self.every, self.tasks, self.gib = every, 0, []

    def finished(self, task: int) -> None:
        """Look."""
        self.tasks += 1
        if self.tasks % self.every == 0:
            workers = psutil.Process().children(recursive=True)
            sizes = [w.memory_info().rss for w in workers if w.status() != psutil.STATUS_ZOMBIE]
            self.gib.append(round(max(sizes) / 2**30, 3))


def inputs_of(panel: Any, *names: str) -> FitInputs:
    """Return what fits on a panel share."""
    return FitInputs.of(panel, data_hash(panel), names)


def run_fits(
    panel: Any, predictor: str, count: int, place: dict[str, Any], progress: Any = None
) -> float:
    """Run fits that differ in their seeds; return the seconds they took, starting up excluded."""
    folds = make_folds(panel.obs, "replicate", rounds=1, folds=6, random_state=0)
    splits = list(fold_splits(folds))
    inputs = inputs_of(panel, predictor)
    tasks = [as_task(inputs, Fit(predictor, splits[i % 6], seed=i)) for i in range(count + 20)]
    config = experiment_config("evaluate", EvaluateSettings(), inputs)
    with (
        tempfile.TemporaryDirectory() as out,
        open_run(out, config, inputs, progress=progress, **place) as run,
    ):
        run.run("start", tasks[:20])
        started = time.perf_counter()
        run.run("fits", tasks[20:])
        return time.perf_counter() - started


def overhead(arguments: argparse.Namespace) -> dict[str, Any]:
    """Time small tasks."""
    panel = simulate_panel(features=200)
    found: dict[str, Any] = {"tasks": arguments.tasks}
    for name, place in PLACES.items():
        seconds = run_fits(panel, "mean", arguments.tasks, place)
        found[f"{name}, ms a task"] = round(seconds / arguments.tasks * 1e3, 2)
        print(f"{name}: {found[f'{name}, ms a task']} ms a task", flush=True)
    return found


def speedup(arguments: argparse.Namespace) -> dict[str, Any]:
    """Time an evaluation of the classical predictors with one process and with two, in turn."""
    panel = load_panel(arguments.panel) if arguments.panel else simulate_panel()
    settings = EvaluateSettings(predictors=tuple(CLASSICAL.split(",")), rounds=2)
    pairs = []
    for _ in range(arguments.pairs):
        pair = []
        for jobs in (1, 2):
            with tempfile.TemporaryDirectory() as out:
                started = time.perf_counter()
                evaluate(panel, Path(out) / "run", settings, jobs=jobs)
                pair.append(round(time.perf_counter() - started, 1))
        pairs.append(pair)
        print(f"one process {pair[0]} s, two {pair[1]} s: {pair[0] / pair[1]:.2f} ×", flush=True)
    return {
        "samples": panel.n_obs,
        "features": panel.n_vars,
        "fits": 2 * 10 * 2 * len(CLASSICAL.split(",")),
        "one process and two, s": pairs,
        "ratio": round(statistics.median(one / two for one, two in pairs), 2),
    }


def memory(arguments: argparse.Namespace) -> dict[str, Any]:
    """Watch the memory of workers."""
    panel = load_panel(arguments.file)
    found: dict[str, Any] = {"file": Path(arguments.file).name, "fits": 1000}
    for name in ("two processes", "local Dask cluster of two"):
        progress = Memory(every=100)
        run_fits(panel, "nearest", 1000, PLACES[name], progress)
        found[f"{name}, GiB"] = progress.gib
        print(f"{name}: {progress.gib} GiB", flush=True)
    return found


def cost(arguments: argparse.Namespace) -> dict[str, Any]:
    """Time single fits."""
    found: dict[str, Any] = {"features": 5_000, "seconds a fit, by samples": {}}
    for lines in (4, 16, 64):
        panel = simulate_panel(features=5_000, lines_per_tissue=lines)
        names = [*CLASSICAL.split(","), "radiosens"]
        inputs = inputs_of(panel, *names)
        folds = make_folds(panel.obs, "donor", rounds=1, folds=10, random_state=0)
        split = next(fold_splits(folds))
        seconds = {}
        for name in names:
            result = run_task(inputs, as_task(inputs, Fit(name, split, 0, protocol="donor")))
            seconds[name] = round(result.seconds, 4)
        found["seconds a fit, by samples"][panel.n_obs] = seconds
        print(f"{panel.n_obs} samples: {seconds}", flush=True)
    for features in (5_000, 54_675):
        panel = simulate_panel(features=features)
        split = next(
            fold_splits(make_folds(panel.obs, "donor", rounds=1, folds=10, random_state=0))
        )
        inputs = inputs_of(panel, "cnn")
        seconds = {}
        for epochs in (1, 1, 11):  # the first starts torch and does not count
            fit = Fit("cnn", split, 0, {"epochs": epochs}, protocol="donor")
            seconds[epochs] = run_task(inputs, as_task(inputs, fit)).seconds
        ms = round((seconds[11] - seconds[1]) / 10 / len(split.train) * 1e3, 2)
        found[f"network, {features} features, ms a sample and epoch"] = ms
        print(f"network, {features} features: {ms} ms a sample and epoch", flush=True)
    return found


def main() -> None:
    """Measure, print, write."""
    parts = {"overhead": overhead, "speedup": speedup, "memory": memory, "cost": cost}
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--file", default="../shared/data/GSE32474_standin_series_matrix.txt.gz")
    parser.add_argument("--panel")
    parser.add_argument("--pairs", type=int, default=3)
    arguments = parser.parse_args()
    kept = RESULTS / "scaling.json"
    content = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    content.pop("machine", None)
    for name in arguments.parts or parts:
        content[name] = parts[name](arguments)
        write_result("scaling", content)


if __name__ == "__main__":
    main()
