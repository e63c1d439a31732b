"""Genes and pathways of single predictions, as a row of a sample opens to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from radiosens.explain.contributions import LEAST_DIFFERENCE
from radiosens.report.page.explain_figures import pathways_figure, waterfall
from radiosens.report.page.files import ResultFiles, records, tables_of
from radiosens.report.page.parts import Column, Figure, Table, Text
from radiosens.report.page.shown import number

__all__ = ["SampleGenes"]

#: Samples whose genes are drawn; tables have all.
MOST_EXPLAINED = 60

_EXPLAINED = (
    Column("sample", "Sample"),
    Column("sf2", "SF2", "three", "as predicted"),
    Column("baseline", "Baseline", "three", "SF2 that it is compared with"),
    Column("half", "Genes of half", "whole", "genes that make half of all contributions"),
    Column("stability", "Folds agree", "fraction", "rank correlation between models of folds"),
    Column("error", "Error", "p", "by how much contributions don't add up, relative"),
)
_GENES = (
    Column("sample", "Sample"),
    Column("gene", "Gene"),
    Column("contribution", "adds to SF2", "signed"),
    Column("share", "Share", "percent", "of all absolute contributions"),
)
_PATHWAYS = (
    Column("sample", "Sample"),
    Column("set", "Gene set"),
    Column("genes", "Genes", "whole", "measured"),
    Column("contribution", "adds to SF2", "signed", "its genes together"),
    Column("leading", "Leading", "text", "its genes that add most"),
    Column("source", "From"),
)


@dataclass(frozen=True)
class SampleGenes:
    """What single predictions rest on; nothing where they were not explained.

    Attributes
    ----------
    about : list of Text
        Whether to believe it, before any row.
    tables : list of Table
    explained, genes, pathways : dict of str to list of dict
        Rows of ``explained.csv``, ``contributions.csv`` and ``pathways.csv`` by sample.
    """

    about: Sequence[Text] = ()
    tables: Sequence[Table] = ()
    explained: Mapping[str, list[dict[str, str]]] = field(default_factory=dict)
    genes: Mapping[str, list[dict[str, str]]] = field(default_factory=dict)
    pathways: Mapping[str, list[dict[str, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, files: ResultFiles, record: Mapping[str, Any]) -> SampleGenes:
        """Read what a directory holds.

        Parameters
        ----------
        files : ResultFiles
        record : mapping
            What `radiosens.report.explain.Explanation.summary` says, for the verdict.
        """
        if "explained.csv" not in files:
            return cls()
        reasons = [str(r) for r in record.get("reasons", [])]
        about = Text(
            [
                "Open a row for its genes, and first read whether to believe them:"
                f" {record.get('verdict', 'not judged')}. {' '.join(reasons)}",
                *([str(record["of"])] if record.get("of") else []),
            ]
        )
        wanted = (
            ("explained.csv", "Explained samples", _EXPLAINED),
            ("contributions.csv", "Genes of each sample", _GENES),
            ("pathways.csv", "Pathways of each sample", _PATHWAYS),
        )
        rows = [_by_sample(files, name) for name, *_ in wanted]
        return cls([about], tables_of(files, wanted), *rows)

    def blocks(self, place: int, row: Mapping[str, str]) -> list[Figure | Text]:
        """Return what a sample's row opens to.

        Parameters
        ----------
        place : int
            Of the row; those behind the sixtieth are left to the tables.
        row : mapping
            Of ``predictions.csv``.
        """
        sample = row["sample"]
        if sample not in self.explained:
            return []
        if place >= MOST_EXPLAINED:
            return [Text(["Its genes are in contributions.csv."])]
        one = self.explained[sample][0]
        genes = self.genes.get(sample, [])
        if _negligible(genes):
            return [Text(["No gene adds anything to speak of."])]
        found: list[Figure | Text] = [
            waterfall(f"genes-{place}", genes, one["baseline"], one["sf2"])
        ]
        if sets := self.pathways.get(sample):
            caption = "What the genes of a pathway add up to. A sum is no finding: what chance"
            caption += " gives a single sample is not known. Larger dots: more genes."
            title = "Pathways of this prediction"
            key = f"pathways-{place}"
            found.append(pathways_figure(key, sets, "contribution", title, caption))
        return found


def _negligible(genes: Sequence[Mapping[str, str]]) -> bool:
    """Tell whether all contributions of a sample together are below what anyone measures."""
    first = genes[0] if genes else {"contribution": "0", "share": "1"}
    whole = abs(number(first["contribution"])) / max(number(first["share"]), 1e-300)
    return whole < LEAST_DIFFERENCE


def _by_sample(files: ResultFiles, name: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    table = files.optional_table(name, ["sample"])
    for row in [] if table is None else records(table):
        found.setdefault(row["sample"], []).append(row)
    return found
