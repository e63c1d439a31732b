"""Read GEO series matrix files (``.txt`` or ``.txt.gz``).

The format: header lines ``!Series_…`` and ``!Sample_…`` with tab-separated quoted values,
then a table between ``!series_matrix_table_begin`` and ``!series_matrix_table_end`` whose
first column ``ID_REF`` holds the probe-set identifiers and whose other columns are samples.
See GEO's documentation, https://www.ncbi.nlm.nih.gov/geo/info/soft.html.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from radiosens.errors import PlatformError, TruncatedError
from radiosens.sources.block import Block
from radiosens.sources.body import read_body
from radiosens.sources.expression import Expression
from radiosens.sources.layout import Layout
from radiosens.sources.naming import refuse_twice
from radiosens.sources.numbers import POINT
from radiosens.sources.rows import Rows
from radiosens.sources.source import Source
from radiosens.sources.splitter import Splitter
from radiosens.sources.table import assemble
from radiosens.sources.text import Lines, read_lines

__all__ = ["PLATFORM_FEATURES", "is_series_matrix", "read_series_matrix"]

_BEGIN = b"!series_matrix_table_begin"
_END = b"!series_matrix_table_end"
_TABS = Splitter(b"\t")

#: Probe sets of platforms met in this field, from their GEO platform records.
PLATFORM_FEATURES = {
    "GPL570": 54_675,
    "GPL571": 22_277,
    "GPL96": 22_283,
    "GPL3921": 22_277,
    "GPL6244": 33_297,
}


def is_series_matrix(lines: Lines) -> bool:
    """Tell from a file's first lines whether it is a GEO series matrix."""
    first = next((line for line in lines if line.strip()), b"").lstrip(b' "')
    return first.startswith((b"!Series_", b"!Sample_", _BEGIN))


def read_series_matrix(
    path: str | Path | Source, *, platform: str | None = None, lines: Lines | None = None
) -> Expression:
    """Read a GEO series matrix as it stands, on the file's own scale.

    Parameters
    ----------
    path : str, Path or Source
        The file, compressed or not.
    platform : str, optional
        Refuse the file unless it was measured on this platform, such as ``"GPL570"``.
    lines : Lines, optional
        Its text, where it was read already.

    Returns
    -------
    Expression
        Samples × probe sets; ``obs``: ``title`` and every other header field
        of the samples, joined by `` | `` where a field comes several times; ``uns``:
        ``platform``, ``series``, ``series_title``.

    Raises
    ------
    TruncatedError, PlatformError, InputError
        See the messages: they name the file, the line and the cure.
    """
    source = path if isinstance(path, Source) else Source(path)
    lines = read_lines(source) if lines is None else lines
    begin = _find(lines, _BEGIN)
    if begin is None:
        raise source.refusal(
            f"there is no line {_BEGIN.decode()}, so it holds no expression values",
            cure="download it again, and take the series matrix rather than another GEO file",
            kind=TruncatedError,
        )
    series, samples = _parse_header(lines.part(0, begin))
    found = _platform_of(series, samples, source)
    if platform is not None and found != platform:
        raise source.refusal(
            f"the platform is {found or 'not stated'}, not {platform}",
            cure=f"pass the series matrix of {platform}",
            kind=PlatformError,
        )
    end = _find(lines, _END, begin)
    if end is None:
        raise source.refusal(
            f"the table breaks off at line {len(lines)}, before {_END.decode()}",
            cure="the download was cut short: download the file again",
            kind=TruncatedError,
        )
    block = _read_table(lines.part(begin + 1, end), source)
    _check_rows(block, samples, source)
    names = block.columns[0]
    obs = _sample_info(names, samples, source)
    values = Rows.of(np.ascontiguousarray(block.values.T), owned=True)
    expression = assemble(values, names, block.texts[0], obs, {}, source)
    expression.uns.update(
        platform=found or "",
        series=series.get("geo_accession", [""])[0],
        series_title=series.get("title", [""])[0],
    )
    return expression


def _find(lines: Lines, marker: bytes, start: int = 0) -> int | None:
    at = int(lines.starts[start])
    while (at := lines.raw.find(marker, at)) >= 0:
        i = int(np.searchsorted(lines.starts, at, side="right")) - 1
        if lines[i].lstrip(b' "').startswith(marker):
            return i
        at += 1
    return None


def _parse_header(lines: Lines) -> tuple[dict[str, list[str]], dict[str, list[list[str]]]]:
    """Return series fields (name to values) and sample fields (name to one row a repetition)."""
    series: dict[str, list[str]] = {}
    samples: dict[str, list[list[str]]] = {}
    for line in lines:
        name, *values = _TABS.split(line)
        if name.startswith("!Series_"):
            series.setdefault(name.removeprefix("!Series_"), []).extend(values)
        elif name.startswith("!Sample_"):
            samples.setdefault(name.removeprefix("!Sample_"), []).append(values)
    return series, samples


def _platform_of(
    series: dict[str, list[str]], samples: dict[str, list[list[str]]], source: Source
) -> str | None:
    """Return the one platform of the samples; the series may name others as well."""
    per_sample = {p for row in samples.get("platform_id", []) for p in row if p}
    if len(per_sample) > 1:
        raise source.refusal(
            f"its samples are of several platforms: {', '.join(sorted(per_sample))}",
            cure="GEO offers one series matrix a platform: pass one of those",
            kind=PlatformError,
        )
    if per_sample:
        return per_sample.pop()
    named = series.get("platform_id", [])
    return named[0] if len(named) == 1 else None


def _read_table(lines: Lines, source: Source) -> Block:
    filled = [i for i in range(len(lines)) if lines.starts[i + 1] - lines.starts[i] > 1]
    header = _TABS.split(lines[filled[0]]) if filled else []
    width = len(header)
    if len(filled) < 2 or width < 2:
        raise source.refusal(
            "the table holds no probe sets",
            cure="values are then in supplementary files: pass those as a table",
        )
    tabs, marks = lines.count(b"\t"), lines.count(b'"')
    # Names alone are quoted, if anything; only other lines are looked at closely.
    for i in filled[1:]:
        if tabs[i] + 1 == width and marks[i] in {0, 2}:
            continue
        if (n := _TABS.count(lines[i])) != width:
            raise source.refusal(
                f"it has {n} fields where the header has {width}",
                line=lines.number(i),
                cure="the line was cut or has a stray separator: download it again",
            )
    layout = Layout([header], np.array(filled[1:]), width, (0,), POINT)
    return read_body(lines, _TABS, layout, source)


def _check_rows(block: Block, samples: dict[str, list[list[str]]], source: Source) -> None:
    refuse_twice(block.texts[0], "probe set", source)
    refuse_twice(block.columns[0], "sample", source)
    counts = {c for row in samples.get("data_row_count", []) for c in row}
    promised = {int(c) for c in counts if re.fullmatch(r"\d{1,9}", c, re.ASCII)}
    n = len(block.values)
    if len(promised) == 1 and n not in promised:
        raise source.refusal(
            f"the header promises {promised.pop():,} probe sets and the table has {n:,}",
            cure="the file was cut or edited: download it again",
            kind=TruncatedError,
        )


def _sample_info(
    names: list[str], samples: dict[str, list[list[str]]], source: Source
) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for field, rows in samples.items():
        for row in rows:
            if len(row) != len(names):
                raise source.refusal(
                    f"!Sample_{field} has {len(row)} values for {len(names)} samples",
                    cure="the file was cut or edited: download it again",
                )
        columns[field] = [" | ".join(v for v in values if v) for values in zip(*rows, strict=True)]
    if columns.get("geo_accession", names) != names:
        raise source.refusal(
            "the table's columns are not the samples of its header, or not in their order",
            cure="the file was edited: download it again",
        )
    return columns
