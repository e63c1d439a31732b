"""Keep freed memory for the next tensor, instead of giving it back and asking for it anew."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator

__all__ = ["freed_memory_kept"]

# Parameters of glibc's mallopt, by their numbers in its malloc.h.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -2, -3, -4


@contextlib.contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Let the C library keep what is freed while the context lasts, where it is glibc.

    glibc gives every block above a threshold (32 MiB at most) back to the system when it is
    freed, and the system hands out the next one in pages that it fills with zeros first. A
    training step frees and asks for the same blocks again and again: with long inputs that
    took up to 60 % of its time. Afterwards freed memory goes back to the system, and thresholds
    are where glibc's own adjustment would have brought them (``mallopt(3)``).

    Does nothing with other C libraries.

    Examples
    --------
    >>> with freed_memory_kept():
    ...     values = bytearray(10_000)
    """
    library = _glibc()
    if library is None:
        yield
        return
    library.mallopt(_MMAP_MAX, 0)
    library.mallopt(_TRIM_THRESHOLD, 2**31 - 1)
    library.mallopt(_TOP_PAD, 64 * 2**20)
    try:
        yield
    finally:
        library.mallopt(_MMAP_MAX, 65_536)
        library.mallopt(_MMAP_THRESHOLD, 32 * 2**20)
        library.mallopt(_TRIM_THRESHOLD, 64 * 2**20)
        library.mallopt(_TOP_PAD, 128 * 2**10)
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") else None
