from __future__ import annotations

import pytest

from radiosens.errors import RunError
from radiosens.runs.tasks import Task, TaskFaultError, run_task


class Inputs:
    value = 3

    def versions(self):
        return {}


def times(inputs, number, on_step):
    on_step(1, 2, 0.5)
    return inputs.value * number


def fail(inputs, error, on_step):
    raise error


def test_a_task_is_given_shared_inputs_its_own_and_who_to_tell():
    heard = []
    result = run_task(Inputs(), Task("k", times, 4), lambda *news: heard.append(news))
    assert (result.value, result.fault, heard) == (12, "", [(1, 2, 0.5)])
    assert result.seconds >= 0


def test_an_error_says_in_which_task_it_came():
    task = Task("k", fail, ZeroDivisionError(), {"predictor": "ridge", "fold": 2})
    with pytest.raises(ZeroDivisionError) as caught:
        run_task(Inputs(), task)
    assert caught.value.__notes__ == ["in a task: predictor ridge, fold 2"]


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")]
)
def test_want_of_memory_is_told_with_a_way_out(error):
    task = Task("k", fail, error, {"predictor": "cnn"})
    with pytest.raises(RunError, match=r"memory does not suffice .*cnn.*fewer --jobs"):
        run_task(Inputs(), task)


def test_a_fault_is_a_result_so_that_others_go_on():
    result = run_task(Inputs(), Task("k", fail, TaskFaultError("it fails")))
    assert (result.value, result.fault) == (None, "it fails")
