"""What must hold of a matrix before a library builds objects of it.

Links out of an HDF5 file are refused, sizes and types checked, and a sparse matrix's indices too,
since compiled code follows them without asking.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from radiosens.errors import InputError
from radiosens.sources.gate import library
from radiosens.sources.parquet import MOST_VALUES
from radiosens.sources.source import Source

__all__ = ["CURE", "check_matrix", "check_sparse", "refuse_links"]

CURE = "write it again with AnnData.write_h5ad"
#: HDF5 stores what was never written as nothing: a small file can promise any size.
_MOST_TIMES = 400
_ALWAYS_ALLOWED = 2**28


def check_sparse(x: Any, source: Source) -> None:
    """Refuse a sparse matrix whose indices point outside it."""
    if x.shape[0] * x.shape[1] > MOST_VALUES:
        raise _too_large(x.shape, source)
    if hasattr(x, "check_format"):
        with library(source.where, "its sparse X is damaged", CURE):
            x.check_format(full_check=True)


def refuse_links(file: Any, source: Source) -> None:
    """Refuse links to other files, and links by name, which may go in circles."""
    import h5py

    def walk(group: Any, depth: int) -> None:
        if depth > 12:
            raise source.refusal("its groups are nested too deeply", cure=CURE)
        for name in group:
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink | h5py.SoftLink):
                raise source.refusal(
                    f"{name!r} is a link to elsewhere", cure="store the data in the file itself"
                )
            item = group[name]
            if isinstance(item, h5py.Group):
                walk(item, depth + 1)
            elif item.external or item.is_virtual:
                raise source.refusal(
                    f"{name!r} is kept in another file", cure="store the data in the file itself"
                )

    walk(file, 0)


def check_matrix(x: Any, source: Source) -> None:
    """See that X is numbers of a size that the file can hold, and its indices are inside."""
    import h5py

    if isinstance(x, h5py.Dataset):
        if x.dtype.kind not in "fiub":
            raise source.refusal("X holds text or objects, not numbers", cure="put numbers into X")
        shape = x.shape
        parts = [x]
    else:
        kind = str(x.attrs.get("encoding-type", x.attrs.get("h5sparse_format", "")))
        shape = tuple(int(n) for n in x.attrs.get("shape", x.attrs.get("h5sparse_shape", ())))
        parts = [x[k] for k in ("data", "indices", "indptr")]
        if any(
            p.dtype.kind not in allowed
            for p, allowed in zip(parts, ("fiub", "iu", "iu"), strict=True)
        ):
            raise source.refusal("X holds text or objects, not numbers", cure="put numbers into X")
        _check_pointers(parts, shape, "csc" in kind, source)
    if len(shape) != 2:
        raise source.refusal(f"X has {len(shape)} dimensions, not 2", cure="put a matrix into X")
    held = sum(p.size * p.dtype.itemsize for p in parts)
    allowed = max(_ALWAYS_ALLOWED, _MOST_TIMES * source.path.stat().st_size)
    if shape[0] * shape[1] > MOST_VALUES or held > allowed:
        raise _too_large(shape, source)


def _check_pointers(
    parts: list[Any], shape: tuple[int, ...], by_column: bool, source: Source
) -> None:
    """Refuse indices that point outside the matrix, before compiled code follows them."""
    data, indices, indptr = parts
    pointers, places = indptr[...], indices[...]
    rows, columns = shape[::-1] if by_column else shape
    wrong: list[Callable[[], bool]] = [
        lambda: pointers.shape != (rows + 1,),
        lambda: data.shape != places.shape or places.ndim != 1,
        lambda: pointers[0] != 0 or int(pointers[-1]) != len(places),
        lambda: bool((np.diff(pointers.astype(np.int64)) < 0).any()),
        lambda: len(places) > 0 and (int(places.min()) < 0 or int(places.max()) >= columns),
    ]
    if any(test() for test in wrong):
        raise source.refusal("its sparse X is damaged: indices don't fit its shape", cure=CURE)


def _too_large(shape: tuple[int, ...], source: Source) -> InputError:
    return source.refusal(
        f"its X of {' × '.join(f'{n:,}' for n in shape)} is larger than can be read",
        cure="read fewer samples or features",
    )
