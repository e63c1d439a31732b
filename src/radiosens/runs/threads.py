"""One thread a task, so that results do not depend on how many run side by side."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from functools import lru_cache

from threadpoolctl import ThreadpoolController

__all__ = ["one_thread"]


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Keep numerical libraries to one thread while the context lasts.

    Libraries that are imported later are not kept to it, so import what computes first.
    """
    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch else 0
    if torch:
        torch.set_num_threads(1)
    try:
        with _thread_pools(len(sys.modules)).limit(limits=1):
            yield
    finally:
        if torch:
            torch.set_num_threads(before)


@lru_cache(maxsize=1)
def _thread_pools(modules: int) -> ThreadpoolController:
    """Find the libraries that have threads; anew (4 ms) only after something was imported."""
    return ThreadpoolController()
