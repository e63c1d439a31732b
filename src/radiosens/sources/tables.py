"""Read expression tables: CSV and TSV in either orientation, GCT, Parquet and h5ad."""

from __future__ import annotations

import logging
from itertools import islice
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd

from radiosens.celllines import resolver
from radiosens.errors import InputError, TruncatedError
from radiosens.sources._text import (
    MISSING,
    csv_rows,
    is_number,
    numeric_table,
    read_text,
    refuse_duplicates,
)

logger = logging.getLogger(__name__)

#: Columns that describe a feature or a sample rather than measure it; left out, and said.
ANNOTATION = frozenset(
    {
        "symbol",
        "genesymbol",
        "entrezgeneid",
        "hugosymbol",
        "ensembl",
        "ensemblid",
        "probe",
        "probeid",
        "cytoband",
        "entrez",
        "entrezid",
        "entrezgene",
        "geneid",
        "description",
        "genename",
        "genetitle",
        "chromosome",
        "depmapid",
        "title",
        "name",
        "accession",
    }
)

#: What is said of samples elsewhere, in the sample sheet; as a feature it would be a leak.
_NO_FEATURES = frozenset({"sample", "line", "sf2", "tissue", "donor", "replicate"})


def read_table(path: Path, known_samples: frozenset[str] = frozenset()) -> ad.AnnData:
    """Read an expression table as it stands, on the file's own scale.

    The format is told from the name: ``.gct``, ``.parquet``, ``.h5ad``, and for any other
    name the header tells whether tabs or commas separate. Whether samples are columns or
    rows is told from their names: the axis with more names that stand in the sample sheet
    counts, else the one with more known cell lines, else features are the longer axis.

    Parameters
    ----------
    path : Path
        The file; text may be gzip-compressed.
    known_samples : frozenset of str
        Sample names of the sample sheet, if there is one.

    Returns
    -------
    anndata.AnnData
        ``X``: samples × features, float32, NaN where missing; ``obs``: ``title``.

    Raises
    ------
    InputError, TruncatedError
        See the messages: they name the file, the line, the column and the cure.
    """
    name = path.name.lower()
    if name.endswith(".h5ad"):
        return _read_h5ad(path)
    if name.endswith((".parquet", ".pq")):
        frame = _read_parquet(path)
    elif name.endswith((".gct", ".gct.gz")):
        frame = _read_gct(path)
    else:
        frame = _read_delimited(read_text(path), path)
    if frame.empty:
        raise InputError("the table holds no values", where=path, cure="check the file")
    if not _samples_are_columns(frame, known_samples):
        frame = frame.T
    told = frame.index.astype(str).str.lower().isin(_NO_FEATURES)
    if told.any():
        logger.warning(
            "%s: left out %s, which are no features: give them in a sample sheet (--samples)",
            path.name,
            ", ".join(frame.index[told].astype(str)),
        )
        frame = frame[~told]
    refuse_duplicates(frame.index, "feature", path)
    refuse_duplicates(frame.columns, "sample", path)
    names = [str(c) for c in frame.columns]
    return ad.AnnData(
        X=np.ascontiguousarray(frame.to_numpy(dtype=np.float32).T),
        obs=pd.DataFrame({"title": names}, index=pd.Index(names, name="sample")),
        var=pd.DataFrame(index=frame.index.astype(str)),
    )


def _read_delimited(text: str, path: Path, first_line: int = 1) -> pd.DataFrame:
    text = text.rstrip("\n") + "\n"
    head, _, rest = text.partition("\n")
    separator = "\t" if head.count("\t") > head.count(",") else ","
    sample_rows = list(islice(csv_rows(rest, separator, path), 50))
    if head.count(separator) == 0 or len(sample_rows) < 1:
        raise InputError(
            "it is not a table: the first line holds no tabs or commas",
            where=path,
            cure="radiosens reads series matrix, csv, tsv, gct, parquet and h5ad files",
        )
    header = next(csv_rows(head, separator, path))
    if len(sample_rows[0]) == len(header) + 1:  # R's write.table leaves the corner out
        header, text = ["", *header], f'""{separator}{text}'
    skip = tuple(
        i
        for i in range(1, len(header))
        if _is_annotation(header[i], [row[i] for row in sample_rows if len(row) > i])
    )
    if skip:
        logger.info("%s: left out the columns %s", path.name, ", ".join(header[i] for i in skip))
    return numeric_table(text, separator, path, first_line=first_line, skip=skip)


def _is_annotation(name: str, values: list[str]) -> bool:
    if "".join(c for c in name.lower() if c.isalnum()) in ANNOTATION:
        return True
    given = [v for v in values if v.strip() not in MISSING]
    return len(given) > 1 and not any(is_number(v) for v in given)


def _read_gct(path: Path) -> pd.DataFrame:
    """Read Broad's GCT 1.2: a version line, the two dimensions, a table with a Description."""
    lines = read_text(path).rstrip("\n").split("\n")
    dimensions = lines[1].split("\t")[:2] if len(lines) > 2 else []
    if (
        not lines[0].startswith("#1.2")
        or len(dimensions) != 2
        or not all(d.strip().isdigit() for d in dimensions)
    ):
        raise InputError(
            "it is not GCT 1.2: the first line must be #1.2 and the second two numbers",
            where=path,
            cure="save it as GCT 1.2, or as csv",
        )
    rows, columns = (int(d) for d in dimensions)
    if len(lines) - 3 < rows:
        raise TruncatedError(
            f"its second line promises {rows:,} features and {len(lines) - 3:,} follow",
            where=path,
            cure="the file was cut: download it again",
        )
    width = columns + 2
    body = "\n".join("\t".join(line.split("\t")[:width]) for line in lines[2 : 3 + rows])
    header = body.partition("\n")[0].split("\t")
    if len(header) != width:
        raise InputError(
            f"its second line promises {columns} samples and the header names {len(header) - 2}",
            where=path,
            cure="mend the second line",
        )
    return numeric_table(body, "\t", path, first_line=3, skip=(1,))


def _read_parquet(path: Path) -> pd.DataFrame:
    _refuse_missing_file(path)
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise InputError(
            f"it is not a readable Parquet file ({_first_line(error)})",
            where=path,
            cure="write it again, for example with pandas.DataFrame.to_parquet",
        ) from None
    text = [c for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])]
    if text and isinstance(frame.index, pd.RangeIndex):
        frame = frame.set_index(text.pop(0))
    notes = [c for c in frame.columns if c in text or _is_annotation(str(c), [])]
    if notes:
        logger.info("%s: left out the columns %s", path.name, ", ".join(map(str, notes)))
    frame = frame.drop(columns=notes)
    frame.index = frame.index.astype(str)
    frame.columns = frame.columns.astype(str)
    return frame


def _read_h5ad(path: Path) -> ad.AnnData:
    _refuse_missing_file(path)
    try:
        adata = ad.read_h5ad(path)
    except Exception as error:  # anndata and h5py raise a dozen kinds for a damaged file
        raise InputError(
            f"it is not a readable h5ad file ({_first_line(error)})",
            where=path,
            cure="write it again with AnnData.write_h5ad",
        ) from None
    if adata.X is None:
        raise InputError("it has no X", where=path, cure="put the expression values into X")
    values = adata.X.toarray() if hasattr(adata.X, "toarray") else np.asarray(adata.X)
    refuse_duplicates(adata.obs_names, "sample", path)
    refuse_duplicates(adata.var_names, "feature", path)
    obs = pd.DataFrame(adata.obs).copy()
    obs.index = pd.Index(adata.obs_names.astype(str), name="sample")
    if "title" not in obs:
        obs["title"] = obs.index.astype(str)
    return ad.AnnData(
        X=np.ascontiguousarray(values, dtype=np.float32),
        obs=obs.astype(dict.fromkeys(obs.select_dtypes("category"), object)),
        var=pd.DataFrame(index=adata.var_names.astype(str)),
        uns={"simulated": bool(adata.uns.get("simulated", False))},
    )


def _refuse_missing_file(path: Path) -> None:
    if not path.is_file():
        raise InputError("there is no such file", where=path, cure="check the path")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def _samples_are_columns(frame: pd.DataFrame, known_samples: frozenset[str]) -> bool:
    columns, rows = frame.columns.astype(str), frame.index.astype(str)
    if known_samples:
        in_columns = sum(c in known_samples for c in columns)
        in_rows = sum(r in known_samples for r in rows)
        if in_columns != in_rows:
            return in_columns > in_rows
    find = resolver().find
    lines_in_columns = sum(find(c) is not None for c in columns) / len(columns)
    lines_in_rows = sum(find(r) is not None for r in rows) / len(rows)
    # Some genes are called like lines (LOX), so that a few names prove nothing.
    if max(lines_in_columns, lines_in_rows) >= _MOSTLY:
        return lines_in_columns > lines_in_rows
    return len(rows) >= len(columns)


_MOSTLY = 0.5
