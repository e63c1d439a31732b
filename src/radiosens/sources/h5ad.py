"""Read h5ad files and AnnData objects: X, what is said of samples and features, and no more.

X stays where it is until some of its rows are asked for.

The format: https://anndata.readthedocs.io/en/latest/fileformat-prose.html. A file is looked at
before a library builds objects of it: links out of it are refused, sizes and types are checked,
and a sparse matrix's indices too, since compiled code follows them without asking.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse

from radiosens.errors import InputError
from radiosens.sources.expression import Expression
from radiosens.sources.gate import library
from radiosens.sources.hdf5 import refuse_damaged_heaps, refuse_links
from radiosens.sources.labels import feature_like, sample_like
from radiosens.sources.naming import names_of, share_of_lines
from radiosens.sources.parquet import MOST_VALUES
from radiosens.sources.rows import Rows
from radiosens.sources.source import Source, some
from radiosens.sources.table import assemble

if TYPE_CHECKING:
    import anndata as ad

__all__ = ["from_anndata", "read_h5ad"]

_WHAT = "it is not a readable h5ad file"
_CURE = "write it again with AnnData.write_h5ad"
#: HDF5 stores what was never written as nothing: a small file can promise any size.
_MOST_TIMES = 400
_ALWAYS_ALLOWED = 2**28
#: Samples of a chunk from which a file isn't read by samples.
_MOST_IN_CHUNK = 2_048


def read_h5ad(source: Source, known: frozenset[str]) -> Expression:
    """Look at an h5ad file as it stands, on the file's own scale.

    Raises
    ------
    InputError
        If it is damaged, holds links or anything but numbers in X, or promises more than it
        can hold.
    """
    import h5py
    from anndata.io import read_elem

    with library(source.where, _WHAT, _CURE):
        refuse_damaged_heaps(source)
        file = h5py.File(source.path, "r")
    with file:
        with library(source.where, _WHAT, _CURE):
            refuse_links(file, source)
            if "X" not in file or file.attrs.get("encoding-type", "anndata") != "anndata":
                raise _without_x(list(file.get("layers", {})), source, list(file))
            _check_matrix(file["X"], source)
            rows = _rows_on_disk(file["X"], source)
            obs, var = (read_elem(file[k]) for k in ("obs", "var"))
            uns = {
                k: read_elem(file["uns"][k])
                for k in ("simulated", "log1p")
                if k in file.get("uns", {})
            }
            layers = list(file.get("layers", {}))
            raw = "raw" in file and "X" in file["raw"]
        if not all(isinstance(f, pd.DataFrame) for f in (obs, var)):
            raise source.refusal("its obs and var are no tables", cure=_CURE)
    return _build(rows, obs, var, uns, (layers, raw), known, source)


def from_anndata(adata: ad.AnnData, known: frozenset[str], source: Source) -> Expression:
    """Take an AnnData in memory as a file would be; the object is left as it is.

    Raises
    ------
    InputError
        See `read_h5ad`.
    """
    import h5py

    x = adata.X
    if x is None:
        raise _without_x(list(adata.layers), source)
    with library(source.where, "its X can't be read", "put an array or a sparse matrix into X"):
        if hasattr(x, "to_memory"):
            x = x.to_memory()
        elif not sparse.issparse(x) and not isinstance(x, h5py.Dataset):
            x = np.asarray(x)
    uns = {k: adata.uns[k] for k in ("simulated", "log1p") if k in adata.uns}
    kept = (list(adata.layers), adata.raw is not None)
    return _build(_rows(x, source), adata.obs, adata.var, uns, kept, known, source)


def _without_x(layers: list[str], source: Source, parts: Sequence[str] = ()) -> InputError:
    if "matrix" in parts:
        kind = "loom" if "row_attrs" in parts else "Cell Ranger's HDF5"
        return source.refusal(
            f"it is {kind}, not h5ad", cure="read it with scanpy, and write it with write_h5ad"
        )
    there = f", but the layers {some(layers, 3)}" if layers else ""
    return source.refusal(f"it has no X{there}", cure="put the expression values into X")


def _build(
    values: Rows,
    obs: pd.DataFrame,
    var: pd.DataFrame,
    uns: dict[str, Any],
    kept: tuple[list[str], bool],
    known: frozenset[str],
    source: Source,
) -> Expression:
    if values.shape != (len(obs), len(var)):
        raise source.refusal(
            f"X is {values.shape[0]:,} × {values.shape[1]:,} for"
            f" {len(obs):,} samples and {len(var):,} features",
            cure=_CURE,
        )
    samples, further = _axis(obs, known, source, numbered=True)
    features, beside = _axis(var, frozenset(), source, numbered=False)
    _refuse_turned(samples, features, source)
    kinds = {c: [str(v) for v in col] for c, col in beside.items() if col.dtype == object}
    found = assemble(values, samples, features, {}, kinds, source)
    for name, column in further.items():
        if name != "title" or not column.isna().any():
            found.obs[name] = column.to_numpy()
    found.uns["simulated"] = bool(np.any(uns["simulated"])) if "simulated" in uns else False
    if "log1p" in uns:
        found.uns["log1p"] = uns["log1p"]
    layers, raw = kept
    found.uns["kept beside X"] = [*(f"layer {n!r}" for n in layers), *(["raw"] if raw else [])]
    return found


def _axis(
    frame: pd.DataFrame, known: frozenset[str], source: Source, *, numbered: bool
) -> tuple[list[str], dict[str, pd.Series]]:
    """Return an axis's names and, as plain text and numbers, what is said beside them.

    Samples may be numbered, since ``obs`` says what they are; features may not.
    """
    said = {str(c): _plain(frame[c]) for c in frame.columns if frame.columns.is_unique}
    texts = {n: [str(v) for v in c] for n, c in said.items() if c.dtype == object}
    index = [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in frame.index]
    candidates, called = [index, *texts.values()], ["", *texts]
    if numbered and names_of(candidates, called, known, source, final=False) is None:
        return index, said
    i = names_of(candidates, called, known, source)
    if not i:
        return index, said
    chosen = list(texts)[i - 1]
    return texts[chosen], {"name in obs" if n == chosen else n: c for n, c in said.items()}


def _refuse_turned(samples: list[str], features: list[str], source: Source) -> None:
    """Refuse an object whose features are called like cell lines or samples."""
    lines = share_of_lines(features) > 0.5 > share_of_lines(samples)
    if lines or (sample_like(features) and feature_like(samples)):
        raise source.refusal(
            f"it holds features as obs and samples as var ({features[0]!r}, …)",
            cure="transpose it: adata.T",
        )


def _plain(column: pd.Series) -> pd.Series:
    """Bring categories, nullable types and bytes to plain text or float64."""
    if pd.api.types.is_bool_dtype(column) or isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    elif pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column):
        return pd.Series(column.to_numpy(dtype=np.float64, na_value=np.nan), index=column.index)
    values = [
        None
        if v is None or v is pd.NA or (isinstance(v, float) and np.isnan(v))
        else (v.decode("utf-8", "replace") if isinstance(v, bytes) else v)
        for v in column.astype(object)
    ]
    return pd.Series(values, index=column.index, dtype=object)


def _rows(x: Any, source: Source) -> Rows:
    """Return the rows of a matrix in memory, after its structure was seen to be right."""
    x = x if sparse.issparse(x) or hasattr(x, "chunks") else np.asarray(x)
    if sparse.issparse(x):
        _check_sparse(x, source)
    if x.dtype.kind not in "fiub":
        raise source.refusal(
            f"X holds {'text or objects' if x.dtype.kind in 'OSU' else x.dtype}, not numbers",
            cure="put numbers into X",
        )
    if x.ndim != 2:
        raise source.refusal(f"X has {x.ndim} dimensions, not 2", cure="put a matrix into X")
    if not sparse.issparse(x):
        return Rows(x.shape, lambda a, b: x[a:b])
    by_row = x.tocsr()
    return Rows(x.shape, lambda a, b: by_row[a:b].toarray())


def _rows_on_disk(x: Any, source: Source) -> Rows:
    """Return the rows of a matrix in a file, which is opened again for each block of them.

    A sparse matrix kept by column, or chunks that go through many samples, are read whole: each
    block would need all of the file.
    """
    import h5py
    from anndata.io import read_elem, sparse_dataset

    dense = isinstance(x, h5py.Dataset)
    if dense:
        across = x.chunks is not None and x.chunks[0] > _MOST_IN_CHUNK
    else:
        across = "csr" not in str(x.attrs.get("encoding-type", x.attrs.get("h5sparse_format", "")))
    if across:
        return _rows(read_elem(x), source)
    shape = tuple(x.shape if dense else sparse_dataset(x).shape)

    def read(start: int, stop: int) -> Any:
        with library(source.where, _WHAT, _CURE), h5py.File(source.path, "r") as file:
            if dense:
                return file["X"][start:stop]
            part = sparse_dataset(file["X"])[start:stop]
            _check_sparse(part, source)
            return part.toarray()

    return Rows((int(shape[0]), int(shape[1])), read)


def _check_sparse(x: Any, source: Source) -> None:
    """Refuse a sparse matrix whose indices point outside it."""
    if x.shape[0] * x.shape[1] > MOST_VALUES:
        raise _too_large(x.shape, source)
    if hasattr(x, "check_format"):
        with library(source.where, "its sparse X is damaged", _CURE):
            x.check_format(full_check=True)


def _check_matrix(x: Any, source: Source) -> None:
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
        raise source.refusal("its sparse X is damaged: indices don't fit its shape", cure=_CURE)


def _too_large(shape: tuple[int, ...], source: Source) -> InputError:
    return source.refusal(
        f"its X of {' × '.join(f'{n:,}' for n in shape)} is larger than can be read",
        cure="read fewer samples or features",
    )
