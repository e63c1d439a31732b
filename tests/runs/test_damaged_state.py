"""Whatever becomes of what a run left on disk: it goes on to the same results, or says one line."""

from __future__ import annotations

import json
import shutil

import pytest

from radiosens.errors import RadiosensError
from radiosens.runs.catalogue import find_runs
from radiosens.runs.config import RunConfig
from radiosens.runs.runner import open_run
from radiosens.runs.tasks import Task


class Inputs:
    def versions(self):
        return {"numpy": "1"}


def halves(inputs, number, on_step):
    return {f"sample {i}": number / 2 + i for i in range(3)}


CONFIG = RunConfig(
    command="evaluate",
    settings={"rounds": 1},
    data={"sha256": "0"},
    code={"halves": "1"},
    versions={},
)
TASKS = [Task(f"{i:032x}", halves, i, {"fold": i}) for i in range(12)]
EXPECTED = [halves(None, i, None) for i in range(12)]


def run(home, tasks=TASKS):
    with open_run(home / "run", CONFIG, Inputs(), jobs=1, cache=home / "cache") as runner:
        return [result.value for result in runner.run("all", tasks)]


def run_or_refusal(home):
    try:
        return run(home)
    except RadiosensError as error:
        return "one line" if len(str(error).splitlines()) == 1 else str(error)


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A run of twelve tasks that was stopped after six, with a cache that has nine of them."""
    home = tmp_path_factory.mktemp("begun")
    run(home, TASKS[:9])
    shutil.rmtree(home / "run")
    run(home, TASKS[:6])
    return home


def middle_byte(raw):
    i = len(raw) // 2
    return raw[:i] + bytes(b ^ 0x10 for b in raw[i : i + 1]) + raw[i + 1 :]


def with_value(raw, value):
    """Put another value into every object that has one, its checksum left as it was."""
    objects = [json.loads(line) for line in raw.splitlines() if line.startswith(b'{"')]
    changed = [o | {"value": value} if "value" in o else o for o in objects]
    return "".join(json.dumps(o) + "\n" for o in changed).encode()


DAMAGE = {
    "emptied": lambda raw: b"",
    "cut": lambda raw: raw[: len(raw) // 2],
    "cut by one byte": lambda raw: raw[:-1],
    "cut after the first byte": lambda raw: raw[:1],
    "a flipped bit": middle_byte,
    "every fifth byte a zero": lambda raw: bytes(0 if i % 5 == 0 else b for i, b in enumerate(raw)),
    "no text": lambda raw: b"\xff\xfe\x00\x01" * 20,
    "another file's": lambda raw: b'{"kind": "start", "at": "yesterday"}\n',
    "a list": lambda raw: b"[1, 2, 3]\n",
    "a number": lambda raw: b"1e999\n",
    "nothing in JSON": lambda raw: b"null\n",
    "nested beyond reason": lambda raw: b"[" * 100_000,
    "a number of many digits": lambda raw: b'{"format": ' + b"9" * 10_000 + b"}\n",
    "written twice": lambda raw: raw + raw,
    "values not finite": lambda raw: with_value(raw, {"sample 0": float("nan")}),
    "values of other samples": lambda raw: with_value(raw, {"x": 1.0}),
    "values as text": lambda raw: with_value(raw, "0.5"),
    "keys gone": lambda raw: raw.replace(b'"key"', b'"kez"').replace(b'"command"', b'"comand"'),
}
FILES = ("run/config.json", "run/journal.jsonl", "run/.lock", "cache")


def damage(home, name, how):
    for file in [home / name] if name != "cache" else [*(home / "cache").rglob("*.json")]:
        file.write_bytes(how(file.read_bytes()))


@pytest.mark.parametrize("how", DAMAGE)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_costs_a_line_or_some_work_and_no_result(begun, tmp_path, name, how):
    home = tmp_path / "home"
    shutil.copytree(begun, home)
    if name == "cache":  # all that is known must come from there
        (home / "run" / "journal.jsonl").unlink()
    damage(home, name, DAMAGE[how])
    list(find_runs(home))  # names the damaged one, and fails over none
    assert run_or_refusal(home) in ([EXPECTED] if name == "cache" else [EXPECTED, "one line"])


@pytest.mark.parametrize("name", ["config.json", "journal.jsonl"])
def test_a_folder_in_place_of_a_file_is_told(begun, tmp_path, name):
    home = tmp_path / "home"
    shutil.copytree(begun, home)
    (home / "run" / name).unlink()
    (home / "run" / name).mkdir()
    with pytest.raises(RadiosensError):
        run(home)


@pytest.mark.parametrize("missing", ["run/config.json", "run/journal.jsonl", "run/.lock", "cache"])
def test_a_lost_file_costs_a_line_or_some_work_and_no_result(begun, tmp_path, missing):
    home = tmp_path / "home"
    shutil.copytree(begun, home)
    gone = home / missing
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    assert run_or_refusal(home) in [EXPECTED, "one line"]
