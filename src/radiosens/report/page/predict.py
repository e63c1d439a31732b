"""The page of predictions: a row a sample, over the measured SF2 of training's lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from radiosens.report.page.facts import made_of
from radiosens.report.page.files import ResultFiles, records
from radiosens.report.page.parts import Column, Made, Page, Section, Table, Trust
from radiosens.report.page.predict_rows import MOST_ROWS, Spoken, sample_rows, spoken
from radiosens.report.page.sample_genes import SampleGenes
from radiosens.report.page.shown import number, plain, visible

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["page"]

_TABLE, _LINES = "predictions.csv", "training_lines.csv"
#: What is said of samples is left to predictions.txt where there are more.
_MOST_WORDS = 300
#: Beyond, columns behind the verdict are left to predictions.csv, so that a page stays below 3 MB.
_MOST_COMPLETE = 1000

_COLUMNS = (
    Column("sample", "Sample"),
    Column("sf2", "SF2", "fraction", "surviving fraction at 2 Gy"),
    Column("sf2_low", "from", "fraction", "lower end of the 90 % interval"),
    Column("sf2_high", "to", "fraction", "upper end of the 90 % interval"),
    Column("verdict", "Verdict"),
    Column("looks_like", "Looks like", "text", "the line of training it resembles"),
    Column("recognition", "Likeness", "fraction", "private similarity to that line"),
    Column("measured_sf2", "its SF2", "fraction", "measured, of the line it is recognised as"),
    Column("novelty_p", "Novelty p", "p", "share of held-out lines as unusual or more"),
    Column("genes_measured", "Genes measured", "whole", "of the model's genes"),
    Column("rsi", "RSI", "fraction", "Radiosensitivity Index (Eschrich et al. 2009)"),
    Column("gard", "GARD", "one", "genomic-adjusted radiation dose (Scott et al. 2017)"),
)
#: Of the second model, where two stand side by side.
_BESIDE = (
    Column("yard_sf2", "yard SF2", "fraction", "of the nine-day viability assay"),
    Column("yard_sf2_low", "from", "fraction", "lower end of the 90 % interval"),
    Column("yard_sf2_high", "to", "fraction", "upper end of the 90 % interval"),
    Column("yard_auc", "yard area", "one", "under the survival curve, Gy"),
    Column("yard_rank", "yard rank", "fraction", "share of solid lines that are more sensitive"),
    Column("speaks", "Speaks", "text", "which model's word to take"),
)
#: How the sentences of `radiosens.report.both` begin.
_OF_BOTH = ("For ", "Of unseen solid lines")
_SPEAK = {
    "measured": "recognised: the measured SF2 speaks",
    "yard": "look solid: yard speaks",
    "nci60": "nci60 speaks",
    "none": "no model speaks",
}
_WORDS = {
    "ok": "like training, of no line that it knows",
    "recognised": "recognised as a line of training",
    "unlike": "unlike all of training: no number",
    "refused": "not readable as expression",
}


def page(files: ResultFiles) -> Page:
    """Return the page of predictions.

    Raises
    ------
    RunError
        If a file is missing or damaged.
    """
    table = files.table(_TABLE, ["sample", "sf2", "sf2_low", "sf2_high", "verdict", "reason"])
    record = files.json("predict.json")
    summary, words, use = _said(files.text("predictions.txt"), len(table))
    lines = files.optional_table(_LINES, ["line", "tissue", "sf2", "haematological"])
    genes = SampleGenes.of(files, record.get("explanation", {}))
    model = str(record.get("options", {}).get("model", ""))
    told = [spoken(row) for row in records(table)]
    worded = len(words) == len(table) and len(table) <= _MOST_WORDS
    note = "" if worded else "What is said of each sample stands in predictions.txt."
    rows = sample_rows(table, words if worded else (), lines, genes.blocks, note)
    return Page(
        kind="predict",
        title=f"Predicted radiosensitivity, {'models' if ' and ' in model else 'model'} {model}",
        answer=_answer(table, told),
        numbers=_counts(table, told),
        trust=_trust(summary, use, table),
        sections=[
            Section("samples", "Samples", [*genes.about, rows]),
            Section("table", "Tables", [_numbers(table), *genes.tables]),
        ],
        made=_made(record),
        simulated=any("simulated values" in line for line in summary),
    )


def _said(text: str, samples: int) -> tuple[list[str], list[str], str]:
    """Part predictions.txt into its summary, the words on each sample, and the intended use."""
    parts = text.rstrip("\n").split("\n\n")
    if len(parts) != samples + 2:  # changed by hand, or of another version
        return parts[0].split("\n"), [], ""
    return parts[0].split("\n"), parts[1:-1], parts[-1]


def _answer(table: pd.DataFrame, told: Sequence[Spoken]) -> str:
    """Say in one sentence what was found, in the words of the model that speaks for a sample."""
    rows = records(table)
    said = []
    for who in ("measured", "yard", "nci60", "model"):
        own = [(row, one) for row, one in zip(rows, told, strict=True) if one.who == who]
        if own:
            said.append(_measured(own) if who == "measured" else _predicted(who, own))
    silent = [row["verdict"] for row, one in zip(rows, told, strict=True) if one.who == "none"]
    if unlike := silent.count("unlike"):
        said.append(f"{unlike:,} {_are(unlike)} too unlike training for a number")
    if refused := len(silent) - unlike:
        said.append(f"{refused:,} can't be read as expression")
    samples = "One sample" if len(table) == 1 else f"{len(table):,} samples"
    return f"{samples}: {'; '.join(said)}."


def _measured(own: Sequence[tuple[dict[str, str], Spoken]]) -> str:
    if len(own) > 1:
        return f"{len(own):,} are recognised as lines of training, whose SF2 is known"
    row, one = own[0]
    line = row.get("looks_like") or row.get("yard_looks_like", "")
    known = f", whose measured SF2 is {plain(one.sf2, 'fraction')}" if one.sf2 else ""
    return f"“{visible(row['sample'])}” is recognised as {visible(line)}{known}"


def _predicted(who: str, own: Sequence[tuple[dict[str, str], Spoken]]) -> str:
    """Say what a model predicts of the samples that it speaks for."""
    by = "" if who == "model" else f" by {who}"
    what = " that look solid" if who == "yard" else ""
    if len(own) == 1:
        row, one = own[0]
        value, low, high = (plain(text, "fraction") for text in (one.sf2, one.low, one.high))
        return f"“{visible(row['sample'])}” has a predicted SF2 of {value} ({low} to {high}){by}"
    ordered = sorted((one.sf2 for _, one in own), key=number)
    low, high = (plain(v, "fraction") for v in (ordered[0], ordered[-1]))
    reach = f"of {low}" if low == high else f"from {low} to {high}"
    return f"{len(own):,} new ones{what} have a predicted SF2 {reach}{by}"


def _counts(table: pd.DataFrame, told: Sequence[Spoken]) -> list[tuple[str, str]]:
    if "speaks" in table:
        by = [one.who for one in told]
        return [(_SPEAK[who], f"{by.count(who):,}") for who in _SPEAK if who in by]
    counts = table["verdict"].value_counts()
    return [(_WORDS[v], f"{counts[v]:,}") for v in _WORDS if v in counts]


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _trust(summary: Sequence[str], use: str, table: pd.DataFrame) -> Trust:
    """Say first how good the model is on lines it has not seen; its limits follow."""
    unusable = table["verdict"].isin(["unlike", "refused"]).mean() > 0.5
    first = (
        "Most of these samples are unlike what the model was trained on."
        if unusable
        else "Read the interval, not the point: a prediction is a rough estimate for cells in a"
        " dish."
    )
    # What is said of both models comes first: who speaks, and what that is worth.
    beside = [line for line in summary[1:] if line.startswith(_OF_BOTH)]
    rest = [line for line in summary[1:] if line not in beside]
    told = [sentence for line in beside + rest for sentence in _sentences(line)]
    points, more = told[:3], told[3:]
    if use:
        points.append(use)
    return Trust("bad" if unusable else "care", first, points, more)


def _sentences(text: str) -> list[str]:
    """Part a text where a sentence ends: before a capital that follows a point and a space."""
    return re.split(r"(?<=[a-z0-9%)]{2}\.) (?=[A-Z])", text)


def _numbers(table: pd.DataFrame) -> Table:
    columns = _of_both() if "speaks" in table else list(_COLUMNS)
    if len(table) > _MOST_COMPLETE:
        further = [c.name for c in _COLUMNS[6:]]
        columns = [c for c in columns if c.name not in further]
    return Table.of(
        table,
        "predictions",
        "All samples",
        _TABLE,
        columns,
        badges="verdict",
        links="s",
        most=MOST_ROWS,
    )


def _of_both() -> list[Column]:
    """Return the columns of two models: who speaks, each one's numbers, then the rest."""
    first, *rest = _COLUMNS
    sf2 = [Column("sf2", "nci60 SF2", "fraction", "surviving fraction at 2 Gy, of colonies")]
    return [first, *_BESIDE[-1:], *sf2, *rest[1:3], *_BESIDE[:-1], *rest[3:]]


def _made(record: dict[str, Any]) -> Made:
    options = record.get("options", {})
    words = ["radiosens predict", *options.get("files", {})]
    for name in ("model", "scale", "dose_per_fraction", "fractions"):
        if options.get(name) not in {None, "nci60 and yard"}:  # which is what stands for none
            words += [f"--{name.replace('_', '-')}", str(options[name])]
    words += [f"--{name.replace('_', '-')}" for name in ("together", "keep_unlike")
              if options.get(name)]  # fmt: skip
    if record.get("explanation"):
        words += ["--explain", "WHY"]
    facts = [("model's data", options.get("model_data")), ("sample sheet", options.get("samples"))]
    return made_of(words, options.get("files", {}), facts, record.get("versions", {}))
