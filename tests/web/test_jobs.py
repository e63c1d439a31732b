from __future__ import annotations

import os
import time

import pytest

from radiosens.web.jobs import JobStore, safe_name


@pytest.fixture
def store(tmp_path):
    return JobStore(tmp_path / "jobs")


@pytest.mark.parametrize(
    "given",
    ["../../etc/passwd", "a/b\\c.csv", "<script>.csv", "x" * 5000, "a.csv\x00.exe", ".", ""],
)
def test_a_name_that_was_given_is_never_a_path(given):
    name = safe_name(1, given)
    assert name in ("file1", "file1.csv")


def test_known_endings_are_kept_as_the_reader_goes_by_them():
    assert safe_name(1, "A.SERIES_matrix.txt.gz") == "file1.txt.gz"
    assert safe_name(2, "panel.h5ad") == "file2.h5ad"


def test_a_job_that_was_written_is_read_back(store):
    job = store.save(store.new("predict"), files={"file1.csv": "α <b>.csv"}, state="understood")
    assert store.get(job.id) == job
    assert store.all() == [job]


@pytest.mark.parametrize("key", ["..", "../jobs", "", "A" * 24, "0" * 23, "%2e%2e", "a/b"])
def test_what_is_no_id_finds_no_job(store, key):
    assert store.get(key) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"id": "x"}', '{"a": 1}'])
def test_a_damaged_job_is_not_listed(store, content):
    job = store.save(store.new("predict"))
    (store.path(job) / "job.json").write_text(content)
    assert store.all() == []


def test_jobs_wait_in_the_order_in_which_they_came(store):
    first = store.save(store.new("predict"))
    second = store.save(store.new("check"))
    store.save(store.new("check"), state="done")
    assert [job.id for job in store.waiting()] == [first.id, second.id]


def test_old_jobs_are_forgotten_with_their_files_and_others_kept(store):
    old, new = store.save(store.new("predict"), state="done"), store.save(store.new("predict"))
    text = (store.path(old) / "job.json").read_text()
    eight_days = time.time() - 8 * 86400
    changed = text.replace(f'"changed": {old.changed}', f'"changed": {eight_days}')
    (store.path(old) / "job.json").write_text(changed)
    left = store.new("predict")  # an upload that was broken off
    os.utime(store.path(left), (eight_days, eight_days))
    foreign = store.folder / "letters"
    foreign.mkdir()
    os.utime(foreign, (eight_days, eight_days))
    assert store.forget(7) == 2
    assert [job.id for job in store.all()] == [new.id]
    assert foreign.exists()
