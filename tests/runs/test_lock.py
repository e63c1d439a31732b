from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from radiosens.errors import RunError
from radiosens.runs.lock import locked, owner_of

HOLD = """
import sys, time
from pathlib import Path
from radiosens.runs.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def other(tmp_path):
    """Hold the folder's lock in another process."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().strip() == "held"
        yield process
        process.kill()


def test_a_second_process_is_told_who_has_it(other, tmp_path):
    assert owner_of(tmp_path).process == other.pid
    message = f"another process is at work in it .*process {other.pid}, since 20"
    with pytest.raises(RunError, match=message), locked(tmp_path):
        pass


def test_a_killed_process_releases_it(other, tmp_path):
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert owner_of(tmp_path) is None
    with locked(tmp_path):
        assert owner_of(tmp_path).process == os.getpid()
    assert not (tmp_path / ".owner.json").exists()


def test_a_lock_without_a_name_is_still_a_lock(other, tmp_path):
    (tmp_path / ".owner.json").unlink()
    with pytest.raises(RunError, match="left no name"), locked(tmp_path):
        pass
    assert owner_of(tmp_path) is not None
