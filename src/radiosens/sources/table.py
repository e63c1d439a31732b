"""From a table's numbers and texts to samples × features, with names."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.celllines import resolver
from radiosens.sources import labels
from radiosens.sources.block import Block
from radiosens.sources.expression import Expression
from radiosens.sources.gate import escaped
from radiosens.sources.missing import is_missing
from radiosens.sources.naming import (
    is_index,
    is_row_numbers,
    names_of,
    refuse_twice,
    refuse_unnamed_rows,
    samples_as_rows,
)
from radiosens.sources.quantities import one_quantity
from radiosens.sources.rows import Rows
from radiosens.sources.source import Source, some

__all__ = ["assemble", "read_table"]

#: Ends of names that say which file a sample came from rather than what it is.
_FILE_ENDS = re.compile(
    r"([._](sortedByCoord|Aligned|sorted|dedup|markdup|rmdup|out))*"
    r"(\.(bam|sam|cram|cel|txt|counts?|fastq|fq|gz))+$",
    re.IGNORECASE,
)
_WHOLE_FLOAT = re.compile(r"\d+\.0", re.ASCII)
_DATE = re.compile(
    r"\d{1,2}-(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
    r"|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*-\d{1,2}"
    r"|\d{4}-\d\d-\d\d( 00:00:00)?|\d{1,2}/\d{1,2}/\d{2,4}|\d+\.\d+E\+\d+",
    re.IGNORECASE | re.ASCII,
)


def read_table(block: Block, known: frozenset[str], source: Source) -> Expression:
    """Tell names, samples and features of a table, and leave out what is neither.

    Parameters
    ----------
    block : Block
        The table as the file has it.
    known : frozenset of str
        Sample names of the sample sheet, if there is one.
    source : Source
        For messages.

    Returns
    -------
    Expression
        ``obs``: ``title`` and the texts beside the samples; ``var``: the texts beside the
        features.

    Raises
    ------
    InputError
        If nothing names samples or features, a name stands twice, or nothing is left.
    """
    block = _without_blanks(block, source)
    block = _default_entries(block, source)
    block = one_quantity(block, known, source)
    refuse_unnamed_rows(block, source)
    above = block.columns
    block = samples_as_rows(block, known, source)
    block = _default_entries(block, source)
    i = names_of(block.texts, block.texts_said, known, source, final=block.texts is not above)
    if i is None:  # who numbers samples in a header means it; row numbers write themselves
        i = 0
    j = names_of(block.columns, block.columns_said, frozenset(), source, axis="features")
    assert j is not None
    block = _without_statistics(block, i, known, source)
    obs = _beside(block.texts, block.texts_said, i)
    var = _beside(block.columns, block.columns_said, j)
    beside = [*obs, *var]
    if beside:
        source.note(f"left out the columns {some(beside, 8)}: they describe, and are kept as such")
    values = np.ascontiguousarray(block.values, dtype=np.float32)
    return assemble(Rows.of(values, owned=True), block.texts[i], block.columns[j], obs, var, source)


def assemble(
    values: Rows,
    samples: list[str],
    features: list[str],
    obs: dict[str, list[str]],
    var: dict[str, list[str]],
    source: Source,
) -> Expression:
    """Give values their names; leave out what is no feature, and say so."""
    samples, features = _tidy(samples), _tidy(features)
    unnamed = [i + 1 for i, s in enumerate(samples) if is_missing(s)]
    if unnamed:
        raise source.refusal(
            f"{len(unnamed)} samples with values have no name, the first at place {unnamed[0]}",
            cure="name them, or remove them",
        )
    kept = _features(features, values, source)
    kept_out = [f for f, k in zip(features, kept, strict=True) if not k]
    if kept_out:
        values = values.only(np.flatnonzero(kept))
        features = [f for f, k in zip(features, kept, strict=True) if k]
        var = {n: [t for t, k in zip(v, kept, strict=True) if k] for n, v in var.items()}
    if sum(labels.AGGREGATES.fullmatch(n) is not None for n in kept_out) > len(features):
        raise source.refusal(
            f"its rows sum up what became of reads ({some(kept_out, 3)}), and name no genes",
            cure="give the table of counts itself",
        )
    if not features and any(labels.of_samples(n) for n in kept_out):
        raise source.refusal(
            "it holds what is known of samples, and no expression",
            cure="if it is a sample sheet, give it with --samples beside the data",
        )
    refuse_twice(features, "feature", source)
    refuse_twice(samples, "sample", source)
    if not samples or not features:
        raise source.refusal("the table holds no values", cure="check the file")
    _warn_of_dates(features, source)
    table = pd.DataFrame(obs, index=pd.Index(samples, name="sample"), dtype=object)
    if "title" not in table:
        table.insert(0, "title", _titles(samples, table, source))
    return Expression(values, table, pd.DataFrame(var, index=pd.Index(features), dtype=object))


def _tidy(names: list[str]) -> list[str]:
    """Bring names to one form: no blanks around, nothing a terminal obeys, 780 for 780.0."""
    names = [escaped(n.strip()) for n in names]
    if names and all(_WHOLE_FLOAT.fullmatch(n) for n in names):
        names = [n[:-2] for n in names]
    return names


def _features(features: list[str], values: Rows, source: Source) -> NDArray[np.bool_]:
    """Tell which features are some, and say what the others are.

    There is a protein called SF2 as well; it has values below zero, a surviving fraction none.
    """
    kinds: dict[str, list[int]] = {}
    for i, feature in enumerate(features):
        kind = _no_feature(feature)
        if kind and not (feature.lower() == "sf2" and _negative(values, i)):
            kinds.setdefault(kind, []).append(i)
    kept = np.ones(len(features), dtype=bool)
    for kind, places in kinds.items():
        kept[places] = False
        named = some(features[i] or "(blank)" for i in places)
        if kind == _OF_SAMPLES:
            source.warn(f"left out {named}, {kind}")
        else:
            source.note(f"left out {len(places)} rows {kind}: {named}")
    return kept


def _negative(values: Rows, i: int) -> bool:
    return bool((values.only(np.array([i])).whole() < 0).any())


_UNNAMED = "without a name"
_READS = "that count reads of no gene or sum others up"
_OF_SAMPLES = "which are no features: give them in a sample sheet (--samples)"


def _no_feature(name: str) -> str:
    """Tell why a name is none of a feature; nothing if it is one."""
    if is_missing(name):
        return _UNNAMED
    if labels.AGGREGATES.fullmatch(name):
        return _READS
    return _OF_SAMPLES if labels.of_samples(name) else ""


def _warn_of_dates(features: list[str], source: Source) -> None:
    dates = [f for f in features if _DATE.fullmatch(f)]
    if dates:
        source.note(
            f"{len(dates)} names look like dates or numbers that a spreadsheet made of genes:"
            f" {some(dates)}"
        )


def _beside(texts: list[list[str]], said: list[str], names: int) -> dict[str, list[str]]:
    """Return the texts that stand beside the names, by what they are called."""
    columns: dict[str, list[str]] = {}
    for i, (name, text) in enumerate(zip(said, texts, strict=True)):
        if i != names and not (is_row_numbers(text) and is_index(name)):
            key = escaped(name.strip().lstrip("!").removeprefix("Sample_")) or f"text {i + 1}"
            told = [escaped(t) for t in text]
            if key in columns:  # as GEO repeats characteristics
                told = [" | ".join(filter(None, p)) for p in zip(columns[key], told, strict=True)]
            columns[key] = told
    return columns


def _titles(samples: list[str], obs: pd.DataFrame, source: Source) -> list[str]:
    """Return what a sample is called for people: its name without folders and file endings.

    Where no name is a known line, and a text without a heading names lines, that one.
    """
    titles = [_FILE_ENDS.sub("", re.split(r"[\\/](?=[^\\/]+\.\w+$)", s)[-1]) or s for s in samples]
    find = resolver().find
    if not any(find(t) for t in titles):
        for name in [c for c in obs.columns if c.startswith("text ")]:
            lines = [find(str(t)) for t in obs[name]]
            if sum(line is not None for line in lines) > len(lines) / 2:
                source.note("titles are taken from the text beside the names: it names lines")
                return obs[name].astype(str).tolist()
    return titles


def _without_blanks(block: Block, source: Source) -> Block:
    """Leave out rows and columns that hold neither a value nor a text."""
    for kind in ("columns", "rows"):
        block = block.turned
        where = list(range(len(block.values)))
        for texts in block.texts:
            where = [i for i in where if is_missing(texts[i])]
        blank = [i for i in where if np.isnan(block.values[i]).all()]  # noqa: PD011
        if blank:
            kept = np.ones(len(block.values), dtype=bool)
            kept[blank] = False
            source.note(f"left out {len(blank)} blank {kind}")
            block = block.rows(kept)
    return block


def _without_statistics(block: Block, i: int, known: frozenset[str], source: Source) -> Block:
    """Leave out what was computed of samples and stands beside them: means, fold changes."""
    names = block.texts[i]
    computed = {n for n in names if labels.plain(n) in labels.STATISTICS} - known
    if not computed:
        return block
    computed |= {n for n in names if labels.plain(n) in labels.MAY_BE_STATISTICS} - known
    kept = np.array([n not in computed for n in names])
    left_out = some(n for n, k in zip(names, kept, strict=True) if not k)
    if not kept.any():
        raise source.refusal(
            f"it holds no samples but figures computed of them: {left_out}",
            cure="give the table of expression values",
        )
    source.warn(f"left out {left_out}, which are computed of samples")
    return block.rows(kept)


def _default_entries(block: Block, source: Source) -> Block:
    """Leave out DepMap's further profiles of a model: its default entry stands for it."""
    for said, text in zip(block.texts_said, block.texts, strict=True):
        if labels.plain(said) == labels.DEFAULT_ENTRY:
            kept = np.array([t.lower() not in {"no", "false", "0"} for t in text])
            if not kept.all() and kept.any():
                source.note(
                    f"left out {(~kept).sum()} rows that are not the default entry of their model"
                )
                return block.rows(kept)
    return block
