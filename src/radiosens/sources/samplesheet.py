"""Read a sample sheet: which line each sample is of, and what else the user knows of it."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pandas as pd

from radiosens.errors import InputError, SampleSheetError
from radiosens.sources.decompress import is_workbook
from radiosens.sources.fields import parted_by_tabs
from radiosens.sources.labels import plain, says_sf2
from radiosens.sources.missing import is_missing
from radiosens.sources.naming import is_index
from radiosens.sources.numbers import Marks, looks_like_number, parse_field
from radiosens.sources.source import Source, some
from radiosens.sources.splitter import Splitter
from radiosens.sources.text import Lines, read_lines
from radiosens.sources.xlsx import describes_samples, read_rows

__all__ = ["read_sample_sheet"]

_REQUIRED = ("sample", "line")
_OPTIONAL = ("tissue", "donor", "replicate", "sf2", "sex")
#: Other ways to write the columns' names, blanks, case and punctuation apart.
_SPELLINGS = {
    "sample": (
        *("sample", "samples", "sampleid", "samplename", "gsm", "geoaccession", "id"),
        *("modelid", "depmapid", "profileid", "sequencingid"),  # DepMap, Sanger
        *("assayname", "hybridizationname", "scanname", "extractname", "sourcename"),  # SDRF
        *("probe", "échantillon", "echantillon"),
    ),
    "line": (
        *("line", "lines", "cellline", "celllines", "linename", "celllinename", "modelname"),
        *("strippedcelllinename", "zelllinie", "zelllinien", "lignée", "lignéecellulaire"),
    ),
    "tissue": ("tissue", "tissues", "tissuetype", "organ"),
    "donor": ("donor", "donorid", "patient", "patientid", "individual"),
    "replicate": ("replicate", "rep", "replicates"),
    "sex": ("sex", "gender"),
}
#: What may be SF2 by its name.
_LIKE_SF2 = re.compile(r"sf2|surviv(ing|al)fraction")
#: How SDRF (MAGE-TAB) and GEOquery wrap the names of what is known of samples.
_WRAPPED = re.compile(
    r"(?:characteristics|factor ?value|comment|parameter ?value) ?\[(.+)\]|(.+):ch\d", re.IGNORECASE
)
_PERCENT = re.compile(r"%|percent|per cent|pct", re.IGNORECASE)
#: No assay's surviving fraction at 2 Gy comes near: plating more cells raises it to 1.3 or so.
MOST_SF2 = 2.0


def read_sample_sheet(path: Path, sheet: str | None = None) -> pd.DataFrame:
    """Read a sample sheet from CSV, TSV, a semicolon's table or xlsx, in any usual encoding.

    Parameters
    ----------
    path : Path
        A table with the columns ``sample, line`` and optionally ``tissue, donor, replicate,
        sf2, sex`` (of the donor), in any order, case and spelling (``Cell line``,
        ``Sample_ID``); other columns are left alone.
    sheet : str, optional
        A workbook's sheet, where several hold tables.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``sample``; text columns with None where empty, ``sf2`` as float with NaN
        where empty. An SF2 of ``0,56`` or ``56%`` is 0.56.

    Raises
    ------
    SampleSheetError
        Naming the line and the column: a missing column or value, a sample named twice, an
        SF2 that is not a positive number or above 2.
    """
    source = Source(Path(path))
    lines = (
        Lines.of(read_rows(source, sheet, describes_samples))
        if is_workbook(source)
        else read_lines(source)
    )
    lines, splitter, start = _separator(lines)
    lines = splitter.join_quoted(lines.part(start, len(lines)), source)
    header = _header(lines, splitter)
    columns = _columns(header, source)
    body = _body(lines, splitter, columns, source)
    in_percent = "sf2" in columns and _PERCENT.search(header[columns["sf2"]]) is not None
    records: dict[str, dict[str, object]] = {}
    for i, fields in body:
        number = lines.number(i)
        if len(fields) < len(header) or any(fields[len(header) :]):
            raise _refuse(
                source,
                f"it has {len(fields)} fields where the header has {len(header)}",
                "mend the line; a name with a comma needs quotes",
                number,
            )
        values = {name: fields[place] for name, place in columns.items()}
        for name in _REQUIRED:
            if is_missing(values[name]):
                raise _refuse(source, f"the {name} is empty", "fill it in", number)
        sample = values.pop("sample")
        record: dict[str, object] = {k: None if is_missing(v) else v for k, v in values.items()}
        if "sf2" in values:
            text = str(values["sf2"])
            percent = in_percent and not is_missing(text) and not text.endswith("%")
            record["sf2"] = _sf2(text + "%" * percent, number, source)
        if sample in records:
            raise _refuse(source, f"the sample {sample!r} is named twice", "keep one row", number)
        records[sample] = record
    if not records:
        raise _refuse(source, "the sample sheet has no rows", "list the samples")
    table = pd.DataFrame.from_dict(records, orient="index")
    if in_percent and table["sf2"].max() <= 0.01:
        raise _refuse(
            source,
            f"the column {header[columns['sf2']]!r} says per cent and holds fractions",
            "call it 'sf2', or give per cent",
        )
    table.index.name = "sample"
    return table


def _refuse(source: Source, what: str, cure: str, line: int | None = None) -> InputError:
    return source.refusal(what, cure=cure, line=line, kind=SampleSheetError)


def _header(lines: Lines, splitter: Splitter) -> list[str]:
    """Return the names of columns; where R left out the corner, a name for row names first."""
    wrapped = ((f, _WRAPPED.fullmatch(f)) for f in splitter.split(lines[0]))
    header = [f if m is None else m[1] or m[2] for f, m in wrapped]
    below = [lines[i] for i in range(1, len(lines)) if lines[i].strip()]
    if not header[-1] or {splitter.count(line) for line in below} != {len(header) + 1}:
        return header
    numbered = all(looks_like_number(splitter.split(line)[0]) for line in below)
    named = any(plain(h) in _SPELLINGS["sample"] for h in header)
    return ["", *header] if numbered or not named else header


def _body(
    lines: Lines, splitter: Splitter, columns: dict[str, int], source: Source
) -> list[tuple[int, list[str]]]:
    """Return the lines of samples as fields: no blank ones, units below the header, footnotes."""
    split = [(i, splitter.split(lines[i])) for i in range(1, len(lines))]
    body = [(i, fields) for i, fields in split if any(fields)]
    places = [columns[name] for name in _REQUIRED]
    if body and all(p < len(body[0][1]) and not body[0][1][p] for p in places):
        told = [f for f in body[0][1] if f]
        if not any(map(looks_like_number, told)):
            source.note(f"left out the line below the header: {some(told, 3)}")
            del body[0]
    end = len(body)
    while end and sum(map(bool, body[end - 1][1])) == 1:
        end -= 1
    # Footnotes stand apart; a sample that lacks all else does not.
    if 0 < end < len(body) and body[end][0] > body[end - 1][0] + 1:
        source.note(f"left out {len(body) - end} lines below the table")
        del body[end:]
    return body


def _separator(lines: Lines) -> tuple[Lines, Splitter, int]:
    """Return what parts the fields, and where the header is: the line that names most columns.

    A sheet may be of names alone, so that what it holds can't tell. Fields that blanks part come
    back parted by tabs.
    """
    names = {s for spellings in _SPELLINGS.values() for s in spellings}

    def named(splitter: Splitter, i: int) -> int:
        return sum(
            plain(f) in names or says_sf2(f) for f in _header(lines.part(i, i + 1), splitter)
        )

    places = [i for i in range(min(len(lines), 20)) if lines[i].strip()]
    splitters = [Splitter(s) for s in (b",", b"\t", b";", b"|")]
    best = max(
        ((named(s, i), s.count(lines[i]), -i, s) for i in places for s in splitters),
        key=lambda found: found[:3],
    )
    if best[0] < len(_REQUIRED):
        first = places[0]
        parted = parted_by_tabs(lines.part(first, len(lines)))
        tabs = Splitter(b"\t")
        if sum(plain(f) in names for f in tabs.split(parted[0])) >= len(_REQUIRED):
            return parted, tabs, 0
        return lines, max(splitters, key=lambda s: s.count(lines[first])), first
    return lines, best[3], -best[2]


def _columns(header: list[str], source: Source) -> dict[str, int]:
    """Return where each known column is; the plain name comes before other spellings."""
    spelled = [plain(h) for h in header]
    columns: dict[str, int] = {}
    for name in (*_REQUIRED, *_OPTIONAL):
        known = [s for s in spelled if says_sf2(s)] if name == "sf2" else _SPELLINGS[name]
        found = next((s for s in known if s in spelled), None)
        if found is not None and spelled.count(found) > 1:
            raise _refuse(
                source, f"the sample sheet has several columns {name!r}", "keep one of them"
            )
        if found is not None:
            columns[name] = spelled.index(found)
            if header[columns[name]].lower() != name:
                source.note(f"the column {header[columns[name]]!r} is taken for {name!r}")
    if "sample" not in columns and is_index(header[0]):
        source.note("the first column has no name; it is taken for 'sample'")
        columns["sample"] = 0
    like = [h for h, s in zip(header, spelled, strict=True) if _LIKE_SF2.search(s)]
    if "sf2" not in columns and like:
        raise _refuse(source, f"the column {like[0]!r} may be SF2", "call it 'sf2', or remove it")
    for name in _REQUIRED:
        if name not in columns:
            raise _refuse(
                source,
                f"the sample sheet has no column {name!r} but {', '.join(header)}",
                "its first line must name sample,line and optionally " + ",".join(_OPTIONAL),
            )
    return columns


def _sf2(value: str, line: int, source: Source) -> float:
    if is_missing(value):
        return math.nan
    text, percent = value.removesuffix("%").strip(), value.endswith("%")
    try:
        sf2 = parse_field(text, Marks("," if "," in text else "."))
    except ValueError:
        sf2 = math.nan
    if percent:
        sf2 /= 100
    if not (math.isfinite(sf2) and sf2 > 0):
        raise source.refusal(
            f"the SF2 {value!r} is not a positive number",
            line=line,
            column="sf2",
            cure="give the surviving fraction at 2 Gy as a fraction, such as 0.45",
            kind=SampleSheetError,
        )
    if sf2 > MOST_SF2:
        raise source.refusal(
            f"the SF2 {value!r} is above {MOST_SF2:g}, which no surviving fraction is",
            line=line,
            column="sf2",
            cure="if it is in per cent, divide by 100 or write a % sign",
            kind=SampleSheetError,
        )
    return sf2
