"""Open a file whatever it is packed with, and stop where it unpacks to more than it could hold."""

from __future__ import annotations

import bz2
import gzip
import importlib
import io
import lzma
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO

from radiosens.errors import TruncatedError
from radiosens.sources.source import Source

__all__ = ["first_bytes", "is_workbook", "read_bytes", "refuse_bomb"]

#: Tables of numbers shrink to a third or a tenth; single-cell counts, mostly zeros, to a
#: fiftieth. Deflate itself can't pass 1,032 (RFC 1951), so that two megabytes may hold two
#: gigabytes of nothing.
MOST_TIMES = 150
#: Small files may unpack to this much whatever the ratio, in bytes.
ALWAYS_ALLOWED = 32 * 2**20
_PIECE = 2**20

_PACKED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
#: What is in workbooks of LibreOffice, Excel's binary ones, and of Numbers.
_NOT_XLSX = frozenset({"content.xml", "xl/workbook.bin", "Index/Document.iwa"})
_CUT = "the compressed file ends too early"
_AGAIN = "download it again"


def read_bytes(source: Source) -> bytes:
    """Read a file whole; undo gzip, bzip2, xz, zip and, from Python 3.14, zstd.

    How it is packed is told from its first bytes, not from its name.

    Raises
    ------
    InputError, TruncatedError
        If there is no such file, it can't be read, is empty, is damaged or cut, or unpacks
        to over `MOST_TIMES` its size.
    """
    head = first_bytes(source)
    packing = next((name for magic, name in _PACKED.items() if head.startswith(magic)), None)
    if packing is None:
        raw = source.path.read_bytes()
    else:
        with source.path.open("rb") as file:
            raw = _unpack(file, packing, source)
    if not raw or raw.isspace():
        raise source.refusal("the file is empty", cure=_AGAIN)
    return raw


def is_workbook(source: Source) -> bool:
    """Tell whether a file is an Excel workbook, from what it holds."""
    if not first_bytes(source).startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(source.path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return source.name.lower().endswith((".xlsx", ".xlsm"))


def refuse_bomb(source: Source) -> None:
    """Refuse a zip archive whose members are far larger than it could hold."""
    size = source.path.stat().st_size
    with zipfile.ZipFile(source.path) as archive:
        promised = sum(m.file_size for m in archive.infolist())
    if promised > max(ALWAYS_ALLOWED, MOST_TIMES * size):
        raise source.refusal(
            f"its {size:,} bytes unpack to {promised:,}, more than a workbook could",
            cure="save it again, or as csv",
        )


def first_bytes(source: Source) -> bytes:
    """Return how a file begins, eight bytes.

    Raises
    ------
    InputError
        If there is no such file, or it can't be read.
    """
    path = source.path
    try:
        if path.is_dir():
            raise source.refusal("it is a folder", cure="name a file in it")
        if not path.exists():
            raise source.refusal("there is no such file", cure="check the path")
        if not path.is_file():
            raise source.refusal("it is no plain file", cure="save what it gives to a file")
        with path.open("rb") as file:
            head = file.read(8)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or "no such path can be"
        raise source.refusal(f"it cannot be read ({said})", cure="check its permissions") from None
    if head.startswith(_OLD_EXCEL):
        raise source.refusal("it is a workbook of old Excel (.xls)", cure="save it as .xlsx or csv")
    return head


def _unpack(file: BinaryIO, packing: str, source: Source) -> bytes:
    size = source.path.stat().st_size
    limit = max(ALWAYS_ALLOWED, MOST_TIMES * size)
    pieces, total = [], 0
    try:
        with _open(file, packing, source) as stream:
            while piece := stream.read(_PIECE):
                total += len(piece)
                if total > limit:
                    raise source.refusal(
                        f"its {size:,} bytes unpack to over {limit:,}, more than a table could",
                        cure="if it is meant so, unpack it yourself and pass the result",
                    )
                pieces.append(piece)
    except EOFError:
        raise source.refusal(_CUT, cure=_AGAIN, kind=TruncatedError) from None
    except RuntimeError:  # zipfile's word for a password
        raise source.refusal("the archive is locked", cure="unpack it first") from None
    except (
        OSError,
        zlib.error,
        lzma.LZMAError,
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
    ):
        raise source.refusal("the compressed file is damaged", cure=_AGAIN) from None
    return b"".join(pieces)


def _open(file: BinaryIO, packing: str, source: Source) -> io.BufferedIOBase:
    if packing == "gzip":
        return gzip.GzipFile(fileobj=file)
    if packing == "bzip2":
        return bz2.BZ2File(file)
    if packing == "xz":
        return lzma.LZMAFile(file)
    if packing == "zip":
        return _only_member(file, source)
    try:
        zstd = importlib.import_module("compression.zstd")
    except ImportError:
        raise source.refusal(
            "it is packed with zstd, which Python before 3.14 can't undo", cure="unpack it first"
        ) from None
    return zstd.ZstdFile(file)  # type: ignore[no-any-return]


def _only_member(file: BinaryIO, source: Source) -> io.BufferedIOBase:
    archive = zipfile.ZipFile(file)
    if _NOT_XLSX.intersection(archive.namelist()):
        raise source.refusal("it is a workbook, but no .xlsx", cure="save it as .xlsx or csv")
    members = [
        m
        for m in archive.infolist()
        if not m.is_dir()
        and not m.filename.startswith("__MACOSX/")
        and not PurePosixPath(m.filename).name.startswith(".")
    ]
    if len(members) != 1:
        names = ", ".join(m.filename for m in members[:4]) or "none"
        raise source.refusal(
            f"the archive holds {len(members)} files ({names})", cure="unpack it and pass one"
        )
    return archive.open(members[0])  # type: ignore[return-value]
