from __future__ import annotations

import json

import pytest

from radiosens import EvaluateSettings, evaluate, simulate_panel
from radiosens.errors import RunError
from radiosens.runs.catalogue import find_runs, read_run
from radiosens.runs.lock import locked


@pytest.fixture
def folder(tmp_path):
    """Give a folder with a finished run two levels down, and another program's config.json."""
    panel = simulate_panel(features=60, tissues=2, lines_per_tissue=3)
    settings = EvaluateSettings(predictors=("mean", "ridge"), rounds=1, folds=2, refits=0)
    out = tmp_path / "ours" / "ridge"
    evaluate(panel, out, settings, jobs=1)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json").write_text('{"editor": "vi"}')
    return tmp_path


def test_a_finished_run(folder):
    (run,) = find_runs(folder)
    assert (run.path, run.state, run.owner) == (folder / "ours" / "ridge", "finished", None)
    assert run.progress == "24 tasks"
    assert run.headline.startswith("replicate: best R² ")
    assert [s.done for s in run.journal.stages] == [s.tasks for s in run.journal.stages]
    assert run.journal.seconds > 0


def test_a_run_at_work(folder):
    with locked(folder / "ours" / "ridge"):
        (run,) = find_runs(folder)
    assert run.state == "running"


def test_a_run_that_was_cut_off(folder):
    journal = folder / "ours" / "ridge" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-3]) + b'{"kind": "fi')
    run = read_run(journal.parent)
    assert run.state == "stopped"
    assert run.progress == "22 tasks; donor, nested models: 6/8"
    assert journal.read_bytes().endswith(b'{"kind": "fi')  # looked at, not touched


@pytest.mark.parametrize("name", ["config.json", "journal.jsonl"])
def test_a_damaged_run_is_listed_as_such(folder, name):
    path = folder / "ours" / "ridge" / name
    path.write_bytes(b"\x00" + path.read_bytes())
    (run,) = find_runs(folder)
    assert run.state == "damaged"
    assert name in run.damage


def test_a_summary_that_cannot_be_read_is_no_summary(folder):
    (folder / "ours" / "ridge" / "summary.json").write_text(json.dumps([1]))
    assert read_run(folder / "ours" / "ridge").headline == ""


def test_refusals(tmp_path):
    with pytest.raises(RunError, match="no such folder"):
        list(find_runs(tmp_path / "nowhere"))
    with pytest.raises(RunError, match="not a run"):
        read_run(tmp_path)


def test_another_programs_folder_is_left_alone(folder):
    panel = simulate_panel(features=60, tissues=2, lines_per_tissue=3)
    with pytest.raises(RunError, match="holds files and is not a run"):
        evaluate(panel, folder / "other", jobs=1)
    assert [p.name for p in (folder / "other").iterdir()] == ["config.json"]


def test_a_run_of_another_version_is_refused_and_listed_as_such(folder):
    path = folder / "ours" / "ridge"
    config = json.loads((path / "config.json").read_text())
    del config["format"], config["code"]  # as format 1 had it
    (path / "config.json").write_text(json.dumps(config))
    panel = simulate_panel(features=60, tissues=2, lines_per_tissue=3)
    settings = EvaluateSettings(predictors=("mean", "ridge"), rounds=1, folds=2, refits=0)
    with pytest.raises(RunError, match=r"another version of radiosens \(format 1"):
        evaluate(panel, path, settings, jobs=1)
    (run,) = find_runs(folder)
    assert run.state == "damaged"
    assert "another version" in run.damage
