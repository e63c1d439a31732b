"""Listing runs."""

from __future__ import annotations

import json

from radiosens import __version__


def test_runs(radiosens, tmp_path):
    command = ["evaluate", "simulated", "--predictors", "mean", "--rounds", 1, "--refits", 2]
    radiosens(*command, "--out", tmp_path / "first")
    listed = radiosens("runs", tmp_path).stdout
    assert listed.startswith("first  evaluate · finished · 200 tasks\n    replicate: best R² ")
    assert listed == radiosens("runs", "list", tmp_path).stdout
    shown = radiosens("runs", "show", tmp_path / "first").stdout
    assert "72 samples × 2,000 features" in shown
    assert "radiosens " + __version__ in shown
    assert radiosens("runs", tmp_path / "first" / "nothing").returncode == 2


def test_json(radiosens, tmp_path):
    command = [
        "evaluate",
        "simulated",
        "--predictors",
        "mean",
        "--rounds",
        1,
        "--folds",
        3,
        "--refits",
        0,
    ]
    radiosens(*command, "--out", tmp_path / "first")
    (run,) = json.loads(radiosens("runs", tmp_path, "--json").stdout)
    assert run["state"] == "finished"
    assert run["config"]["settings"]["rounds"] == 1
    assert json.loads(radiosens("runs", "show", tmp_path / "first", "--json").stdout) == run
