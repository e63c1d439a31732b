"""Files that are broken on purpose, in every format and every way: none but a refusal may come.

    python hostile.py FIRST COUNT FOLDER

makes cases FIRST to FIRST + COUNT - 1 in FOLDER, reads each, and prints what was wrong as a line
of JSON each. It runs as a process of its own, so that one that dies is seen: ``FOLDER/case`` names
the case under way. A case is known by its number alone.

What is read must be what was written: each value under its own names, but for fields that the case
itself changed. Where anything may have changed (bytes of a file without a checksum) it must be
finite, and have as many names as values.
"""

# ruff: noqa: PLR0912, PLW0603, SIM905, T201, RUF017, PLW0108
from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import re
import resource
import signal
import sys
import traceback
import warnings
import zipfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse

from radiosens.errors import RadiosensError
from radiosens.panel import load_panel
from radiosens.sources import read_expression

LINES = ["A549", "MCF7", "HL-60", "M14", "786-O"]
GENES = """TP53 ALB AR JUN STAT1 PRKCB RELA ABL1 SUMO1 PAK2 GC MYC HDAC1 IRF1 EGFR ERBB2 KRAS NRAS
BRAF PTEN RB1 CDK4 CDK6 CCND1""".split()
#: Fields that no table of numbers should hold, and some that it may.
WORDS = """1e999 -1e999 1e400 nan NaN inf -inf Infinity ² ١٢ ½ 1,2,3 1.2.3 1_000 0x1F 1e5 1e-320 -0 +5 5. .5
-- - NA #N/A #DIV/0! =1+1 =cmd|'/C_calc'!A0 @SUM(A1) True FALSE 12:30 2-Sep 2020-01-01 7,3 1.234,5 7%
7.5e 1e+ $7 (7) 7*  ８ 7\u200b 7\u00a0 \u202e7 \ufeff7 7\u2028 7\x0b 7\x1c 7\x85 \x1b[31m7 \ud7ff 1d5 7f NULL
9007199254740993 123456789012345678901234567890 4294967296 -9999 99999 65536 Inf% {}[] <td> ' '' NA%
__import__('os') ../../etc/passwd %s%n""".split(" ") + ["", " ", '"', '""', '"7', '7"', "7 8", "\t", "a" * 70_000, "7" * 400]  # fmt: skip
MARKS = ["\n", "\r", "\r\n", "\n\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\n\r"]
SCALED = {
    "log2": lambda x: x,
    "centred": lambda x: x,
    "linear, converted to log2": lambda x: np.log2(np.maximum(x, 0) + 1),
}


@dataclass
class Case:
    """A file, and what may be other than the table it was made of."""

    name: str
    raw: bytes
    how: str
    touched: set = field(default_factory=set)  # (line, gene) that the case changed
    anything: bool = False  # whether any value may have changed


@cache
def table(many=False):
    rng = np.random.default_rng(7)
    genes = [*GENES, *(f"ZNF{i}" for i in range(200, 310))]
    level = rng.normal(7.5, 2, (len(genes), 1))
    values = np.clip(rng.normal(level, 0.7, (len(genes), len(LINES))), 2, 15.5).round(3)
    return pd.DataFrame(values, genes, LINES).iloc[: None if many else len(GENES)]


# Text


def rows_of(frame):
    body = [[g, *map(repr, r)] for g, r in zip(frame.index, frame.to_numpy().tolist(), strict=True)]
    return [["gene", *frame.columns], *body]


def broken_rows(rng, rows):
    """Change fields, lines and columns; return rows, what was done, and which fields it touched."""
    rows = [list(r) for r in rows]
    what = rng.choice(["field", "fields", "line", "column", "ragged", "turn", "header", "nothing"])
    touched = set()
    n, m = len(rows), len(rows[0])
    i, j = int(rng.integers(n)), int(rng.integers(m))
    a, b = sorted(rng.integers(1, n, 2).tolist())
    if what in {"field", "fields"}:
        for _ in range(1 if what == "field" else int(rng.integers(2, 12))):
            i, j = int(rng.integers(n)), int(rng.integers(m))
            if i and j:
                touched.add((rows[0][j], rows[i][0]))
            rows[i][j] = str(rng.choice(WORDS))
    elif what == "line":
        kind = rng.choice(["delete", "twice", "swap", "junk", "empty", "all"])
        if kind == "delete":
            del rows[a]
        elif kind == "twice":
            rows.insert(b, rows[a])
        elif kind == "swap":
            rows[a], rows[b] = rows[b], rows[a]
        elif kind == "junk":
            rows.insert(i, [str(rng.choice(WORDS)) for _ in range(int(rng.integers(1, 2 * m)))])
        elif kind == "empty":
            rows.insert(i, [""] * int(rng.integers(1, m + 2)))
        else:
            rows = rows[: int(rng.integers(0, 2))]
        what = f"line {kind}"
    elif what == "column":
        kind = rng.choice(["delete", "twice", "swap", "junk", "dose"])
        k = int(rng.integers(m))
        for r, row in enumerate(rows):
            if kind == "delete":
                del row[j]
            elif kind == "twice":
                row.insert(k, row[j])
            elif kind == "swap":
                row[j], row[k] = row[k], row[j]
            elif kind == "junk":
                row.insert(k, str(rng.choice(WORDS)))
            else:
                row.insert(k, "dose_Gy" if r == 0 else str(r % 3))
        what = f"column {kind}"
    elif what == "ragged":
        kind = rng.choice(["short", "long", "join"])
        if kind == "short":
            del rows[i][j]
        elif kind == "long":
            rows[i].insert(j, str(rng.choice(WORDS)))
        else:
            rows[a : a + 2] = [sum(rows[a : a + 2], [])]
        what = f"ragged {kind}"
    elif what == "turn":
        rows = [list(r) for r in zip(*rows, strict=True)]
    elif what == "header":
        kind = rng.choice(["gone", "twice", "shifted", "values", "numbers"])
        if kind == "gone":
            del rows[0]
        elif kind == "twice":
            rows.insert(1, rows[0])
        elif kind == "shifted":
            rows[0] = rows[0][1:] + [""]
        elif kind == "values":
            rows[0] = rows[1]
        else:
            rows[0] = [str(k) for k in range(m)]
        what = f"header {kind}"
    return rows, what, touched


def broken_text(rng, kind):
    frame = table(bool(rng.random() < 0.3))
    rows, what, touched = broken_rows(rng, rows_of(frame))
    sep = {"csv": ",", "tsv": "\t", "semicolon": ";", "blanks": " "}.get(kind, "\t")
    above, below = [], []
    if kind == "series":
        names = frame.columns
        above = [
            ["!Series_title", '"x"'],
            ["!Sample_title", *(f'"{n}"' for n in names)],
            ["!Sample_geo_accession", *(f'"{n}"' for n in names)],
            ["!series_matrix_table_begin"],
        ]
        below = [["!series_matrix_table_end"]]
    elif kind == "gct":
        rows = [[*r[:1], "Description" if i == 0 else "na", *r[1:]] for i, r in enumerate(rows)]
        above = [["#1.2"], [str(len(frame)), str(frame.shape[1])]]
    elif kind == "gct3":
        rows = [[*r[:1], "Description" if i == 0 else "na", *r[1:]] for i, r in enumerate(rows)]
        rows.insert(1, ["cell", "na", *LINES])
        above = [["#1.3"], [str(len(frame)), str(frame.shape[1]), "1", "1"]]
    lines = [sep.join(map(str, r)) for r in [*above, *rows, *below]]
    if rng.random() < 0.15 and (above or below):
        k = int(rng.integers(len(lines)))
        lines[k] = str(rng.choice(WORDS))
        what += ", a line of the frame"
        anything = True
    else:
        anything = False
    mark = "\n" if rng.random() < 0.85 else str(rng.choice(MARKS))
    text = mark.join(lines) + mark
    if kind == "semicolon":
        text = re.sub(r"(\d)\.(\d)", r"\1,\2", text)
    odd = ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "utf-7"]
    encoding = "utf-8" if rng.random() < 0.8 else str(rng.choice(odd))
    raw = text.encode(encoding, "replace")
    if rng.random() < 0.05:
        raw = b"\xef\xbb\xbf" * 2 + raw
    return Case({"series": "x_series_matrix.txt", "gct": "x.gct", "gct3": "x.gct"}.get(kind, "x.csv"), raw, f"{kind}: {what}; {mark!r} {encoding}", touched, anything)  # fmt: skip


def broken_bytes(rng, raw):
    raw = bytearray(raw)
    what = str(
        rng.choice(
            ["flip", "flips", "cut", "zeros", "ff", "delete", "insert", "twice", "front", "swap"]
        )
    )
    n = len(raw)
    i = int(rng.integers(n))
    k = int(rng.integers(1, 64))
    if what.startswith("flip"):
        for _ in range(1 if what == "flip" else k):
            raw[int(rng.integers(n))] ^= 1 << int(rng.integers(8))
    elif what == "cut":
        del raw[i:]
    elif what in {"zeros", "ff"}:
        raw[i : i + k] = (b"\0" if what == "zeros" else b"\xff") * len(raw[i : i + k])
    elif what == "delete":
        del raw[i : i + k]
    elif what == "insert":
        raw[i:i] = rng.bytes(k)
    elif what == "twice":
        raw[i:i] = raw[i : i + 10 * k]
    elif what == "front":
        del raw[:k]
    else:
        j = int(rng.integers(n))
        raw[i : i + k], raw[j : j + k] = raw[j : j + k], raw[i : i + k]
    return bytes(raw), what


def zipped(raw, name="x.csv", more=0, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(name, raw)
        for i in range(more):
            archive.writestr(f"{i}.csv", raw)
    return out.getvalue()


PACK = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zip": zipped,
    "gz gz": lambda r: gzip.compress(gzip.compress(r)),
    "two members": lambda r: gzip.compress(r[: len(r) // 2]) + gzip.compress(r[len(r) // 2 :]),
    "gz and junk": lambda r: gzip.compress(r) + b"junk" * 9,
    "gz and zeros": lambda r: gzip.compress(r) + bytes(99),
    "alone": lambda r: lzma.compress(r, lzma.FORMAT_ALONE),
    "zip of two": lambda r: zipped(r, more=1),
    "zip of path": lambda r: zipped(r, "../../x.csv"),
    "zip lzma": lambda r: zipped(r, method=zipfile.ZIP_LZMA),
    "zip in zip": lambda r: zipped(zipped(r), "x.zip"),
    "locked zip": lambda r: (z := bytearray(zipped(r))).__setitem__(6, 1) or bytes(z),
}


def text_case(rng):
    kind = str(rng.choice(["csv", "csv", "tsv", "semicolon", "blanks", "series", "gct", "gct3"]))
    case = broken_text(rng, kind)
    if rng.random() < 0.25:
        pack = str(rng.choice(list(PACK)))
        case.raw, case.how = PACK[pack](case.raw), f"{case.how}; {pack}"
        if rng.random() < 0.4:
            case.raw, what = broken_bytes(rng, case.raw)
            case.how += f", bytes {what}"
    elif rng.random() < 0.2:
        case.raw, what = broken_bytes(rng, case.raw)
        case.how += f"; bytes {what}"
        case.anything = True
    return case


# HDF5


@cache
def h5ad_bytes(kind, many):
    frame = table(many)
    x = frame.to_numpy(np.float32).T
    x = {"dense": np.asarray, "csr": sparse.csr_matrix, "csc": sparse.csc_matrix}[kind](x)
    obs = pd.DataFrame({"cell_line": pd.Categorical(LINES), "n": range(5)}, index=LINES)
    obs["passage"] = pd.array([5, None, 4, 3, 2], dtype="Int64")
    obs["is"] = True
    var = pd.DataFrame({"length": 5, "kind": "gene"}, index=frame.index)
    out = io.BytesIO()
    path = Path(FOLDER) / "made.h5ad"
    ad.AnnData(x, obs, var, uns={"log1p": {"base": 2.0}}, layers={"counts": x}).write_h5ad(path)
    out.write(path.read_bytes())
    return out.getvalue()


def some_array(rng, like):
    """Make an array that is unlike another in type, shape or values."""
    n = max(1, int(like.size)) if isinstance(like, h5py.Dataset) else 5
    shape = like.shape if isinstance(like, h5py.Dataset) else (5,)
    kinds = [
        "text",
        "bytes",
        "object",
        "int",
        "float16",
        "bool",
        "complex",
        "record",
        "empty",
        "scalar",
    ]
    kinds += [
        "three",
        "longer",
        "shorter",
        "huge",
        "negative",
        "nan",
        "inf",
        "reference",
        "null",
        "enum",
        "array",
    ]
    kind = str(rng.choice(kinds))
    base = np.arange(n).reshape(shape)
    made = {
        "text": lambda: np.array(["x"] * n, dtype=h5py.string_dtype()).reshape(shape),
        "bytes": lambda: np.array([b"\xff\x00\x1b"] * n).reshape(shape),
        "object": lambda: np.array(["7.5"] * n, dtype=h5py.string_dtype("ascii")).reshape(shape),
        "int": lambda: base.astype(rng.choice(["i1", "u8", "i8", ">i4", "u1"])),
        "float16": lambda: (base % 9).astype("f2"),
        "bool": lambda: base % 2 == 0,
        "complex": lambda: base.astype("c8"),
        "record": lambda: np.zeros(shape, dtype=[("a", "f4"), ("b", "i4")]),
        "empty": lambda: np.zeros((0,) * len(shape)),
        "scalar": lambda: np.float32(7.0),
        "three": lambda: np.ones((2, 2, 2), dtype="f4"),
        "longer": lambda: np.ones(n + 7, dtype="i8"),
        "shorter": lambda: base.ravel()[: n // 2],
        "huge": lambda: np.full(shape, 2**62),
        "negative": lambda: -base - 1,
        "nan": lambda: np.full(shape, np.nan),
        "inf": lambda: np.full(shape, np.inf),
        "reference": lambda: np.array([like.file.ref] * n, dtype=h5py.ref_dtype).reshape(shape),
        "null": lambda: h5py.Empty("f4"),
        "enum": lambda: base.astype("i1") % 2,
        "array": lambda: np.zeros(3, dtype=("f4", (4,))),
    }[kind]()
    return made, kind


def broken_h5(rng, file):
    """Change one thing inside an HDF5 file; return what, and whether values may be others."""
    places = []
    file.visit(places.append)
    place = str(
        rng.choice(
            [p for p in places if not p.startswith("layers")] if rng.random() < 0.9 else places
        )
    )
    what = str(
        rng.choice(
            ["delete", "replace", "attribute", "gone", "link", "change", "add", "group", "promise"]
        )
    )
    if what == "promise" or (what == "change" and not isinstance(file[place], h5py.Dataset)):
        place = (
            "X"
            if isinstance(file["X"], h5py.Dataset)
            else f"X/{rng.choice(['data', 'indices', 'indptr'])}"
        )
    item = file[place]
    if what == "delete":
        del file[place]
    elif what in {"replace", "add", "group", "promise"}:
        attributes = dict(item.attrs)
        made, kind = some_array(rng, item)
        if what == "group":
            kind = "a group"
        if what == "promise":
            kind = "promised"
        where = place if what != "add" else f"{rng.choice(['obs', 'var', 'uns'])}/more"
        if what != "add":
            del file[place]
        if what == "group":
            file.create_group(place)
        elif what == "promise":
            n = int(rng.choice([10**5, 10**9, 10**15]))
            file.create_dataset(
                place, shape=(n, n) if place == "X" else (n,), dtype="f4", chunks=True
            )
        else:
            file[where] = made
        if rng.random() < 0.8:
            file[where].attrs.update(attributes)
        what += f" {kind}"
    elif what in {"attribute", "gone"}:
        names = list(item.attrs) or ["encoding-type"]
        name = str(rng.choice(names))
        if what == "gone" and name in item.attrs:
            del item.attrs[name]
        else:
            words = ["array", "csr_matrix", "csc_matrix", "dataframe", "dict", "string", "categorical", "9.9", "", "x" * 300, 7, -1, 1e300, [1, 2], [], [10**12, 10**12], [-1, 5], b"\xff", "nullable-integer", "awkward-array", "rec-array", "null", "string-array", "raw", "anndata"]  # fmt: skip
            item.attrs[name] = words[int(rng.integers(len(words)))]
        what += f" {name}"
    elif what == "link":
        del file[place]
        links = [h5py.SoftLink("/obs"), h5py.SoftLink("/" + place), h5py.SoftLink("/nowhere"), h5py.ExternalLink("/etc/passwd", "/x"), h5py.ExternalLink("x.h5ad", "/X")]  # fmt: skip
        file[place] = links[int(rng.integers(len(links)))] if rng.random() < 0.8 else file["/"]
    elif what == "change":
        values = item[...]
        if values.size and values.dtype.kind in "fiu" and values.ndim:
            flat = values.ravel()
            odd = (
                [-1, 2**31 - 1, flat.size, 0, 1]
                if values.dtype.kind != "f"
                else [np.nan, np.inf, -1.0, 1e38, 1e-40]
            )
            flat[int(rng.integers(flat.size))] = odd[int(rng.integers(5))]
            item[...] = values
    return f"{place} {what}", (
        what.split()[0]
        in {
            "replace",
            "change",
            "attribute",
            "gone",
            "promise",
        }
        and place.startswith("X")
    ) or place.startswith("uns")


def h5ad_case(rng):
    kind, many = str(rng.choice(["dense", "csr", "csc"])), bool(rng.random() < 0.3)
    raw = h5ad_bytes(kind, many)
    if rng.random() < 0.35:
        raw, what = broken_bytes(rng, raw)
        return Case("x.h5ad", raw, f"h5ad {kind}: bytes {what}", anything=True)
    path = Path(FOLDER) / "open.h5ad"
    path.write_bytes(raw)
    said, anything = [], False
    with h5py.File(path, "r+") as file:
        for _ in range(1 if rng.random() < 0.8 else 3):
            try:
                what, values = broken_h5(rng, file)
            except (KeyError, ValueError, TypeError, OSError, RuntimeError) as error:
                what, values = f"not possible ({type(error).__name__})", True
            said.append(what)
            anything |= values
    return Case(
        "x.h5ad",
        path.read_bytes(),
        f"h5ad {kind}: {', '.join(said)}",
        anything=anything or "index" in said[0],
    )


# Parquet


def odd_column(rng, n):
    odd = {
        "lists": lambda: pa.array([[1.0, 2.0]] * n),
        "records": lambda: pa.array([{"a": 1}] * n),
        "maps": lambda: pa.array([[("k", 1)]] * n, pa.map_(pa.string(), pa.int32())),
        "times": lambda: pa.array(range(n), pa.timestamp("ns")),
        "durations": lambda: pa.array(range(n), pa.duration("s")),
        "dates": lambda: pa.array(range(n), pa.date32()),
        "bytes": lambda: pa.array([b"\xff\x00"] * n),
        "dictionary": lambda: pa.array(["a", "b"] * n)[:n].dictionary_encode(),
        "none": lambda: pa.nulls(n),
        "bools": lambda: pa.array([True, None, False] * n)[:n],
        "decimals": lambda: pa.array(range(n), pa.decimal128(38, 0)),
        "wide": lambda: pa.array([2**64 - 1] * n, pa.uint64()),
        "half": lambda: pa.array(np.ones(n, "f2")),
        "texts": lambda: pa.array(
            [str(rng.choice(WORDS)).encode("utf-8", "replace").decode() for _ in range(n)]
        ),
        "infinite": lambda: pa.array([float("inf")] * n),
        "large": lambda: pa.array(["x" * 10_000] * n, pa.large_string()),
    }
    kind = str(rng.choice(list(odd)))
    return odd[kind](), kind


def parquet_case(rng):
    frame = table(bool(rng.random() < 0.3))
    frame = frame.T if rng.random() < 0.3 else frame
    frame = frame.rename_axis("gene" if frame.shape[0] > 5 else "cell_line")
    if rng.random() < 0.4:
        frame = frame.reset_index()
    made = pa.Table.from_pandas(frame)
    what = str(
        rng.choice(
            [
                "bytes",
                "replace",
                "add",
                "twice",
                "metadata",
                "rows",
                "columns",
                "nulls",
                "types",
                "names",
            ]
        )
    )
    touched = set()
    k = int(rng.integers(made.num_columns))
    name = made.column_names[k]
    if what in {"replace", "add"}:
        column, kind = odd_column(rng, made.num_rows)
        made = (
            made.set_column(k, name, column)
            if what == "replace"
            else made.add_column(k, "odd" if rng.random() < 0.5 else "", column)
        )
        what += f" {kind}"
        touched = {(line, g) for line in LINES for g in [name, *GENES] if name in {line, g}}
    elif what == "twice":
        made = made.add_column(0, name, made.column(k))
    elif what == "metadata":
        words = [b"{", b"null", b"[]", b'{"index_columns": ["gone"], "columns": []}', b'{"index_columns": [{"kind": "range", "name": null, "start": 0, "stop": 3, "step": 1}], "columns": [], "column_indexes": []}', b'{"index_columns": 7}', b"\xff" * 9, b"[" * 5000]  # fmt: skip
        made = made.replace_schema_metadata({b"pandas": words[int(rng.integers(len(words)))]})
    elif what == "rows":
        made = made.slice(0, int(rng.integers(3)))
    elif what == "columns":
        made = made.select(list(range(int(rng.integers(2)))))
    elif what == "nulls":
        made = made.set_column(k, name, pa.nulls(made.num_rows, made.column(k).type))
    elif what == "types":
        kinds = [pa.string(), pa.float16(), pa.decimal128(12, 3), pa.int64(), pa.large_string()]
        kind = kinds[int(rng.integers(len(kinds)))]
        arrays = []
        for column in made.columns:
            try:
                arrays.append(column.cast(kind, safe=False))
            except pa.ArrowException:
                arrays.append(column)
        made = pa.table(dict(zip(made.column_names, arrays, strict=True)))
        what += f" {kind}"
        touched = {
            (line, g) for line in LINES for g in frame.index if kind in kinds[1:4:2]
        } or touched
        touched |= {
            (line, g) for line in frame.index for g in frame.columns if kind in kinds[1:4:2]
        }
    elif what == "names":
        made = made.rename_columns(
            [str(rng.choice(["", "a\0b", "\x1b[31m", "x" * 300, c])) for c in made.column_names]
        )
    out = io.BytesIO()
    codec = str(rng.choice(["snappy", "gzip", "none", "zstd"]))
    pq.write_table(made, out, compression=codec, write_page_checksum=True)
    raw = out.getvalue()
    if what == "bytes":
        raw, how = broken_bytes(rng, raw)
        what += f" {how}"
    return Case(
        "x.parquet", raw, f"parquet {codec}: {what}", touched, what.startswith(("bytes", "types"))
    )


# Sheets


@cache
def workbook_bytes(many):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "data"
    for row in rows_of(table(many)):
        book.active.append(row if row[0] == "gene" else [row[0], *map(float, row[1:])])
    book.create_sheet("notes").append(["made by a test"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx_case(rng):
    import datetime as dt

    import openpyxl

    many = bool(rng.random() < 0.2)
    raw, touched, anything = workbook_bytes(many), set(), False
    what = str(rng.choice(["bytes", "cells", "xml", "member", "layout"]))
    if what == "bytes":
        raw, how = broken_bytes(rng, raw)
        what += f" {how}"
    elif what in {"cells", "layout"}:
        book = openpyxl.load_workbook(io.BytesIO(raw))
        sheet = book["data"]
        odd = [True, dt.datetime(2020, 3, 1), dt.time(1), "=1/0", "#DIV/0!", "=SUM(A:A)", "7,3", " 7.3 ", None, 10**300, -5, "x" * 40_000 if rng.random() < 0.1 else "x", "²", "\u202e7"]  # fmt: skip
        if what == "cells":
            for _ in range(int(rng.integers(1, 5))):
                i, j = (
                    int(rng.integers(1, sheet.max_row + 1)),
                    int(rng.integers(1, sheet.max_column + 1)),
                )
                touched.add((str(sheet.cell(1, j).value), str(sheet.cell(i, 1).value)))
                sheet.cell(i, j).value = odd[int(rng.integers(len(odd)))]
        else:
            kind = str(
                rng.choice(
                    ["merge", "second", "hidden", "far", "rows", "chart", "empty", "columns"]
                )
            )
            if kind == "merge":
                sheet.merge_cells("B2:C3")
                touched = {(line, g) for line in LINES[:2] for g in GENES[:2]}
            elif kind == "second":
                book.copy_worksheet(sheet)
            elif kind == "hidden":
                sheet.sheet_state = "hidden"
                book.active = 1
            elif kind == "far":
                sheet.cell(3000, 300).value = "far"
            elif kind == "rows":
                sheet.insert_rows(int(rng.integers(1, 9)))
            elif kind == "columns":
                sheet.insert_cols(int(rng.integers(1, 5)))
            elif kind == "chart":
                book.create_chartsheet("c", 0)
            else:
                sheet.delete_rows(1, 9999)
            what += f" {kind}"
        out = io.BytesIO()
        book.save(out)
        raw = out.getvalue()
    else:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
            names = old.namelist()
            chosen = str(rng.choice(names))
            for name in names:
                content = old.read(name)
                if name == chosen:
                    if what == "member":
                        kind = str(rng.choice(["gone", "empty", "junk"]))
                        content = {"gone": None, "empty": b"", "junk": rng.bytes(99)}[kind]
                    else:
                        content, kind = broken_xml(rng, content)
                    anything = name.startswith("xl/")
                if content is not None:
                    new.writestr(name, content)
        what += f" {chosen} {kind}"
        raw = out.getvalue()
    return Case("x.xlsx", raw, f"xlsx {what}", touched, anything)


def broken_xml(rng, content):
    kind = str(
        rng.choice(
            ["bomb", "external", "reference", "dimension", "number", "bytes", "type", "deep"]
        )
    )
    text = content.decode("utf-8", "replace")
    if kind in {"bomb", "external"}:
        lol = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "lol"}">' for i in range(10))
        doctype = {"bomb": f"<!DOCTYPE x [{lol}]>", "external": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'}[kind]  # fmt: skip
        head, mark, rest = text.partition("?>")
        text = (head + mark + doctype + rest) if mark else doctype + text
        text = re.sub(r"<v>[^<]*</v>", "<v>&l9;</v>", text, count=1)
    elif kind == "reference":
        text = re.sub(r'r="[A-Z]+(\d+)"', lambda m: f'r="{rng.choice(["XFD1048576", "A0", "AAAA1", "1A", "", "B2"])}"', text, count=2)  # fmt: skip
    elif kind == "dimension":
        text = re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="{rng.choice(["A1:XFD1048576", "A1", "B7:A1", "x"])}"', text)  # fmt: skip
    elif kind == "number":
        text = re.sub(r"<v>[^<]*</v>", f"<v>{rng.choice(['99999', '-1', '1e999', 'nan', 'x', '', '٣'])}</v>", text, count=int(rng.integers(1, 9)))  # fmt: skip
    elif kind == "type":
        text = re.sub(r't="n"', f't="{rng.choice(["s", "b", "e", "d", "str", "inlineStr", "q"])}"', text, count=int(rng.integers(1, 9)))  # fmt: skip
    elif kind == "deep":
        text = text.replace("<sheetData>", "<x>" * 3000 + "<sheetData>")
    raw = text.encode("utf-8", "replace")
    return (broken_bytes(rng, raw)[0] if kind == "bytes" and raw else raw), kind


def sheet_case(rng):
    """Make a broken sample sheet, to be read beside a good table."""
    rows = [["sample", "line", "tissue", "donor", "sf2", "sex"]]
    rows += [[n, n, "Breast", f"d{i}", f"0.{i + 2}", "female"] for i, n in enumerate(LINES)]
    rows, what, _ = broken_rows(rng, rows)
    sep = str(rng.choice([",", "\t", ";"]))
    mark = "\n" if rng.random() < 0.7 else str(rng.choice(MARKS))
    raw = (mark.join(sep.join(map(str, r)) for r in rows) + mark).encode("utf-8", "replace")
    if rng.random() < 0.3 and raw:
        raw, how = broken_bytes(rng, raw)
        what += f", bytes {how}"
    return Case("sheet.csv", raw, f"sheet: {what}", anything=True)


MAKERS = [text_case] * 8 + [h5ad_case] * 4 + [parquet_case] * 3 + [xlsx_case] * 2 + [sheet_case] * 2


def make(number):
    rng = np.random.default_rng(number)
    return MAKERS[int(rng.integers(len(MAKERS)))](rng)


def wrong(case, path, good):
    """Read a case; return what is wrong with what came of it, or nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            is_sheet = case.name == "sheet.csv"
            found = load_panel(good, path) if is_sheet else read_expression(path)
    except RadiosensError as error:
        message = str(error)
        fit = len(message) <= 400 and message.isprintable()
        return "" if fit else f"the message is no line: {message[:500]!r}"
    values = np.asarray(found.X)
    if values.dtype != np.float32 or not np.isfinite(values[~np.isnan(values)]).all():
        return f"values are {values.dtype}, or infinite"
    if not (found.obs_names.is_unique and found.var_names.is_unique):
        return "names stand twice"
    if not all(n.isprintable() for n in [*found.obs_names, *found.var_names]):
        return "a name has control characters"
    if case.anything:
        return ""
    return differs(
        case, pd.DataFrame(values.T, found.var_names, found.obs_names), found.uns["scale"]
    )


def differs(case, found, scale):
    expected = table(True)
    genes, lines = found.index.intersection(expected.index), found.columns.intersection(LINES)
    if not len(genes) or not len(lines):
        return ""
    if scale not in SCALED:
        return f"its scale is taken for {scale}"
    there, should = found.loc[genes, lines], SCALED[scale](expected.loc[genes, lines])
    off = ~np.isclose(there, should, atol=1e-4)
    names = [(c, g) for g, c in zip(*np.nonzero(off), strict=True)]
    off = [(lines[c], genes[g]) for c, g in names if (lines[c], genes[g]) not in case.touched]
    if off or scale != "log2":
        where = f"{off[0]}: {found.at[off[0][1], off[0][0]]}" if off else ""
        return f"scale {scale}, {len(off)} values are others {where}"
    return ""


def give_up(*_):
    raise TimeoutError("it takes too long")


def main(first, count, folder):
    global FOLDER
    FOLDER = folder
    resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30, 6 * 2**30))
    signal.signal(signal.SIGALRM, give_up)
    folder = Path(folder)
    good = folder / "good.csv"
    table(True).to_csv(good)
    for number in range(first, first + count):
        (folder / "case").write_text(str(number))
        case = make(number)
        path = folder / case.name
        path.write_bytes(case.raw)
        signal.alarm(20)
        try:
            said = wrong(case, path, good)
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            said = (
                f"{type(error).__name__}: {error}"[:300]
                + f" ({Path(last.filename).name}:{last.lineno})"
            )
        signal.alarm(0)
        if said:
            print(json.dumps({"case": number, "how": case.how[:200], "wrong": said}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
