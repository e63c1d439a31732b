"""Read GEO series matrix files (``.txt`` or ``.txt.gz``).

The format: header lines ``!Series_…`` and ``!Sample_…`` with tab-separated quoted values,
then a table between ``!series_matrix_table_begin`` and ``!series_matrix_table_end`` whose
first column ``ID_REF`` holds the probe-set identifiers and whose other columns are samples.
See GEO's documentation, https://www.ncbi.nlm.nih.gov/geo/info/soft.html.
"""

from __future__ import annotations

from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd

from radiosens.errors import InputError, PlatformError, TruncatedError
from radiosens.sources._text import csv_rows, numeric_table, read_text, refuse_duplicates

_BEGIN = "!series_matrix_table_begin"
_END = "!series_matrix_table_end"

#: Probe sets of platforms met in this field, from their GEO platform records.
PLATFORM_FEATURES = {
    "GPL570": 54_675,
    "GPL571": 22_277,
    "GPL96": 22_283,
    "GPL3921": 22_277,
    "GPL6244": 33_297,
}


def is_series_matrix(head: str) -> bool:
    """Tell from a file's first lines whether it is a GEO series matrix."""
    return head.startswith(("!Series_", "!Sample_", _BEGIN))


def read_series_matrix(path: Path, *, platform: str | None = None) -> ad.AnnData:
    """Read a GEO series matrix as it stands, on the file's own scale.

    Parameters
    ----------
    path : Path
        The file, gzip-compressed or not.
    platform : str, optional
        Refuse the file unless it was measured on this platform, such as ``"GPL570"``.

    Returns
    -------
    anndata.AnnData
        ``X``: samples × probe sets, float32; ``obs``: ``title`` and every other header field
        of the samples, joined by `` | `` where a field comes several times; ``uns``:
        ``platform``, ``series``, ``series_title``.

    Raises
    ------
    TruncatedError, PlatformError, InputError
        See the messages: they name the file, the line and the cure.
    """
    lines = read_text(path).split("\n")
    begin = _find(lines, _BEGIN)
    if begin is None:
        raise TruncatedError(
            f"there is no line {_BEGIN}, so it holds no expression values",
            where=path,
            cure="download it again, and take the series matrix rather than another GEO file",
        )
    series, samples = _parse_header(lines[:begin], path)
    found = _platform_of(series, samples, path)
    if platform is not None and found != platform:
        raise PlatformError(
            f"the platform is {found or 'not stated'}, not {platform}",
            where=path,
            cure=f"pass the series matrix of {platform}",
        )
    end = _find(lines, _END, begin)
    if end is None:
        raise TruncatedError(
            f"the table breaks off at line {len(lines)}, before {_END}",
            where=path,
            cure="the download was cut short: download the file again",
        )
    table = _read_table(lines, begin + 1, end, path)
    _check_rows(table, samples, path)
    obs = _sample_info(table, samples, path)
    adata = ad.AnnData(
        X=np.ascontiguousarray(table.to_numpy(dtype=np.float32).T),
        obs=obs,
        var=pd.DataFrame(index=table.index.astype(str)),
    )
    adata.uns.update(
        platform=found or "",
        series=series.get("geo_accession", [""])[0],
        series_title=series.get("title", [""])[0],
    )
    return adata


def _find(lines: list[str], marker: str, start: int = 0) -> int | None:
    for i in range(start, len(lines)):
        if lines[i].startswith(marker):
            return i
    return None


def _parse_header(
    lines: list[str], path: Path
) -> tuple[dict[str, list[str]], dict[str, list[list[str]]]]:
    """Return series fields (name to values) and sample fields (name to one row a repetition)."""
    series: dict[str, list[str]] = {}
    samples: dict[str, list[list[str]]] = {}
    for row in csv_rows("\n".join(lines), "\t", path):
        if not row:
            continue
        if row[0].startswith("!Series_"):
            series.setdefault(row[0].removeprefix("!Series_"), []).extend(row[1:])
        elif row[0].startswith("!Sample_"):
            samples.setdefault(row[0].removeprefix("!Sample_"), []).append(row[1:])
    return series, samples


def _platform_of(
    series: dict[str, list[str]], samples: dict[str, list[list[str]]], path: Path
) -> str | None:
    """Return the one platform of the samples; the series may name others as well."""
    per_sample = {p for row in samples.get("platform_id", []) for p in row if p}
    if len(per_sample) > 1:
        raise PlatformError(
            f"its samples are of several platforms: {', '.join(sorted(per_sample))}",
            where=path,
            cure="GEO offers one series matrix a platform: pass one of those",
        )
    if per_sample:
        return per_sample.pop()
    named = series.get("platform_id", [])
    return named[0] if len(named) == 1 else None


def _read_table(lines: list[str], start: int, end: int, path: Path) -> pd.DataFrame:
    table = numeric_table("\n".join(lines[start:end]), "\t", path, first_line=start + 1)
    if table.empty:
        raise InputError(
            "the table holds no probe sets",
            where=path,
            cure="values are then in supplementary files: pass those as a table",
        )
    return table


def _check_rows(table: pd.DataFrame, samples: dict[str, list[list[str]]], path: Path) -> None:
    refuse_duplicates(table.index, "probe set", path)
    refuse_duplicates(table.columns, "sample", path)
    promised = {c for row in samples.get("data_row_count", []) for c in row if c.isdigit()}
    if len(promised) == 1 and int(n := promised.pop()) != len(table):
        raise TruncatedError(
            f"the header promises {int(n):,} probe sets and the table has {len(table):,}",
            where=path,
            cure="the file was cut or edited: download it again",
        )


def _sample_info(
    table: pd.DataFrame, samples: dict[str, list[list[str]]], path: Path
) -> pd.DataFrame:
    names = [str(c) for c in table.columns]
    columns: dict[str, list[str]] = {}
    for field, rows in samples.items():
        for row in rows:
            if len(row) != len(names):
                raise InputError(
                    f"!Sample_{field} has {len(row)} values for {len(names)} samples",
                    where=path,
                    cure="the file was cut or edited: download it again",
                )
        columns[field] = [" | ".join(v for v in values if v) for values in zip(*rows, strict=True)]
    accession = columns.get("geo_accession", names)
    if accession != names:
        raise InputError(
            "the table's columns are not the samples of its header, or not in their order",
            where=path,
            cure="the file was edited: download it again",
        )
    if "title" not in columns:
        columns["title"] = names
    return pd.DataFrame(columns, index=pd.Index(names, name="sample"))
