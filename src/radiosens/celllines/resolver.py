"""From any text to the line it names: a known one, one derived from it, or none."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache

from radiosens.celllines.spelling import normalise
from radiosens.celllines.sublines import is_benign, is_derived, is_glued
from radiosens.celllines.table import EXCLUDED, known_lines
from radiosens.errors import UnknownLineError

__all__ = ["Named", "Resolver", "resolve_line", "resolver"]

# What parts a name from the words of a title behind it.
_GOES_ON = " \t,;:(["
# "MCF7 ADR rep1", "A549-DDP (replicate 2)": replicates of one derived line.
_REPLICATE = re.compile(r"[\s_,.(-]+(bio|tech)?[ _.-]?rep(licate)?s?[ _.-]?\d+\)?$", re.IGNORECASE)
# No line's name is longer, with whatever a data base adds to it.
_LONGEST = 100
_ANY_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Named:
    """What a text was read as.

    Attributes
    ----------
    line : str or None
        The known line.
    parent : str or None
        The known line that the named one was derived from, or whose name it begins with: its
        SF2 does not hold, its donor does.
    name : str
        The derived line's own name, as the text has it without replicates.
    words : str
        What follows a known line in a title and is not understood: a treatment, or something
        that was made of the line.
    """

    line: str | None = None
    parent: str | None = None
    name: str = ""
    words: str = ""


_NOBODY = Named()


@dataclass(frozen=True)
class Resolver:
    """Maps spellings to lines; built once by `resolver`.

    Attributes
    ----------
    spellings : dict of str to str
        Normalised spelling to the line's name.
    """

    spellings: dict[str, str]

    def find(self, text: str) -> str | None:
        """Return the known line that a text names, or None; a derived line is none.

        The text is a bare name, or a title that begins with one and goes on after a
        blank, as array titles do ("LE:CCRF_CEM 113384hp133a11"). The longest beginning
        that is a known spelling counts.

        Examples
        --------
        >>> [resolver().find(s) for s in ("LE:HL_60 1132hp", "A549_rep1", "MCF-7/ADR", "U2OS")]
        ['HL-60', 'A549', None, None]
        """
        return self.read(text, title=True).line

    def read(self, text: str, *, title: bool = False) -> Named:
        """Read a name, or a title that begins with one.

        Parameters
        ----------
        text : str
            A line's name, or an array's title.
        title : bool
            Whether words may follow the name, of which only those that tell a derived line
            count. A bare name with more than replicates behind it is another line.

        Examples
        --------
        >>> resolver().read("MCF-7/ADR")
        Named(line=None, parent='MCF7', name='MCF-7/ADR', words='')
        >>> resolver().read("NCI/ADR-RES").line
        'NCI/ADR-RES'
        """
        text = text.strip()
        key = normalise(text[:_LONGEST])
        if len(text) <= _LONGEST and key in self.spellings:
            return Named(line=self.spellings[key])
        if not any(key[:n] in self.spellings for n in range(2, len(key) + 1)):
            return _NOBODY  # nearly all names of genes, which are asked for as well
        begun = self._beginning(text)
        if begun is None:
            return self._glued(text)
        line, end = begun
        rest = text[end:]
        if is_derived(rest):
            return Named(parent=line, name=_REPLICATE.sub("", text))
        benign = is_benign(rest)
        if benign or (title and rest[0] in _GOES_ON):
            return Named(line=line, words="" if benign else rest.strip())
        return Named(parent=line, name=text)

    def nearest(self, text: str, n: int = 3) -> list[str]:
        """Return up to `n` known lines spelled most like the text."""
        close = difflib.get_close_matches(normalise(text), self.spellings, n=2 * n, cutoff=0.4)
        return list(dict.fromkeys(self.spellings[c] for c in close))[:n]

    def _beginning(self, text: str) -> tuple[str, int] | None:
        """Return the line of the longest beginning that is a spelling, and where it ends."""
        ends = [m.end() for m in _ANY_WORD.finditer(text)]
        # "HL-60(TB) rep1": a stock's bracket belongs to the name.
        ends += [m.start() for m in re.finditer(r"\s", text)]
        for end in sorted({e for e in ends if e <= _LONGEST}, reverse=True):
            line = self.spellings.get(normalise(text[:end]))
            if line is not None:
                return line, end
        return None

    def _glued(self, text: str) -> Named:
        first = text.split(maxsplit=1)[0] if text else ""
        if len(first) > _LONGEST:
            return Named()
        key = normalise(first)
        for n in range(len(key) - 1, 2, -1):
            line = self.spellings.get(key[:n])
            if line is not None and is_glued(key[:n], key[n:]):
                return Named(parent=line, name=first)
        return Named()


@cache
def resolver() -> Resolver:
    """Return the resolver over all known lines and the excluded ones."""
    spellings: dict[str, str] = {}
    table = known_lines()
    for line, aliases, depmap in zip(table.index, table["aliases"], table["depmap"], strict=True):
        for name in (str(line), *str(aliases).split(";"), str(depmap)):
            if name.strip():
                spellings[normalise(name)] = str(line)
    spellings.update({normalise(name): name for name in EXCLUDED})
    return Resolver(spellings)


_TO_SHEET = "name the line in a sample sheet (--samples), with its sf2 if it is a new one"


def resolve_line(name: str, *, where: object = None, remedy: str = _TO_SHEET) -> str:
    """Return the one name of the line that a spelling stands for.

    Parameters
    ----------
    name : str
        Any spelling: a CellMiner name, a DTP name, a CCLE name, a DepMap id, an array title.
    where : object, optional
        The file the name was found in, for the message.
    remedy : str
        What to do if the line is a new one, for the message.

    Raises
    ------
    UnknownLineError
        If no line is spelled so; the message names the nearest known lines, or the parent whose
        SF2 a derived line does not have.

    Examples
    --------
    >>> [resolve_line(s) for s in ("786-0", "PR:DU_145(DTP)", "LE:CCRF_CEM 113384hp133a11")]
    ['786-O', 'DU-145', 'CCRF-CEM']
    """
    read = resolver().read(name, title=True)
    if read.line is not None:
        return read.line
    if read.parent is not None:
        raise UnknownLineError(
            f"unknown cell line {read.name!r}: by its name it was made from {read.parent}",
            where=where,
            cure=f"the SF2 of {read.parent} does not hold for it: {remedy}",
        )
    near = resolver().nearest(name)
    raise UnknownLineError(
        f"unknown cell line {name!r}",
        where=where,
        cure=(f"the nearest known names are {', '.join(near)}" if near else "no known name is near")
        + f"; {remedy}",
    )
