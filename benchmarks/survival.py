"""Kill runs at random moments, continue them, and compare with a run left alone.

    python benchmarks/survival.py [--kills 20] [--cluster 6] [--seed 0]

On the simulated panel: `--kills` runs whose process is killed (SIGKILL) up to three times at
random moments; then, on a Dask cluster of a scheduler and two workers, `--cluster` runs one of
whose workers is killed, and as many whose scheduler is. Every file of figures must come out
byte for byte as in a run with one process left alone. Writes
``benchmarks/results/survival.json``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _machine import write_result

COMMAND = [
    sys.executable, "-m", "radiosens.cli", "reproduce", "simulated",
    "--preset", "quick", "--rounds", "1", "--epochs", "6",
]  # fmt: skip
FIGURES = ("predictions.csv", "predictions_nearest.csv", "folds.csv", "table1.csv", "table_s1.csv")


def start(out: Path, *options: str) -> subprocess.Popen[str]:
    """Start a run in a process group of its own."""
    return subprocess.Popen(
        [*COMMAND, "--out", str(out), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(out: Path, *options: str) -> str:
    """Run to the end; return what was said on standard error."""
    process = start(out, *options)
    _, said = process.communicate(timeout=600)
    if process.returncode != 0:
        raise SystemExit(f"{out}: exit status {process.returncode}: {said}")
    return said


def same(one: Path, other: Path) -> bool:
    """Tell whether two runs have the same figures, byte for byte."""
    return all((one / n).read_bytes() == (other / n).read_bytes() for n in FIGURES)


def fits(out: Path) -> int:
    """Count the fits written down."""
    journal = out / "journal.jsonl"
    return journal.read_bytes().count(b'"kind": "task"') if journal.exists() else 0


def kill_processes(whole: Path, folder: Path, kills: int, seconds: float) -> list[dict[str, Any]]:
    """Kill runs of two processes at random moments, up to three times each, and continue."""
    results: list[dict[str, Any]] = []
    while len(results) < kills:
        out, moments = Path(tempfile.mkdtemp(dir=folder)), []
        for _ in range(random.randint(1, 3)):
            process, moment = start(out, "--jobs", "2"), random.uniform(0, seconds)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moment)
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                moments.append({"after": round(moment, 2), "fits done": fits(out)})
            process.communicate()
        if not moments:
            continue  # it was quicker than the killer: no trial
        finish(out, "--jobs", "2")
        results.append({"killed": moments, "same": same(whole, out)})
        print(f"run {len(results)}: {results[-1]}", flush=True)
    return results


@contextlib.contextmanager
def dask_cluster() -> Iterator[tuple[str, dict[str, subprocess.Popen[str]]]]:
    """Start a scheduler and two workers as processes of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    dask = [sys.executable, "-m", "dask"]
    where = tempfile.mkdtemp(prefix="dask-")
    commands = {
        "scheduler": [*dask, "scheduler", "--port", address.rpartition(":")[2], "--no-dashboard"],
        **{
            name: [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
                   "--local-directory", where]
            for name in ("worker 1", "worker 2")
        },
    }  # fmt: skip
    silent: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes = {name: subprocess.Popen(c, text=True, **silent) for name, c in commands.items()}
    try:
        yield address, processes
    finally:
        for process in processes.values():
            process.kill()
            process.wait()


def kill_on_cluster(whole: Path, folder: Path, victim: str, times: int) -> list[dict[str, Any]]:
    """Kill one process of a cluster when some fits are done."""
    results = []
    for number in range(times):
        out = folder / f"{victim}{number}"
        with dask_cluster() as (address, processes):
            process = start(out, "--cluster", address)
            until = random.randint(3, 12)
            while fits(out) < until and process.poll() is None:
                time.sleep(0.02)
            processes[victim].kill()
            done = fits(out)
            _, said = process.communicate(timeout=600)
        entry: dict[str, Any] = {"killed after fits": done, "exit status": process.returncode}
        if process.returncode != 0:
            entry["said"] = said.strip().splitlines()[-1]
            finish(out, "--jobs", "2")
        results.append({**entry, "same": same(whole, out)})
        print(f"{victim}, run {number + 1}: {results[-1]}", flush=True)
    return results


def main() -> None:
    """Run, kill, continue, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--cluster", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    folder = Path(tempfile.mkdtemp(prefix="radiosens-"))
    whole = folder / "whole"
    finish(whole, "--jobs", "1")
    started = time.monotonic()
    finish(folder / "two", "--jobs", "2")
    seconds = time.monotonic() - started
    with dask_cluster() as (address, _):
        finish(folder / "dask", "--cluster", address)
    result = {
        "command": " ".join(COMMAND[1:]),
        "seconds undisturbed": round(seconds, 1),
        "two processes give the same": same(whole, folder / "two"),
        "Dask gives the same": same(whole, folder / "dask"),
        "killed": kill_processes(whole, folder, arguments.kills, seconds),
        "worker killed": kill_on_cluster(whole, folder, "worker 1", arguments.cluster),
        "scheduler killed": kill_on_cluster(whole, folder, "scheduler", arguments.cluster),
    }
    write_result("survival", result)
    wrong = [
        r
        for kind in ("killed", "worker killed", "scheduler killed")
        for r in result[kind]
        if not r["same"]
    ]
    print(f"{len(wrong)} runs differ from the one left alone")


if __name__ == "__main__":
    main()
