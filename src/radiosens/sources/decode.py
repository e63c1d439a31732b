"""Bring text to one form: UTF-8, lines that end in a line feed, no mark in front."""

from __future__ import annotations

import codecs

from radiosens.sources.foreign import refuse_foreign
from radiosens.sources.source import FORMATS, Source

__all__ = ["as_utf8"]

_MARKS = {  # the longer ones first: UTF-32's begins with UTF-16's
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_PROBED = 4096
_MARKUP = ("<!doctype", "<html", "<?xml", "<head")
READS = f"radiosens reads {FORMATS}"


def as_utf8(raw: bytes, source: Source) -> bytes:
    r"""Return text as UTF-8 with ``\n`` at line ends.

    A byte order mark decides; else UTF-16 is told by zeros in every other byte; else UTF-8, and
    where it is none Windows-1252, which old GEO submissions and spreadsheets use.

    Raises
    ------
    InputError
        If it is no text, or a web page.

    Examples
    --------
    >>> as_utf8("a\tb\r\n".encode("utf-16"), Source("a.txt"))
    b'a\tb\n'
    """
    refuse_foreign(raw, source)
    encoding = _encoding(raw)
    if encoding != "utf-8":
        try:
            raw = raw.decode(encoding).encode()
        except (UnicodeDecodeError, UnicodeEncodeError):
            raise source.refusal(
                f"its text is damaged: it says it is {encoding.upper()} and is not",
                cure="save it again as UTF-8",
            ) from None
        if encoding != "utf-8-sig":
            source.note(f"the text is {encoding.upper()}")
    elif not raw.isascii():
        raw = _western(raw, source)
    if b"\x00" in raw:
        raise source.refusal("it is not text: it holds NUL bytes", cure=READS)
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if raw.endswith(b"\x1a"):  # the end of a file under DOS
        raw = raw.rstrip(b"\x1a")
    if not raw or raw.isspace():
        raise source.refusal("the file is empty", cure="download it again")
    if raw[:400].decode(errors="replace").lstrip().lower().startswith(_MARKUP):
        raise source.refusal(
            "it is a web page, not data",
            cure="the server sent an error page: download the file again",
        )
    return raw


def _encoding(raw: bytes) -> str:
    for mark, name in _MARKS.items():
        if raw.startswith(mark):
            return name
    head = raw[:_PROBED]
    if len(head) >= 4:
        for name, zeros, letters in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
            if head[zeros::2].count(0) > 0.8 * len(head[zeros::2]) and 0 not in head[letters::2]:
                return name
    return "utf-8"


def _western(raw: bytes, source: Source) -> bytes:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        source.note("the text is no UTF-8; read as Windows-1252")
        return raw.decode("cp1252", errors="replace").encode()
    return raw
