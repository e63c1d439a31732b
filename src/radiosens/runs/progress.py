"""Hearing how tasks get on."""

from __future__ import annotations

from typing import Protocol

__all__ = ["NoProgress", "Progress"]


class Progress(Protocol):
    """What wants to know how tasks get on; the command line draws bars of it."""

    def stage(self, name: str, tasks: int, done: int) -> None:
        """Begin a stage of so many tasks, some of them done before."""

    def step(self, task: int, step: int, steps: int, figure: float) -> None:
        """Hear that a task, by its number, has come a step further."""

    def finished(self, task: int) -> None:
        """Hear that a task is done and written down."""


class NoProgress:
    """Progress that nobody watches."""

    def stage(self, name: str, tasks: int, done: int) -> None:
        """Ignore."""

    def step(self, task: int, step: int, steps: int, figure: float) -> None:
        """Ignore."""

    def finished(self, task: int) -> None:
        """Ignore."""
