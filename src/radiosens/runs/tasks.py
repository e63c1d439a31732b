"""A task: a key and a pure function; and how one is run, anywhere alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from radiosens.errors import RunError

__all__ = ["SharedInputs", "Task", "TaskFaultError", "TaskResult", "run_task"]

#: Called by a task as it gets on: steps done, steps to do, and a figure to show.
OnStep = Callable[[int, int, float], None]


class SharedInputs(Protocol):
    """What all tasks of a run work on, sent to each worker once; it must be picklable."""

    def versions(self) -> Mapping[str, str]:
        """Return what results depend on besides inputs, as found in the process that asks."""


@dataclass(frozen=True)
class Task:
    """Something to compute.

    Attributes
    ----------
    key : str
        A hash of all that the result depends on; equal keys, equal results.
    function : callable
        ``function(shared, arguments, on_step)`` returns a JSON value. Found by name in a
        worker, so it stands at the top of a module.
    arguments : object
        Its own inputs, picklable.
    label : mapping
        What the journal and messages call it: JSON values under short names.
    """

    key: str
    function: Callable[[Any, Any, OnStep | None], Any]
    arguments: Any
    label: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The label in one line."""
        return ", ".join(f"{k} {v}" for k, v in self.label.items())


@dataclass(frozen=True)
class TaskResult:
    """What a task came to: a JSON value and the seconds it took, or why there is none."""

    value: Any
    seconds: float
    fault: str = ""


class TaskFaultError(Exception):
    """Raised by a task whose failure must not stop the others; it is told and not kept."""


def run_task(shared: SharedInputs, task: Task, on_step: OnStep | None = None) -> TaskResult:
    """Run a task and say how long it took.

    Raises
    ------
    RunError
        If memory does not suffice.
    """
    started = time.perf_counter()
    try:
        value = task.function(shared, task.arguments, on_step)
    except TaskFaultError as fault:
        return TaskResult(None, time.perf_counter() - started, str(fault))
    except Exception as error:
        if isinstance(error, MemoryError) or "can't allocate memory" in str(error):  # torch's words
            raise RunError(
                f"memory does not suffice for a task ({task.name})",
                cure="run the same command again with fewer --jobs; what is finished is kept",
            ) from error
        error.add_note(f"in a task: {task.name}")
        raise
    return TaskResult(value, time.perf_counter() - started)
