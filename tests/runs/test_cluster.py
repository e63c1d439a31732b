"""Tasks on a Dask cluster, its processes started and killed as they would be."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time

import pytest

from radiosens import EvaluateSettings, evaluate, simulate_panel
from radiosens.errors import RunError, SettingsError
from radiosens.evaluation.inputs import FitInputs, numeric_versions
from radiosens.runs.progress import NoProgress

distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster'")
pytestmark = pytest.mark.filterwarnings("ignore")

SETTINGS = EvaluateSettings(
    predictors=("mean", "ridge", "cnn"), preset="quick", epochs=2, rounds=1, folds=3, refits=0
)


@pytest.fixture(scope="module")
def panel():
    return simulate_panel(features=120, tissues=2, lines_per_tissue=3)


@pytest.fixture(scope="module")
def predictions(panel, tmp_path_factory):
    out = tmp_path_factory.mktemp("alone") / "run"
    evaluate(panel, out, SETTINGS, jobs=1)
    return (out / "predictions.csv").read_bytes()


@pytest.fixture
def cluster(tmp_path):
    """Start a scheduler and two workers, one of them with two threads."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    worker = ["worker", address, "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path)]
    commands = [
        ["scheduler", "--port", address.rpartition(":")[2], "--no-dashboard"],
        [*worker, "--nthreads", "1"],
        [*worker, "--nthreads", "2"],
    ]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", *c], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for c in commands
    ]
    yield address, processes
    for process in processes:
        process.kill()
        process.wait()


class KillAfter(NoProgress):
    """Kills a process when some fits are done."""

    def __init__(self, process, fits):
        self.process, self.tasks, self.steps = process, fits, 0

    def step(self, task, step, steps, figure):
        self.steps += 1

    def finished(self, task):
        self.tasks -= 1
        if self.tasks == 0:
            self.process.kill()
            self.process.wait()


def test_a_lost_worker_changes_nothing(panel, predictions, cluster, tmp_path):
    address, processes = cluster
    progress = KillAfter(processes[1], 2)
    evaluate(panel, tmp_path / "run", SETTINGS, cluster=address, progress=progress)
    assert (tmp_path / "run" / "predictions.csv").read_bytes() == predictions
    assert progress.steps > 0


def test_a_lost_scheduler_is_told_of_and_the_run_continues(panel, predictions, cluster, tmp_path):
    address, processes = cluster
    with pytest.raises(RunError, match="scheduler of the Dask cluster is gone"):
        evaluate(
            panel,
            tmp_path / "run",
            SETTINGS,
            cluster=address,
            progress=KillAfter(processes[0], 3),
        )
    before = (tmp_path / "run" / "journal.jsonl").read_text().count('"kind": "task"')
    assert before >= 3
    evaluate(panel, tmp_path / "run", SETTINGS, jobs=1)
    assert (tmp_path / "run" / "predictions.csv").read_bytes() == predictions


@contextlib.contextmanager
def joining(address, tmp_path, after=3):
    """Have a worker join while the context lasts, some seconds after it begins."""
    joined = []

    def join():
        time.sleep(after)
        command = [sys.executable, "-m", "dask", "worker", address, "--no-nanny", "--no-dashboard"]
        joined.append(subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=tmp_path))

    thread = threading.Thread(target=join)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        joined[0].kill()
        joined[0].wait()


def test_a_worker_that_joins_late_gets_the_panel(panel, predictions, cluster, tmp_path):
    address, processes = cluster
    for process in processes[1:]:
        process.kill()
    with joining(address, tmp_path):
        evaluate(panel, tmp_path / "run", SETTINGS, cluster=address)
    assert (tmp_path / "run" / "predictions.csv").read_bytes() == predictions


def test_a_worker_of_another_version_that_joins_late_is_refused(
    panel, cluster, tmp_path, monkeypatch
):
    address, processes = cluster
    for process in processes[1:]:
        process.kill()
    monkeypatch.setattr(FitInputs, "versions", lambda _: numeric_versions() | {"torch": "0.1"})
    with (
        joining(address, tmp_path),
        pytest.raises(RunError, match=r"workers cannot compute .*torch .*same versions"),
    ):
        evaluate(panel, tmp_path / "run", SETTINGS, cluster=address)


def test_a_killed_run_leaves_no_inputs_on_the_workers(cluster, tmp_path):
    address, _ = cluster
    run = subprocess.Popen(
        [sys.executable, "-m", "radiosens.cli", "evaluate", "simulated", "--out",
         str(tmp_path / "run"), "--predictors", "ridge", "--cluster", address],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    journal = tmp_path / "run" / "journal.jsonl"
    until = time.monotonic() + 60
    while not (journal.exists() and '"kind": "task"' in journal.read_text()):
        assert time.monotonic() < until
        time.sleep(0.05)
    run.kill()
    run.wait()

    def kept():
        from radiosens.runs.cluster import _shared

        return list(_shared)

    with distributed.Client(address, set_as_default=False) as client:
        while left := [s for worker in client.run(kept).values() for s in worker]:
            assert time.monotonic() < until, left
            time.sleep(0.1)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("radiosens.runs.cluster.PATIENCE", 1)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "tcp://127.0.0.1:abc", "nowhere"])
@pytest.mark.usefixtures("impatient")
def test_nobody_answers(panel, tmp_path, address):
    with pytest.raises(RunError, match=f"{address}: no scheduler .* --cluster local"):
        evaluate(panel, tmp_path / "run", SETTINGS, cluster=address)


@pytest.mark.usefixtures("impatient")
def test_somebody_else_answers(panel, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"tcp://127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(RunError, match="8787 is its dashboard"):
            evaluate(panel, tmp_path / "run", SETTINGS, cluster=address)


def test_a_running_cluster_has_its_own_number_of_workers(panel, cluster, tmp_path):
    with pytest.raises(SettingsError, match="leave out --jobs"):
        evaluate(panel, tmp_path / "run", SETTINGS, cluster=cluster[0], jobs=2)


def test_other_versions_are_refused(panel, cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(FitInputs, "versions", lambda _: numeric_versions() | {"torch": "0.1"})
    with pytest.raises(RunError, match=r"workers cannot compute .*torch .*same versions"):
        evaluate(panel, tmp_path / "run", SETTINGS, cluster=cluster[0])


def test_a_stranger_cannot_use_the_local_cluster():
    from radiosens.runs.cluster import _local

    ours = _local(1)
    try:
        address = ours.scheduler_address
        assert address.startswith("tls://127.0.0.1:")
        for way in (address, address.replace("tls", "tcp")):
            with pytest.raises((OSError, TypeError)):
                distributed.Client(way, timeout=2)
    finally:
        ours.close(timeout=5)
