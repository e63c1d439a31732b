from __future__ import annotations

import pytest

from radiosens.errors import RunError
from radiosens.runs import results
from radiosens.runs.lock import locked
from radiosens.runs.results import ResultDirectory

FILES = {"curves.csv": b"a,b\n1,2\n", "survival.txt": b"All is well.\n"}


def shown(path):
    return {p.name for p in path.iterdir() if p.name[0] != "."}


def test_writing_again_replaces_what_it_wrote_and_removes_what_it_no_longer_does(tmp_path):
    out = ResultDirectory(tmp_path / "s", "survival")
    out.write(FILES | {"old.csv": b"x"}, {"curves": 1})
    out.write(FILES, {"curves": 2})
    assert shown(tmp_path / "s") == {*FILES, "survival.json"}
    assert (tmp_path / "s" / "curves.csv").read_bytes() == FILES["curves.csv"]
    assert '"curves": 2' in (tmp_path / "s" / "survival.json").read_text()


@pytest.mark.parametrize("name", ["notes.docx", "curves.csv", "survival.json"])
def test_a_directory_with_other_files_is_refused(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(RunError, match=f"holds '{name}', which is no result"):
        ResultDirectory(tmp_path, "survival").write(FILES, {})
    assert (tmp_path / name).read_text() == "mine"
    assert shown(tmp_path) == {name}


def test_a_result_of_another_command_is_refused(tmp_path):
    ResultDirectory(tmp_path / "s", "survival").write(FILES, {})
    with pytest.raises(RunError, match="no result of 'radiosens check'"):
        ResultDirectory(tmp_path / "s", "check").write(FILES, {})


def test_a_result_that_the_user_has_changed_is_not_overwritten(tmp_path):
    out = ResultDirectory(tmp_path / "s", "survival")
    out.write(FILES, {})
    with (tmp_path / "s" / "curves.csv").open("a") as file:
        file.write("3,4\n")
    with pytest.raises(RunError, match=r"'curves.csv' has been changed since it was written"):
        out.write(FILES, {})


def test_a_directory_left_half_written_can_be_written_again(tmp_path, monkeypatch):
    out = ResultDirectory(tmp_path / "s", "survival")
    out.write({"curves.csv": b"old"}, {})
    real, count = results.atomic_write, []

    def stop(path, write):
        count.append(path)
        if len(count) == 3:
            raise KeyboardInterrupt
        real(path, write)

    monkeypatch.setattr(results, "atomic_write", stop)
    with pytest.raises(KeyboardInterrupt):
        out.write(FILES, {})
    monkeypatch.setattr(results, "atomic_write", real)
    out.write(FILES, {})
    assert shown(tmp_path / "s") == {*FILES, "survival.json"}


def test_a_file_in_place_of_the_directory_and_one_in_use_are_refused(tmp_path):
    (tmp_path / "s").write_text("x")
    with pytest.raises(RunError, match="it is a file"):
        ResultDirectory(tmp_path / "s", "survival").write(FILES, {})
    with locked(tmp_path / "t"), pytest.raises(RunError, match="another process is at work"):
        ResultDirectory(tmp_path / "t", "survival").write(FILES, {})
