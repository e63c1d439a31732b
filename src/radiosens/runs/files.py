"""Files written whole or not at all, and tables that no spreadsheet runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from radiosens.errors import RunError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["atomic_write", "csv_bytes"]


def atomic_write(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place and rename it there, so that nobody sees half of it.

    Parameters
    ----------
    path : Path
        The file; folders above it are made.
    write : callable
        Writes to the path it is given.

    Raises
    ------
    RunError
        If it can't be written; what stood there before still stands.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "new" / "a.txt"
    >>> atomic_write(file, lambda p: p.write_text("whole"))
    >>> file.read_text()
    'whole'
    """
    beside = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(beside)
        with beside.open("rb+") as file:  # on the disk before it takes the old one's place
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise RunError(
            f"it cannot be written ({error.strerror or error})",
            where=path,
            cure="free space or permissions, or choose another --out",
        ) from None


#: What makes a spreadsheet take a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(table: pd.DataFrame) -> bytes:
    r"""Write a table as CSV, numbers with all their digits.

    Text that a spreadsheet would run as a formula gets an apostrophe before it.

    Examples
    --------
    >>> import pandas as pd
    >>> csv_bytes(pd.DataFrame({"curve": ["=1+1"], "sf2": [-0.5]}))
    b"curve,sf2\n'=1+1,-0.5\n"
    """
    import pandas as pd

    harmless = table.copy(deep=False)
    harmless.columns = pd.Index([_harmless(str(c)) for c in table.columns])
    for column in harmless:
        if harmless[column].dtype == object or isinstance(harmless[column].dtype, pd.StringDtype):
            harmless[column] = harmless[column].map(
                lambda v: _harmless(v) if isinstance(v, str) else v
            )
    return harmless.to_csv(index=False, lineterminator="\n").encode()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
