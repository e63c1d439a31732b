"""The command line itself: what is typed wrong is told in one line, at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from radiosens import __version__


def test_version(radiosens):
    assert radiosens("--version").stdout.strip() == f"radiosens {__version__}"


def test_help_names_the_commands(radiosens):
    out = radiosens("--help").stdout
    assert "reproduce" in out
    assert "data" in out


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["blah"], "No such command 'blah'"),
        (["evaluate", "--out", "x"], "Missing argument 'FILE...'"),
        (["evaluate", "simulated"], "Missing option '--out'"),
        (
            ["evaluate", "simulated", "--rounds", "many", "--out", "x"],
            "Invalid value for '--rounds'",
        ),
        (["evaluate", "simulated", "--rounds", "0", "--out", "x"], "greater than or equal to 1"),
        (["reproduce", "simulated", "--data", "x", "--out", "x"], "No such option: --data"),
    ],
)
def test_what_was_typed_wrong_is_one_line(radiosens, command, message, tmp_path):
    done = radiosens(*command, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("radiosens: ")
    assert message in done.stderr
    assert "--help'" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["reproduce", "evaluate", "predictors"])
def test_help_shows_an_example_and_plain_types(radiosens, command):
    out = radiosens(command, "--help").stdout
    assert f"  radiosens {command}" in out
    assert "RANGE" not in out


@pytest.mark.parametrize(
    "options",
    [
        ["simulated", "--preset", "fast"],
        ["simulated", "--predictors", "oracle"],
        ["simulated", "--protocol", "patient"],
        ["gone.csv"],
    ],
)
def test_a_wrong_option_is_told_before_anything_heavy_is_imported(radiosens, options, tmp_path):
    code = (
        "import sys, radiosens.cli\n"
        f"sys.argv = ['radiosens', 'evaluate', *{options!r}, '--out', 'x']\n"
        "try:\n    radiosens.cli.main()\n"
        "except SystemExit as end:\n"
        "    heavy = {'torch', 'anndata', 'sklearn', 'matplotlib'} & set(sys.modules)\n"
        "    sys.exit(str(heavy) if heavy else end.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr


def run_code(code, tmp_path, **options):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
        **options,
    )  # fmt: skip


def test_a_fault_of_ours_says_so_and_keeps_what_is_needed_to_mend_it(tmp_path):
    code = (
        "import sys, radiosens.cli, radiosens.predictors\n"
        "def fail():\n    raise KeyError('a\\x1b[31m\\nb')\n"
        "radiosens.predictors.predictor_names = fail\n"
        "sys.argv = ['radiosens', 'predictors']\nradiosens.cli.main()\n"
    )
    done = run_code(code, tmp_path)
    assert done.returncode == 70
    assert done.stderr.count("\n") == 1
    assert "a fault of ours, not of your data (KeyError" in done.stderr
    name = done.stderr.strip().rpartition(" ")[2]
    assert "Traceback" in Path(name).read_text()
    Path(name).unlink()


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    command = (
        f"{sys.executable} -m radiosens.cli predictors --json | head -c 1; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] in {"[0", "0", "[141", "141"}


def test_a_terminal_that_knows_ascii_only_is_written_to_all_the_same(radiosens, tmp_path):
    done = radiosens(
        "predict", "größe.csv", "--out", "o", cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "LANG": "C"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "there is no such file" in done.stderr
    assert "Traceback" not in done.stderr
