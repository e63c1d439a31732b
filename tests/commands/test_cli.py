"""The command line itself: what is typed wrong is told in one line, at once."""

from __future__ import annotations

import subprocess
import sys

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
