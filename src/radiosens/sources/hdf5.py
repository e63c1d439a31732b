"""See that an HDF5 file is sound before the library follows what it says.

The format: https://docs.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html. Links may lead out
of the file, or in a circle; and in a damaged heap of texts the library itself (2.0) goes in a
circle: it steps from object to object by their sizes, and a size of zero leads nowhere.
"""

from __future__ import annotations

import mmap
from typing import Any

from radiosens.sources.source import Source

__all__ = ["refuse_damaged_heaps", "refuse_links"]

_CURE = "write it again with AnnData.write_h5ad"
_DEEPEST = 12
#: A heap begins so (III.E, "Global Heap"): signature, version, three bytes reserved, its size.
_HEAP, _HEAD = b"GCOL\x01\0\0\0", 16


def refuse_damaged_heaps(source: Source) -> None:
    """Refuse a file whose heaps of texts can't be walked through to their ends.

    Raises
    ------
    InputError
        If an object of a heap has no size, or one that leads out of it.
    """
    with (
        source.path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw,
    ):
        at = raw.find(_HEAP)
        while at >= 0:
            if not _is_sound(raw, at):
                raise source.refusal("its texts are damaged: a heap has no end", cure=_CURE)
            at = raw.find(_HEAP, at + len(_HEAP))


def _is_sound(raw: mmap.mmap, at: int) -> bool:
    end = at + int.from_bytes(raw[at + 8 : at + 16], "little")
    if end > len(raw):
        return False
    place = at + _HEAD
    while place + _HEAD <= end:
        number = int.from_bytes(raw[place : place + 2], "little")
        size = int.from_bytes(raw[place + 8 : place + 16], "little")
        # Object 0 is what is free, its own head counted; others are filled up to eight bytes.
        size = size if number == 0 else _HEAD + (size + 7) // 8 * 8
        if size < _HEAD or place + size > end:
            return False
        place += size
    return True


def refuse_links(file: Any, source: Source) -> None:
    """Refuse links to other files, and links by name, which may go in circles.

    Parameters
    ----------
    file : h5py.File
        Open.
    source : Source
        For messages.

    Raises
    ------
    InputError
        Naming the link.
    """
    import h5py

    def walk(group: Any, depth: int) -> None:
        if depth > _DEEPEST:
            raise source.refusal("its groups are nested too deeply", cure=_CURE)
        for name in group:
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink | h5py.SoftLink):
                raise source.refusal(
                    f"{name!r} is a link to elsewhere", cure="store the data in the file itself"
                )
            item = group[name]
            if isinstance(item, h5py.Group):
                walk(item, depth + 1)
            elif isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
                raise source.refusal(
                    f"{name!r} is kept in another file", cure="store the data in the file itself"
                )

    walk(file, 0)
