"""What is read knows its own name: it words its refusals and says what was understood."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from radiosens import errors
from radiosens.errors import InputError
from radiosens.sources.gate import printable

__all__ = ["FORMATS", "Source", "some"]

#: What can be read, as help, messages and documentation have it.
FORMATS = "series matrix, csv, tsv, xlsx, gct, parquet, h5ad"

_ENDS = re.compile(
    r"(\.(genes|isoforms|results|fpkm_tracking|tracking|quant|sf|txt|tsv|csv|tab|htseq|counts?"
    r"|gz|bz2|xz|zip|xlsx|parquet|out)|[._](readspergene|counts?))+$",
    re.IGNORECASE,
)
#: What programs call their output in a folder that is called like the sample.
_EVERY = frozenset({"quant", "abundance", "genes", "isoforms", "counts", "readspergene", "gene"})

logger = logging.getLogger("radiosens.sources")


def some(names: Iterable[object], most: int = 5) -> str:
    """Name the first few of many.

    Examples
    --------
    >>> some(["a", "b", "c"], most=2)
    'a, b, … (3 in all)'
    """
    listed = [printable(n, 40) for n in names]
    shown = ", ".join(listed[:most])
    return shown if len(listed) <= most else f"{shown}, … ({len(listed):,} in all)"


@dataclass(frozen=True)
class Source:
    """A file, or an object in memory, that expression or a sample sheet is read from.

    Attributes
    ----------
    where : Path or str
        The path as the user gave it, or a word for what is in memory.
    called : str
        The file's name as its user knows it, where it lies under another: an upload.
    """

    where: Path | str
    called: str = ""

    @classmethod
    def of(cls, given: str | Path | Source) -> Source:
        """Return a source as it is, and a path as a source.

        Examples
        --------
        >>> Source.of("folder/a.csv").name, Source.of(Source(Path("file1"), "a.csv")).name
        ('a.csv', 'a.csv')
        """
        return given if isinstance(given, Source) else cls(Path(given))

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self.where)

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        if self.called:
            return self.called
        return self.where.name if isinstance(self.where, Path) else self.where

    @property
    def sample(self) -> str:
        """What its one sample is called: the file without endings, or its folder.

        Examples
        --------
        >>> Source(Path("MCF7_ReadsPerGene.out.tab")).sample
        'MCF7'
        >>> Source(Path("runs/MCF7/quant.sf")).sample
        'MCF7'
        """
        name = _ENDS.sub("", self.name) or self.name
        if isinstance(self.where, Path) and not self.called and name.lower() in _EVERY:
            return self.where.absolute().parent.name or name
        return name

    def refusal(
        self,
        what: str,
        *,
        cure: str,
        line: int | None = None,
        column: object = None,
        sample: object = None,
        kind: type[InputError] = InputError,
    ) -> InputError:
        """Word a refusal: what is wrong, where in this source, what to do.

        Examples
        --------
        >>> print(Source("a.csv").refusal("'x' is no number", line=3, cure="mend it"))
        a.csv, line 3: 'x' is no number; mend it
        """
        where = printable(self.called or self.where, 120)
        if line is not None:
            where += f", line {line}"
        if column is not None:
            where += f", column {printable(repr(column), 40)}"
        if sample is not None:
            where += f", sample {printable(repr(sample), 40)}"
        return kind(printable(what, 160), where=where, cure=printable(cure, 110))

    def note(self, text: str) -> None:
        """Say what was understood."""
        logger.info("%s: %s", printable(self.name, 80), printable(text, 300))

    def warn(self, text: str) -> None:
        """Say what was guessed or changed without being asked for, and may move numbers."""
        warnings.warn(
            f"{printable(self.name, 80)}: {printable(text, 300)}",
            errors.RadiosensWarning,
            stacklevel=2,
        )
