"""The one gate between libraries and data: what a library raises on a file is a refusal.

A reader calls a library inside `library`. Whatever comes out of it there is the file's fault
and becomes one `InputError`; what our own code raises elsewhere stays a bug and is seen as one.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path

from radiosens.errors import InputError, RadiosensError

__all__ = ["library", "printable"]

#: Most characters of a message's part; a message has three.
LONGEST = 180


def printable(text: object, longest: int = LONGEST) -> str:
    r"""Return text fit for one line of a terminal: control characters escaped, cut if long.

    Examples
    --------
    >>> printable("a\x1b[31mb\nc")
    'a\\x1b[31mb\\nc'
    >>> printable("x" * 500, longest=5)
    'xxxx…'
    """
    shown = escaped(str(text))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def escaped(text: str) -> str:
    """Write every character that a terminal would not print as an escape."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


@contextlib.contextmanager
def library(where: Path | str, what: str, cure: str) -> Iterator[None]:
    """Turn whatever a library raises on data into one `InputError`.

    Wrap the library's call and nothing else, so that our own faults are not taken for the
    file's. A library's warnings about the data are silenced: we say ourselves what matters.

    Parameters
    ----------
    where : Path or str
        The file.
    what : str
        What is wrong if it fails; the library's own words follow in brackets.
    cure : str
        What to do then.

    Raises
    ------
    InputError
        For any exception but our own refusals and what is no error (Ctrl-C).

    Examples
    --------
    >>> with library("a.parquet", "it is not a readable Parquet file", "write it again"):
    ...     raise KeyError("no magic bytes")
    Traceback (most recent call last):
    radiosens.errors.InputError: a.parquet: it is not a readable Parquet file ('no magic bytes'); write it again
    """  # noqa: E501
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except RadiosensError:
        raise
    except MemoryError:
        raise InputError(
            "it does not fit into memory",
            where=printable(where),
            cure="read fewer samples or features, or use a larger machine",
        ) from None
    except Exception as error:
        said = (str(error).strip().splitlines() or [""])[0] or type(error).__name__
        raise InputError(
            f"{what} ({printable(said, 120)})", where=printable(where), cure=cure
        ) from None
