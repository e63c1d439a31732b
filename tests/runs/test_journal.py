from __future__ import annotations

import json

import pytest

from radiosens.errors import RunError
from radiosens.runs.journal import Journal, JournalContent, Stage, read_journal
from radiosens.runs.tasks import Task, TaskResult


def task(key):
    return Task(key, print, None, {"predictor": "nearest", "round": 1, "fold": 2})


def filled(path, n=3):
    with Journal(path) as journal:
        for i in range(n):
            journal.add(task(f"key{i}"), TaskResult({"b": 0.1 + i / 7}, 1.5))
    return path


def test_comes_back_exactly(tmp_path):
    with Journal(filled(tmp_path / "journal.jsonl")) as journal:
        assert len(journal) == 3
        assert journal.get("key2").value == {"b": 0.1 + 2 / 7}
        assert journal.get("other") is None


def test_one_line_a_task(tmp_path):
    lines = filled(tmp_path / "journal.jsonl").read_text().splitlines()
    tasks = [r for r in map(json.loads, lines) if r["kind"] == "task"]
    assert [(r["round"], r["fold"], r["predictor"]) for r in tasks] == [(1, 2, "nearest")] * 3


@pytest.mark.parametrize("cut", [1, 5, 60])
def test_a_last_line_cut_short_is_dropped(tmp_path, cut, caplog):
    path = filled(tmp_path / "journal.jsonl")
    path.write_bytes(path.read_bytes()[:-cut])
    with Journal(path) as journal:
        assert len(journal) == 2
        assert "in part" in caplog.text
        journal.add(task("key2"), TaskResult({"b": 0.5}, 1.0))
    with Journal(path) as journal:
        assert len(journal) == 3


def test_damage_in_the_middle_is_named(tmp_path):
    path = filled(tmp_path / "journal.jsonl")
    lines = path.read_text().splitlines()
    lines[2] = lines[2][:20]
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(RunError, match=r"journal.jsonl, line 3: the journal is damaged"):
        Journal(path)


def test_a_digit_that_changed_is_damage(tmp_path):
    path = filled(tmp_path / "journal.jsonl")
    raw = path.read_bytes()
    assert raw.count(b'"b": 0.38') == 1
    path.write_bytes(raw.replace(b'"b": 0.38', b'"b": 0.48'))
    with pytest.raises(RunError, match="line 4: the journal is damaged; delete that line"):
        Journal(path)


def test_without_the_damaged_lines_the_rest_is_kept(tmp_path):
    path = filled(tmp_path / "journal.jsonl", n=5)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[0], lines[3] = b"\x00" * 50 + b"\n", b"\xff\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(RunError, match=r"lines 1, 4: .*delete these lines"):
        Journal(path)
    path.write_bytes(b"".join(line for i, line in enumerate(lines) if i not in (0, 3)))
    with Journal(path) as journal:
        assert [journal.get(f"key{i}") is not None for i in range(5)] == [1, 1, 0, 1, 1]


def test_time_is_added_up_over_sessions():
    content = JournalContent()
    for kind, at in [("start", 10.0), ("end", 14.0), ("start", 100.0), ("stage", 103.0)]:
        content.take({"kind": kind, "at": at, "name": "a", "tasks": 3, "done": 1})
    assert content.seconds == pytest.approx(7.0)
    assert not content.ended


def test_stages_of_the_last_session(tmp_path):
    path = tmp_path / "journal.jsonl"
    for n in (1, 2):
        with Journal(path) as journal:
            journal.stage("first", 3, n - 1)
            journal.add(task(f"key{n}"), TaskResult({"b": 0.5}, 1.0))
            journal.end()
    content, whole = read_journal(path)
    assert content.stages == [Stage("first", 3, 2)]
    assert content.ended
    assert whole == path.stat().st_size
