"""Where tasks are done, when it goes wrong."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import Future

import pytest

from radiosens import RadiosensError
from radiosens.errors import RunError
from radiosens.runs.progress import NoProgress
from radiosens.runs.tasks import TaskResult
from radiosens.runs.workers import InProcess, run_tasks


class EndTogether(InProcess):
    """Tasks that end all at once, the first with an error."""

    max_pending = 6

    def submit(self, number, task):
        future = Future()
        if number == 0:
            future.set_exception(RunError("broken"))
        else:
            future.set_result(TaskResult({"a": number}, 1.0))
        return future


def test_what_is_finished_is_kept_when_another_fails():
    workers = EndTogether(None, NoProgress())
    came = []
    with pytest.raises(RunError, match="broken"):
        came.extend(i for i, _ in run_tasks(workers, [None] * 6, NoProgress()))
    # extend keeps what came before the error
    assert sorted(came) == [1, 2, 3, 4, 5]


def test_a_script_without_a_guard_is_told_of_it(tmp_path):
    (tmp_path / "script.py").write_text(
        "import radiosens\n"
        "panel = radiosens.simulate_panel(features=60)\n"
        "radiosens.evaluate(panel, 'run', jobs=2)\n"
    )
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    last = done.stderr.strip().splitlines()[-1]
    assert "call this under if __name__ == '__main__':" in last
    assert "bootstrapping" not in done.stderr
    assert done.stderr.count("Traceback") == 1  # the script's own, of the process that began it


def test_an_error_survives_the_way_from_a_worker():
    import pickle

    error = pickle.loads(pickle.dumps(RunError("it is lost", where="a", cure="look for it")))
    assert isinstance(error, RadiosensError)
    assert str(error) == "a: it is lost; look for it"
