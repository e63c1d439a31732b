"""Read Parquet tables, as pandas, R's arrow and databases write them."""

from __future__ import annotations

import decimal
import math
from typing import Any

import numpy as np
import pandas as pd

from radiosens.errors import InputError
from radiosens.sources.block import Block
from radiosens.sources.gate import library
from radiosens.sources.labels import is_annotation
from radiosens.sources.missing import is_missing
from radiosens.sources.naming import is_index, is_row_numbers
from radiosens.sources.numbers import POINT, looks_like_number, parse_field
from radiosens.sources.source import Source

__all__ = ["frame_to_block", "read_parquet"]

#: Values of a table, rows times columns, that are read; more don't fit into a usual memory.
MOST_VALUES = 4_000_000_000
_WHAT = "it is not a readable Parquet file"
_CURE = "write it again, for example with pandas.DataFrame.to_parquet"


def read_parquet(source: Source) -> Block:
    """Read a Parquet file.

    Raises
    ------
    InputError
        If it is damaged, or pyarrow isn't installed.
    """
    try:
        import pyarrow.parquet as pq
    except ImportError:
        raise InputError(
            "Parquet files need pyarrow",
            where=source.where,
            cure="pip install 'radiosens[parquet]'",
        ) from None
    with library(source.where, _WHAT, _CURE):
        meta = pq.read_metadata(source.path)
        rows, columns = meta.num_rows, meta.num_columns
    if rows * columns > MOST_VALUES:
        raise source.refusal(
            f"it promises {rows:,} rows of {columns:,} columns", cure="read a part of it"
        )
    with library(source.where, _WHAT, _CURE):
        frame = pd.read_parquet(source.path, engine="pyarrow")
    if frame.empty:
        raise source.refusal("the table holds no values", cure="check the file")
    return frame_to_block(frame, source)


def frame_to_block(frame: pd.DataFrame, source: Source) -> Block:
    """Part a frame into numbers and texts; its row numbers are no text.

    Raises
    ------
    InputError
        If a column holds something that is neither number nor text, or there are no numbers.
    """
    texts, said = _index_texts(frame.index)
    header, header_said = _index_texts(frame.columns, numbers_too=True)
    found = [
        None if _is_beside(name, frame.iloc[:, i]) else _numbers(frame.iloc[:, i])
        for i, name in enumerate(header[0])
    ]
    if all(values is None for values in found):
        found = _numbers_as_text(frame, header[0], named=bool(texts), source=source)
    numeric = [i for i, values in enumerate(found) if values is not None]
    columns = [values for values in found if values is not None]
    for i, name in enumerate(header[0]):
        if found[i] is None:
            texts.append(_texts(frame.iloc[:, i], name, source))
            said.append(name)
    if not columns:
        raise source.refusal("the table holds no values", cure="check the file")
    if not texts:
        texts, said = [[str(i) for i in range(len(frame))]], [""]
    with np.errstate(over="ignore"):
        values = np.column_stack(columns).astype(np.float32, copy=False)
    return Block(
        values=values,
        columns=[[h[i] for i in numeric] for h in header],
        columns_said=header_said,
        texts=texts,
        texts_said=said,
    )


def _is_beside(name: str, column: pd.Series) -> bool:
    """Tell whether a column names, describes or counts rows."""
    if is_annotation(name):
        return True
    return is_index(name) and is_row_numbers([str(v) for v in column])


def _index_texts(index: pd.Index, numbers_too: bool = False) -> tuple[list[list[str]], list[str]]:
    """Return an axis's names, one list a level; row numbers that nobody wrote are none."""
    if isinstance(index, pd.RangeIndex) and not numbers_too:
        return [], []
    texts = [[_word(v) for v in index.get_level_values(level)] for level in range(index.nlevels)]
    return texts, ["" if n is None else str(n) for n in index.names]


def _numbers(column: pd.Series) -> Any:
    """Return a column's numbers, None if it is one of texts."""
    if pd.api.types.is_bool_dtype(column) or isinstance(column.dtype, pd.CategoricalDtype):
        return None
    if pd.api.types.is_complex_dtype(column):
        return None
    if pd.api.types.is_numeric_dtype(column):
        with np.errstate(over="ignore"):  # an infinite value is refused where all is looked at
            return column.to_numpy(dtype=np.float64, na_value=np.nan).astype(np.float32)
    given = [v for v in column if v is not None and v is not pd.NA]
    if given and all(isinstance(v, decimal.Decimal | float | int) for v in given):
        if all(isinstance(v, float) and math.isnan(v) for v in given):
            return None
        return np.array([math.nan if v is None or v is pd.NA else float(v) for v in column])
    return None


def _numbers_as_text(
    frame: pd.DataFrame, names: list[str], *, named: bool, source: Source
) -> list[Any]:
    """Read numbers that were stored as text, where there are no others."""
    found: list[Any] = []
    for i, name in enumerate(names):
        fields = [_word(v) for v in frame.iloc[:, i]]
        is_name = is_annotation(name) or (i == 0 and not named)
        if is_name or not all(is_missing(f) or looks_like_number(f) for f in fields):
            found.append(None)
            continue
        try:
            found.append(np.array([parse_field(f, POINT) for f in fields]))
        except ValueError:
            raise source.refusal(
                "its numbers are texts with commas", column=name, cure="store them as numbers"
            ) from None
    if any(values is not None for values in found):
        source.note("its numbers are stored as texts")
    return found


def _texts(column: pd.Series, name: str, source: Source) -> list[str]:
    texts = []
    for value in column:
        if isinstance(value, list | dict | np.ndarray):
            raise source.refusal("it holds lists or records", column=name, cure="unfold it")
        texts.append(_word(value))
    return texts


def _word(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="backslashreplace")
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = str(value)
    return "" if is_missing(text) else text
