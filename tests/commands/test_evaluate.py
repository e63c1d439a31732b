"""Evaluations from the command line."""

from __future__ import annotations

import json

import pytest


def small_files():
    """Let this process write no file above 20 kB, which fails as a full disk does."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_full_disk_in_the_middle(radiosens, tmp_path):
    """What was finished is kept, and the same command ends as a run left alone."""
    command = ["evaluate", "simulated", "--predictors", "mean,nearest", "--folds", 9, "--refits", 0]
    done = radiosens(*command, "--jobs", 1, "--out", tmp_path / "cut", preexec_fn=small_files)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr.splitlines()[-1]
    assert "the same command then continues the run" in done.stderr.splitlines()[-1]
    kept = (tmp_path / "cut" / "journal.jsonl").read_text().count('"kind": "task"')
    assert kept > 5
    done = radiosens(*command, "--out", tmp_path / "cut", "--cache", tmp_path / "fits")
    assert done.returncode == 0, done.stderr
    assert "fits are done already" in done.stderr
    done = radiosens(*command, "--out", tmp_path / "whole", "--cache", tmp_path / "fits")
    assert done.returncode == 0, done.stderr
    cut, whole = (tmp_path / n / "predictions.csv" for n in ("cut", "whole"))
    assert cut.read_bytes() == whole.read_bytes()


def test_predictors_are_listed(radiosens):
    out = radiosens("predictors").stdout
    assert "nearest" in out
    assert "derived on 48 lines" in " ".join(out.split())


def test_evaluate_on_the_simulated_panel(radiosens, tmp_path):
    done = radiosens(
        "evaluate", "simulated", "--predictors", "tissue-mean,nearest", "--rounds", 1,
        "--folds", 4, "--refits", 0, "--jobs", 1, "--out", tmp_path / "run",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "donor: R²" in done.stdout
    assert "is what recognition is worth" in " ".join(done.stdout.split())
    assert "min left" in done.stderr
    assert (tmp_path / "run" / "scores.csv").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--protocol", "patient"], "no protocol 'patient'"),
        (["--predictors", "oracle"], "no predictor 'oracle'"),
        (["--predictors", "rsi"], "rsi cannot run"),
        (["--folds", "99"], "99 folds for"),
    ],
)
def test_evaluate_refuses(radiosens, options, message, tmp_path):
    done = radiosens("evaluate", "simulated", *options, "--out", tmp_path / "run")
    assert done.returncode == 2, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("radiosens: ")
    assert message in last
    assert ";" in last
    assert not (tmp_path / "run").exists()


def test_json_is_the_summary(radiosens, tmp_path):
    done = radiosens(
        "evaluate", "simulated", "--predictors", "mean", "--rounds", 1, "--folds", 3, "--json",
        "--refits", 0, "--jobs", 1, "--out", tmp_path / "run",
    )  # fmt: skip
    assert json.loads(done.stdout) == json.loads((tmp_path / "run" / "summary.json").read_text())
    listed = json.loads(radiosens("predictors", "--json").stdout)
    assert {"name", "description", "needs", "caution"} == set(listed[0])
