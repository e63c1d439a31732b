from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from radiosens import ReproduceSettings, reproduce, simulate_panel
from radiosens.errors import RunError
from radiosens.evaluation.reproduce import VERDICTS

SMALL = ReproduceSettings(preset="quick", rounds=2, folds=3, epochs=2)


@pytest.fixture(scope="module")
def panel():
    return simulate_panel(features=120, tissues=2, lines_per_tissue=3, swaps=1)


class Spy:
    def __init__(self, stop_after=None):
        self.stages, self.fits, self.stop_after = [], 0, stop_after

    def stage(self, name, tasks, done):
        self.stages.append((name, tasks, done))

    def step(self, task, step, steps, figure):
        pass

    def finished(self, task):
        self.fits += 1
        if self.fits == self.stop_after:
            raise KeyboardInterrupt


def test_leaves_what_it_should(panel, tmp_path):
    result = reproduce(panel, tmp_path / "run", SMALL, jobs=1)
    files = {p.name for p in (tmp_path / "run").iterdir() if p.name != ".lock"}
    assert files == {
        "check.csv", "config.json", "folds.csv", "journal.jsonl", "predictions.csv", "predictions_nearest.csv",
        "table1.csv", "table_s1.csv", "summary.json", "figure2.png", "figure2.svg", "figure3.png", "figure3.svg",
        "report.html",
    }  # fmt: skip
    predictions = pd.read_csv(tmp_path / "run" / "predictions.csv")
    assert list(predictions) == ["sample", "line", "round", "fold", "truth", "prediction"]
    assert len(predictions) == 2 * panel.n_obs
    folds = pd.read_csv(tmp_path / "run" / "folds.csv")
    merged = predictions.merge(folds, on=["round", "sample"], suffixes=("", "_planned"))
    assert (merged["fold"] == merged["fold_planned"]).all()
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["settings"]["rounds"] == 2
    assert config["data"]["simulated"] is True
    assert len(config["data"]["sha256"]) == 64
    assert result.seconds > 0


def test_mean_second_look_and_verdict(panel, tmp_path):
    result = reproduce(panel, tmp_path, SMALL, jobs=1).results["nearest"]
    s = result.samples
    means = result.predictions.groupby("sample")["prediction"].mean()
    assert (s["mean"] == means.loc[s.index]).all()
    failed = s["verdict"] != VERDICTS[0]
    assert failed.equals(s["second"].notna())
    assert (s.loc[failed, "final"] == s.loc[failed, "second"]).all()
    assert (s.loc[~failed, "final"] == s.loc[~failed, "mean"]).all()
    # The two samples whose labels were swapped defeat the nearest neighbour for good.
    swapped = panel.obs_names[panel.obs["line"] != panel.obs["true_line"]]
    assert set(swapped) <= set(result.hard)


def test_continues_after_an_interruption(panel, tmp_path):
    reproduce(panel, tmp_path / "whole", SMALL, jobs=1)
    with pytest.raises(KeyboardInterrupt):
        reproduce(panel, tmp_path / "cut", SMALL, jobs=1, progress=Spy(stop_after=8))
    spy = Spy()
    reproduce(panel, tmp_path / "cut", SMALL, jobs=1, progress=spy)
    assert spy.stages[1] == ("cnn, cross-validation", 6, 2)
    for name in ("predictions.csv", "predictions_nearest.csv", "folds.csv"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_processes_give_the_same_numbers(panel, tmp_path):
    for jobs in (1, 2):
        reproduce(panel, tmp_path / str(jobs), SMALL, jobs=jobs)
    one, two = ((tmp_path / j / "predictions.csv").read_bytes() for j in "12")
    assert one == two


def test_survives_sigkill(tmp_path):
    """A run killed midway and started again ends as one left alone, byte for byte."""
    command = [
        sys.executable, "-m", "radiosens.cli", "reproduce", "simulated",
        "--preset", "quick", "--rounds", "1", "--epochs", "3", "--jobs",
    ]  # fmt: skip
    whole, cut = (["1", "--out", tmp_path / "whole"], ["2", "--out", tmp_path / "cut"])
    subprocess.run([*command, *whole], check=True, capture_output=True)
    journal = tmp_path / "cut" / "journal.jsonl"
    with subprocess.Popen(
        [*command, *cut], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while not (journal.exists() and journal.read_text().count('"cnn"') >= 2):
            assert process.poll() is None
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    assert not (tmp_path / "cut" / "predictions.csv").exists()
    subprocess.run([*command, *cut], check=True, capture_output=True)
    for name in ("predictions.csv", "table1.csv", "table_s1.csv"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rounds": 3}, "begun with rounds 2 and is now asked for with rounds 3"),
        ({"seed": 5}, "begun with seed 0 and is now asked for with seed 5"),
    ],
)
def test_another_setting_is_refused_by_name(panel, tmp_path, change, message):
    reproduce(panel, tmp_path, SMALL.model_copy(update={"folds": 2}), jobs=1)
    other = SMALL.model_copy(update={"folds": 2, **change})
    with pytest.raises(RunError, match=message):
        reproduce(panel, tmp_path, other, jobs=1)


def test_changed_data_are_noticed(panel, tmp_path):
    reproduce(panel, tmp_path, SMALL, jobs=1)
    changed = panel.copy()
    changed.X[0, 0] += 0.5
    with pytest.raises(
        RunError, match="the data have changed since the run began: simulated is not what it was"
    ):
        reproduce(changed, tmp_path, SMALL, jobs=1)


def test_a_folder_with_other_files_is_left_alone(panel, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="not a run"):
        reproduce(panel, tmp_path, SMALL, jobs=1)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]
