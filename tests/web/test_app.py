"""The interface for scripts, against a server in a process of its own."""

from __future__ import annotations

import concurrent.futures
import io
import json
import time
import zipfile

import httpx
import pytest

from radiosens.web.jobs import JobStore


def until(server, key, *states):
    """Wait until a job is at one of the states; whatever else ends it is an error."""
    while True:
        facts = httpx.get(f"{server.url}/api/jobs/{key}").json()
        if facts["state"] in states:
            return facts
        assert facts["state"] in ("waiting", "working"), facts
        time.sleep(0.2)


def send(server, flow, examples, **more):
    files = [("data", (more.pop("name", "a.csv"), examples[flow, "data"].read_bytes()))]
    if (flow, "sheet") in examples:
        files.append(("sheet", ("sheet.csv", examples[flow, "sheet"].read_bytes())))
    answer = httpx.post(f"{server.url}/api/{flow}", files=files, timeout=60)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


@pytest.mark.parametrize("flow", ["predict", "check", "survival"])
def test_a_script_goes_from_file_to_zip(server, examples, flow):
    key = send(server, flow, examples)
    assert until(server, key, "understood")["understood"]
    started = httpx.post(f"{server.url}/api/jobs/{key}/run", data={"do": "run"})
    assert started.status_code == 202
    assert "report.html" in until(server, key, "done")["results"]
    content = httpx.get(f"{server.url}/api/jobs/{key}/result.zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert f"radiosens_{flow}/report.html" in names
        record = json.loads(archive.read(f"radiosens_{flow}/{flow}.json"))
    used = record["options"]["files"] if flow == "predict" else record["inputs"]
    assert list(used) == ["a.csv"]


def test_a_wrong_scale_can_be_corrected(server, examples):
    key = send(server, "predict", examples)
    before = until(server, key, "understood")["understood"]
    again = {"do": "read", "scale": "linear"}
    httpx.post(f"{server.url}/api/jobs/{key}/run", data=again)
    after = until(server, key, "understood")["understood"]
    assert before["files"][0]["scale"] != after["files"][0]["scale"]


def test_what_can_not_be_read_is_refused_in_the_librarys_words(server):
    answer = httpx.post(
        f"{server.url}/api/predict", files={"data": ("my letter.csv", b"Dear all,")}
    )
    facts = until(server, answer.json()["id"], "failed")
    assert "my letter.csv" in facts["error"]
    assert "/" not in facts["error"]  # no folder of the server's


@pytest.mark.parametrize(
    ("path", "files"),
    [("/api/predict", {}), ("/api/predict", {"data": ("a.csv", b"")}), ("/api/nothing", {})],
)
def test_an_empty_form_is_refused(server, path, files):
    answer = httpx.post(f"{server.url}{path}", files=files or {"other": ("a", b"a")})
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "name", ["job.json", "../job.json", "..%2fjob.json", "uploads", ".lock", "%2e%2e%2fjob.json"]
)
def test_only_files_of_the_result_are_sent(server, examples, name):
    key = send(server, "survival", examples)
    until(server, key, "understood")
    assert httpx.get(f"{server.url}/api/jobs/{key}/result/{name}").status_code == 404


def test_a_deleted_job_leaves_nothing(server, examples):
    key = send(server, "survival", examples)
    assert httpx.delete(f"{server.url}/api/jobs/{key}").status_code == 204
    assert httpx.get(f"{server.url}/api/jobs/{key}").status_code == 404
    while (server.folder / key).exists():  # a worker may still be ending
        httpx.delete(f"{server.url}/api/jobs/{key}")
        time.sleep(0.2)


def test_a_killed_servers_job_is_found_and_done_by_the_next(make_server, examples):
    server = make_server()
    key = send(server, "check", examples)
    until(server, key, "understood")
    httpx.post(f"{server.url}/api/jobs/{key}/run", data={"do": "run"})
    until(server, key, "working")
    server.kill()
    assert json.loads((server.folder / key / "job.json").read_text())["state"] == "working"
    server.begin()
    assert "check.csv" in until(server, key, "done")["results"]


def test_a_job_that_takes_too_long_is_ended_and_says_so(make_server, examples):
    server = make_server("--minutes", "0.005")
    key = send(server, "check", examples)
    assert "it took more than" in until(server, key, "failed")["error"]


def test_a_job_that_wants_too_much_memory_is_ended_and_says_so(make_server, examples):
    server = make_server("--memory", "0.05")
    key = send(server, "check", examples)
    assert "memory" in until(server, key, "failed")["error"]


def test_fifty_uploads_at_once_are_all_kept(make_server, examples):
    server = make_server()
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        keys = list(pool.map(lambda _: send(server, "survival", examples), range(50)))
    assert len(set(keys)) == 50
    content = examples["survival", "data"].read_bytes()
    for key in keys:
        assert (server.folder / key / "uploads" / "file1.csv").read_bytes() == content


def test_more_jobs_than_may_wait_are_refused(make_server, examples):
    server = make_server()
    store = JobStore(server.folder)
    for _ in range(130):
        store.save(store.new("survival"))
    files = {"data": ("a.csv", examples["survival", "data"].read_bytes())}
    answer = httpx.post(f"{server.url}/api/survival", files=files)
    assert answer.status_code == 503
    assert "too many jobs" in answer.json()["error"].lower()
    assert len(list(server.folder.iterdir())) == 130


def test_the_interface_is_described(server):
    document = httpx.get(f"{server.url}/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "/api/jobs/{id}/run" in document["paths"]
