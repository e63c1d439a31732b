"""The page of an explanation: whether to believe it, then what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from radiosens.report.page.explain_figures import genes_figure, pathways_figure
from radiosens.report.page.facts import made_of
from radiosens.report.page.files import ResultFiles, records, tables_of
from radiosens.report.page.parts import Cell, Column, Page, Section, Table, Text, Trust
from radiosens.report.page.predict_rows import sample_rows
from radiosens.report.page.sample_genes import SampleGenes
from radiosens.report.page.shown import plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["page"]

_LEVELS = {"trusted": "good", "unstable": "care", "no better than chance": "bad"}
#: What a verdict means for whoever reads on.
_MEANING = {
    "trusted": "Trusted: unseen donors and fits of other donors bear these genes out",
    "unstable": "Unstable: other training lines would name other genes",
    "no better than chance": "No better than chance: these genes are what the model adds up, and"
    " no findings",
}
#: Of `radiosens.explain.verdict.Evidence`: what is measured, with shuffled SF2, p, what it needs.
_CHECKS = (
    ("Unseen donors are predicted, r", "skill", "skill_chance", "skill_p", "p below 0.05"),
    ("The same, solid lines alone", "solid_skill", "", "solid_p", "p below 0.05"),
    ("Halves of the donors agree on genes", "reliability", "reliability_chance", "reliability_p",
     "0.5 or more, p below 0.05"),
    ("What is left with all weights shuffled", "after_shuffling", "", "", "0.5 or less"),
    ("Variance that is between lineages", "lineage", "", "", "below 0.5, or it is lineage"),
)  # fmt: skip
_GENES = (
    Column("gene", "Gene"),
    Column("mean_absolute", "Contribution", "four", "mean absolute, in SF2"),
    Column("effect", "Effect", "signed", "of one standard deviation of expression"),
    Column("stability", "Stability", "percent", "share of fits in which it is among the first"),
    Column("p", "p", "p", "against shuffled SF2"),
    Column("fdr", "FDR", "p", "false discovery rate"),
    Column("above_chance", "Above chance"),
    Column("lines", "Lines"),
)
_PATHWAYS = (
    Column("set", "Gene set"),
    Column("genes", "Genes", "whole", "measured"),
    Column("score", "Score", "fraction", "standard deviations above chance"),
    Column("p", "p", "p", "against shuffled SF2"),
    Column("fdr", "FDR", "p", "false discovery rate"),
    Column("overlap", "in the top", "whole", "of its genes among the first 2 %"),
    Column("leading", "Leading", "text", "its genes that count most"),
    Column("lines", "Lines"),
    Column("source", "From"),
)


def page(files: ResultFiles) -> Page:
    """Return the page of explained samples, or of an explained model.

    Raises
    ------
    RunError
        If a file is missing or damaged.
    """
    record = files.json("explain.json")
    said = [line for line in files.text("explanation.txt").split("\n") if line]
    of_model = "genes.csv" in files
    title, numbers, sections = _of_model(files) if of_model else _of_samples(files, record, said)
    checks = Section("checks", "Sanity checks", [_checks(record.get("evidence") or {})])
    words = Section("words", "In words", [Text(said, listed=True)])
    options = {**record.get("options", {}), **record.get("settings", {})}
    model = options.get("model") or options.get("predictor") or ""
    facts = [(k.replace("_", " "), v) for k, v in options.items()]
    return Page(
        kind="explain",
        title=f"{title}, model {model}" if model else title,
        answer=_answer(record),
        numbers=numbers,
        trust=_trust(record),
        sections=[checks, *sections[:1], words, *sections[1:]],
        made=made_of(
            record.get("again") or ["radiosens explain", "FILE"],
            record.get("inputs", {}),
            facts,
            record.get("versions", {}),
            _CITED,
        ),
        simulated=any("simulated values" in line for line in said),
    )


_CITED = (
    "Sundararajan et al. 2017, ICML 70:3319 (integrated gradients).",
    "Lundberg et al. 2020, Nat Mach Intell 2:56 (Shapley values of trees).",
    "Adebayo et al. 2018, NeurIPS 31:9505 (sanity checks of explanations).",
)


def _answer(record: Mapping[str, Any]) -> str:
    word = str(record.get("verdict", ""))
    lineage = ""
    if record.get("rests_on_lineage"):
        name = (record.get("evidence") or {}).get("lineage_names", "leukaemia")
        lineage = f"; what the model knows is whether a line is a {name}"
    return f"{_MEANING.get(word, word)}{lineage}."


def _trust(record: Mapping[str, Any]) -> Trust:
    reasons = [str(r) for r in record.get("reasons", [])] or ["It was not judged."]
    points = [
        *reasons[1:],
        "Contributions say what a model adds up, not what makes a cell radiosensitive: genes that"
        " go together share what is said of one of them.",
    ]
    return Trust(_LEVELS.get(str(record.get("verdict")), "care"), reasons[0], points)


def _checks(evidence: Mapping[str, Any]) -> Table:
    """Return what the verdict goes by, beside models of shuffled SF2."""
    rows = []
    for title, *names, needs in _CHECKS:
        texts = ["" if evidence.get(n) is None else str(evidence[n]) for n in names]
        if texts[0]:
            kinds = ("fraction", "fraction", "p")
            cells = [Cell(plain(t, k), t) for t, k in zip(texts, kinds, strict=True)]
            rows.append([Cell(title, title), *cells, Cell(needs, needs)])
    columns = [
        Column("check", "Check"),
        Column("here", "This model", "fraction"),
        Column("chance", "Shuffled SF2", "fraction"),
        Column("p", "p", "p"),
        Column("needs", "To be believed"),
    ]
    note = "Models of the same lines whose SF2 was shuffled between donors say what chance gives."
    if not rows:
        note = "The model was not compared with models of shuffled SF2: explain the model itself."
    return Table("evidence", "What the verdict goes by", "explain.json", columns, rows, note)


def _of_samples(
    files: ResultFiles, record: dict[str, Any], said: list[str]
) -> tuple[str, list[tuple[str, str]], list[Section]]:
    table = files.table("predictions.csv", ["sample", "sf2", "verdict", "reason"])
    genes = SampleGenes.of(files, record)
    rows = sample_rows(table, (), None, genes.blocks)
    samples = f"{len(table):,} predictions rest" if len(table) > 1 else "a prediction rests"
    numbers = [("samples", f"{len(table):,}"), ("explained", f"{len(genes.explained):,}")]
    return (
        f"What {samples} on",
        numbers,
        [
            Section("samples", "Samples", [rows], "Open a row for its genes and pathways."),
            Section("table", "Tables", list(genes.tables)),
        ],
    )


def _of_model(files: ResultFiles) -> tuple[str, list[tuple[str, str]], list[Section]]:
    genes = files.table("genes.csv", [c.name for c in _GENES])
    sets = files.optional_table("pathways.csv", ["set", "score", "fdr", "lines", "source"])
    figures = [
        genes_figure(f"genes-{i}", records(own), str(where))
        for i, (where, own) in enumerate(genes.groupby("lines", sort=False))
    ]
    if sets is not None:
        figures += _set_figures(sets)
    first = genes[genes["lines"] == genes["lines"].iloc[0]]
    numbers = [
        ("genes", f"{len(first):,}"),
        ("above chance", f"{(first['above_chance'] == 'True').sum():,}"),
    ]
    tables = tables_of(
        files, (("genes.csv", "Genes", _GENES), ("pathways.csv", "Gene sets", _PATHWAYS))
    )
    return (
        "What a model rests on",
        numbers,
        [Section("genes", "Genes and pathways", figures), Section("table", "Tables", tables)],
    )


def _set_figures(sets: pd.DataFrame) -> list[Any]:
    return [
        pathways_figure(
            f"pathways-{i}",
            records(own),
            "score",
            f"Gene sets of {source}, {where}",
            "Scores against models of shuffled SF2. Larger dots: more measured genes.",
        )
        for i, ((where, source), own) in enumerate(sets.groupby(["lines", "source"], sort=False))
    ]
