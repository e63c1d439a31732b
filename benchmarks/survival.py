"""Kill runs at random moments, continue them, and compare with a run left alone.

    python benchmarks/survival.py [--kills 20] [--cluster 6] [--seed 0]
    python benchmarks/survival.py --ends 42 [--seed 0]

On the simulated panel: `--kills` runs whose process is killed (SIGKILL) up to three times at
random moments; then, on a Dask cluster of a scheduler and two workers, `--cluster` runs one of
whose workers is killed, and as many whose scheduler is. Every file of figures must come out
byte for byte as in a run with one process left alone. Writes
``benchmarks/results/survival.json``.

With `--ends`, so many runs of `evaluate` are ended at random moments instead, by SIGKILL and by
SIGTERM, with two processes, four, and a local Dask cluster. Two seconds later no process of theirs
may be left; continued, they must have the same figures, and no other files than a run left alone.
Writes ``benchmarks/results/survival_ends.json``.
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
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from _machine import write_result

COMMAND = [
    sys.executable, "-m", "radiosens.cli", "reproduce", "simulated",
    "--preset", "quick", "--rounds", "1", "--epochs", "6",
]  # fmt: skip
SMALL = [
    sys.executable, "-m", "radiosens.cli", "evaluate", "simulated", "--rounds", "1", "--folds", "5",
    "--predictors", "mean,nearest,ridge", "--refits", "2", "--permutations", "5",
]  # fmt: skip
WAYS = {
    "2 processes": ("--jobs", "2"),
    "4 processes": ("--jobs", "4"),
    "a local cluster": ("--cluster", "local", "--jobs", "2"),
}
FIGURES = ("predictions.csv", "predictions_nearest.csv", "folds.csv", "table1.csv", "table_s1.csv")


def start(out: Path, *options: str, command: Sequence[str] = COMMAND) -> subprocess.Popen[str]:
    """Start a run in a session of its own."""
    return subprocess.Popen(
        [*command, "--out", str(out), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(out: Path, *options: str, command: Sequence[str] = COMMAND) -> str:
    """Run to the end; return what was said on standard error."""
    process = start(out, *options, command=command)
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


def left_of(session: int) -> list[str]:
    """Return the command lines of processes of a session, by Linux' ``/proc``."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            # After the name in brackets: state, parent, group, session (proc(5)).
            state, _, _, of = (path / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(of) == session and state != "Z":
                found.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:200])
    return found


def end_runs(folder: Path, times: int) -> list[dict[str, Any]]:
    """End small runs by either signal at random moments, in each way to work, and continue."""
    whole = folder / "whole"
    finish(whole, "--jobs", "1", command=SMALL)
    files = {p.name for p in whole.iterdir()}
    figures = [n for n in files if n.endswith(".csv") or n == "findings.txt"]
    took = {}
    for way, options in WAYS.items():
        began = time.monotonic()
        finish(folder / way, *options, command=SMALL)
        took[way] = time.monotonic() - began
    results: list[dict[str, Any]] = []
    cases = [(w, s) for w in WAYS for s in (signal.SIGKILL, signal.SIGTERM)]
    while len(results) < times:
        way, sign = cases[len(results) % len(cases)]
        out = Path(tempfile.mkdtemp(dir=folder)) / "run"
        process = start(out, *WAYS[way], command=SMALL)
        moment = random.uniform(0.3, took[way])
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(moment)
        if process.poll() is not None:
            process.communicate()
            continue  # it was quicker
        done = fits(out)
        os.kill(process.pid, sign)
        time.sleep(2)
        left = left_of(process.pid)
        process.communicate()
        finish(out, *WAYS[way], command=SMALL)
        same_figures = all((whole / n).read_bytes() == (out / n).read_bytes() for n in figures)
        results.append(
            {
                "way": way,
                "signal": sign.name,
                "after": round(moment, 2),
                "fits done": done,
                "left after two seconds": left,
                "same": same_figures,
                "other files": sorted({p.name for p in out.iterdir()} ^ files)
                + sorted(p.name for p in out.parent.iterdir() if p != out),
            }
        )
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
    parser.add_argument("--ends", type=int, default=0)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    folder = Path(tempfile.mkdtemp(prefix="radiosens-"))
    if arguments.ends:
        ended = end_runs(folder, arguments.ends)
        write_result("survival_ends", {"command": " ".join(SMALL[1:]), "ended": ended})
        bad = [r for r in ended if not r["same"] or r["other files"] or r["left after two seconds"]]
        print(f"{len(bad)} of {len(ended)} left something or came out otherwise")
        return
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
