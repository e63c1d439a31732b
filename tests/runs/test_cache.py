from __future__ import annotations

import os

import pytest

from radiosens import EvaluateSettings, evaluate, simulate_panel
from radiosens.errors import SettingsError
from radiosens.runs.cache import ResultCache
from radiosens.runs.catalogue import read_run
from radiosens.runs.tasks import TaskResult

RESULT = TaskResult({"a": 0.1 + 0.2, "b": 1 / 3}, 2.5)
VERSIONS = {"torch": "2.0"}


def cache_in(folder):
    return ResultCache(folder, VERSIONS)


def test_comes_back_exactly(tmp_path):
    cache_in(tmp_path / "new" / "folder").put("key", RESULT)
    assert cache_in(tmp_path / "new" / "folder").get("key") == RESULT


def test_other_versions_are_other_results(tmp_path):
    cache_in(tmp_path).put("key", RESULT)
    assert ResultCache(tmp_path, {"torch": "2.1"}).get("key") is None


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "[" * 100_000, '{"key": "key", "value": 1, "seconds": 1, "crc": "00000000"}'],
)
def test_a_damaged_file_is_done_again(tmp_path, content, caplog):
    cache = cache_in(tmp_path)
    cache.put("key", RESULT)
    next(tmp_path.rglob("*.json")).write_text(content)
    assert cache.get("key") is None
    assert "done again" in caplog.text
    cache.put("key", RESULT)
    assert cache.get("key") == RESULT


def test_a_folder_that_cannot_be_written_is_told_of_once(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    cache = cache_in(tmp_path / "file" / "cache")
    for key in "ab":
        cache.put(key, RESULT)
    assert caplog.text.count("cannot be written") == 1


def test_a_fit_is_never_done_twice(tmp_path, monkeypatch):
    panel = simulate_panel(features=60, tissues=2, lines_per_tissue=3)
    settings = EvaluateSettings(predictors=("mean", "ridge"), rounds=1, folds=2, refits=0)
    first = evaluate(panel, tmp_path / "first", settings, jobs=1, cache=tmp_path / "fits")
    monkeypatch.setattr("radiosens.runs.workers.run_task", lambda *_: os._exit(1))
    second = evaluate(panel, tmp_path / "second", settings, jobs=1, cache=tmp_path / "fits")
    assert second.predictions.equals(first.predictions)
    stages = read_run(tmp_path / "second").journal.stages
    assert [s.done for s in stages] == [s.tasks for s in stages]
    assert sum(s.tasks for s in stages) > 8


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "fits").write_text("")
    with pytest.raises(SettingsError, match="it is a file; name a folder"):
        cache_in(tmp_path / "fits")


def test_a_folder_that_cannot_be_read_is_told_of_once(tmp_path, monkeypatch, caplog):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    cache = cache_in(tmp_path)
    monkeypatch.setattr("pathlib.Path.read_text", refuse)
    assert cache.get("a") is cache.get("b") is None
    assert caplog.text.count("cannot be read (Permission denied)") == 1


def test_a_result_with_a_changed_digit_or_of_another_task_is_done_again(tmp_path, caplog):
    cache = cache_in(tmp_path)
    cache.put("key", RESULT)
    path = next(tmp_path.rglob("*.json"))
    content = path.read_text()
    path.write_text(content.replace("0.3333", "0.4333"))
    assert cache.get("key") is None
    path.write_text(content.replace('"key": "key"', '"key": "another"'))
    assert cache.get("key") is None
    assert caplog.text.count("it is damaged") == 2
