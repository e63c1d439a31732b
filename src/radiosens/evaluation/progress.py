"""Hearing how fits get on."""

from __future__ import annotations

from typing import Protocol

__all__ = ["NoProgress", "Progress"]


class Progress(Protocol):
    """What wants to know how fits get on; the command line draws bars of it."""

    def stage(self, name: str, fits: int, done: int) -> None:
        """Begin a stage of so many fits, some of them done before."""

    def epoch(self, fit: int, epoch: int, epochs: int, loss: float) -> None:
        """Hear that a fit, by its number, has ended an epoch."""

    def finished(self, fit: int) -> None:
        """Hear that a fit is done and written down."""


class NoProgress:
    """Progress that nobody watches."""

    def stage(self, name: str, fits: int, done: int) -> None:
        """Ignore."""

    def epoch(self, fit: int, epoch: int, epochs: int, loss: float) -> None:
        """Ignore."""

    def finished(self, fit: int) -> None:
        """Ignore."""
