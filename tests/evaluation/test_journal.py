from __future__ import annotations

import json

import pytest

from radiosens.errors import RunError
from radiosens.evaluation.journal import Journal
from radiosens.evaluation.splits import Split
from radiosens.evaluation.tasks import FitResult, FitTask

TASK = FitTask("nearest", Split(1, 2, ("a",), ("b",)), 0)


def filled(path, n=3):
    with Journal(path) as journal:
        for i in range(n):
            journal.add(f"key{i}", TASK, FitResult({"b": 0.1 + i / 7}, 1.5))
    return path


def test_comes_back_exactly(tmp_path):
    with Journal(filled(tmp_path / "journal.jsonl")) as journal:
        assert len(journal) == 3
        assert journal.get("key2").predictions == {"b": 0.1 + 2 / 7}
        assert journal.get("other") is None


def test_one_line_a_fit(tmp_path):
    lines = filled(tmp_path / "journal.jsonl").read_text().splitlines()
    fits = [r for r in map(json.loads, lines) if r["kind"] == "fit"]
    assert [(r["round"], r["fold"], r["predictor"]) for r in fits] == [(1, 2, "nearest")] * 3


@pytest.mark.parametrize("cut", [1, 5, 60])
def test_a_last_line_cut_short_is_dropped(tmp_path, cut, caplog):
    path = filled(tmp_path / "journal.jsonl")
    path.write_bytes(path.read_bytes()[:-cut])
    with Journal(path) as journal:
        assert len(journal) == 2
        assert "in part" in caplog.text
        journal.add("key2", TASK, FitResult({"b": 0.5}, 1.0))
    with Journal(path) as journal:
        assert len(journal) == 3


def test_damage_in_the_middle_is_named(tmp_path):
    path = filled(tmp_path / "journal.jsonl")
    lines = path.read_text().splitlines()
    lines[2] = lines[2][:20]
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(RunError, match=r"journal.jsonl, line 3: the journal is damaged"):
        Journal(path)


def test_time_is_added_up_over_sessions(tmp_path):
    path = tmp_path / "journal.jsonl"
    fit = {"kind": "fit", "key": "k", "predictions": {}, "seconds": 1.0}
    records = [
        {"kind": "start", "at": 10.0},
        {**fit, "at": 14.0},
        {"kind": "start", "at": 100.0},
        {**fit, "at": 103.0},
    ]
    path.write_text("".join(json.dumps(r) + "\n" for r in records))
    with Journal(path) as journal:
        assert journal.seconds == pytest.approx(7.0)
