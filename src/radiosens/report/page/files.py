"""The files of a result, on disk or about to be written, read as the page needs them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radiosens.errors import RunError
from radiosens.report.page.parts import Column, Table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ResultFiles", "records", "tables_of"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: What a page may read; figures and journals are not among it.
_READ = (".csv", ".json", ".txt")
_TOO_LARGE = 200_000_000


class ResultFiles:
    r"""What a command left, by name.

    Parameters
    ----------
    contents : mapping of str to bytes
        Files by name.
    where : object
        The directory, for messages.

    Examples
    --------
    >>> files = ResultFiles({"a.csv": b"sample,sf2\n'=1+1,0.50\n"})
    >>> files.table("a.csv", ["sample", "sf2"]).to_dict("records")
    [{'sample': '=1+1', 'sf2': '0.50'}]
    """

    def __init__(self, contents: Mapping[str, bytes], where: object = None) -> None:
        self.contents = contents
        self.where = where

    @classmethod
    def of_directory(cls, path: str | Path) -> ResultFiles:
        """Read the files of a directory that a page is made of.

        Raises
        ------
        RunError
            If it isn't there or can't be read.
        """
        path = Path(path)
        try:
            found = {
                p.name: p.read_bytes()
                for p in sorted(path.iterdir())
                if p.suffix in _READ and p.is_file() and p.stat().st_size < _TOO_LARGE
            }
        except OSError as error:
            raise RunError(
                f"it cannot be read ({error.strerror or error})",
                where=path,
                cure="name the directory that a command of radiosens has written",
            ) from None
        return cls(found, path)

    def __contains__(self, name: str) -> bool:
        return name in self.contents

    def table(self, name: str, columns: list[str]) -> pd.DataFrame:
        """Return a table with every cell as the text that stands in the file.

        The apostrophe that keeps a spreadsheet from running a cell is taken away.

        Parameters
        ----------
        name : str
        columns : list of str
            That it must have.

        Raises
        ------
        RunError
            If it is not there, or is no such table.
        """
        import pandas as pd

        try:
            table = pd.read_csv(io.BytesIO(self._bytes(name)), dtype=str, keep_default_na=False)
        except (ValueError, UnicodeDecodeError) as error:
            raise self._damaged(name, str(error)) from None
        missing = [column for column in columns if column not in table]
        if missing:
            raise self._damaged(name, f"it has no column {missing[0]!r}")
        return table.map(_without_guard)

    def optional_table(self, name: str, columns: list[str]) -> pd.DataFrame | None:
        """Return a table, or None where there is no such file."""
        return self.table(name, columns) if name in self else None

    def json(self, name: str) -> dict[str, Any]:
        """Return a JSON object.

        Raises
        ------
        RunError
            If it is not there, or is no JSON object.
        """
        try:
            content = json.loads(self._bytes(name))
        except (ValueError, RecursionError) as error:
            raise self._damaged(name, str(error)) from None
        if not isinstance(content, dict):
            raise self._damaged(name, "it holds no object")
        return content

    def text(self, name: str) -> str:
        """Return a text; nothing where there is no such file."""
        return self.contents.get(name, b"").decode("utf-8", errors="replace")

    def _bytes(self, name: str) -> bytes:
        if name not in self:
            raise RunError(
                f"there is no {name}, which the page is made of",
                where=self.where,
                cure="run the command again",
            )
        return self.contents[name]

    def _damaged(self, name: str, why: str) -> RunError:
        where = name if self.where is None else Path(str(self.where)) / name
        return RunError(f"it is damaged ({why})", where=where, cure="run the command again")


def _without_guard(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text


def records(table: pd.DataFrame) -> list[dict[str, str]]:
    """Return a table of texts as a mapping a row."""
    return [{str(k): str(v) for k, v in row.items()} for row in table.to_dict("records")]


def tables_of(
    files: ResultFiles, wanted: Iterable[tuple[str, str, Sequence[Column]]]
) -> list[Table]:
    """Return those tables that there are: file, title, and which columns are shown of each.

    A file without the first of its columns is refused as damaged.
    """
    found = []
    for file, title, columns in wanted:
        table = files.optional_table(file, [columns[0].name])
        if table is not None:
            found.append(Table.of(table, f"{Path(file).stem}-table", title, file, columns))
    return found
