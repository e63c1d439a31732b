"""The panels of the benchmark: which files each is made of, and how it is evaluated."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anndata as ad
import pandas as pd

from radiosens.celllines import normalise, resolver
from radiosens.evaluation.settings import EvaluateSettings
from radiosens.panel import load_panel
from radiosens.runs.files import atomic_write, csv_bytes

__all__ = ["PANELS", "BenchmarkPanel", "line_key", "yard_sheet"]

_RESPONSE, _HISTOLOGY = "yard2016_dose_response.csv", "yard2016_histology.csv"


@dataclass(frozen=True)
class BenchmarkPanel:
    """A panel of the benchmark.

    Attributes
    ----------
    name, title : str
        For folders and for readers.
    files : tuple of str
        Expression files, joined.
    protocols : tuple of str
        The last is the strict one.
    about : str
        What a reader has to know of it.
    more : tuple of str
        Further files that are needed.
    rounds : int
        Of ten folds.
    """

    name: str
    title: str
    files: tuple[str, ...]
    about: str
    protocols: tuple[str, ...] = ("donor",)
    more: tuple[str, ...] = ()
    rounds: int = 3
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def strict(self) -> str:
        """The protocol that keeps a line's samples on one side."""
        return self.protocols[-1]

    def missing(self, data: Path) -> list[str]:
        """Return the files that a folder lacks."""
        return [n for n in (*self.files, *self.more) if not (data / n).is_file()]

    def load(self, data: Path, out: Path) -> ad.AnnData:
        """Read its files; a sample sheet made for them is left in ``out``."""
        sheet = None
        if self.more:
            sheet = out / f"{self.name}_samples.csv"
            content = csv_bytes(yard_sheet(data / self.files[0], *(data / n for n in self.more)))
            atomic_write(sheet, lambda path: path.write_bytes(content))
        return load_panel([str(data / name) for name in self.files], sheet)

    def evaluate_settings(
        self, *, quick: bool, predictors: tuple[str, ...] = ("all",)
    ) -> EvaluateSettings:
        """Return how it is evaluated; a quick run compares few predictors unless told which."""
        common: dict[str, Any] = {"protocols": self.protocols, "folds": 10, **self.settings}
        if quick:
            return EvaluateSettings(
                **common,
                rounds=1,
                permutations=99,
                refits=0,
                predictors=_QUICK if predictors == ("all",) else predictors,
            )
        return EvaluateSettings(
            **common, rounds=self.rounds, permutations=1000, predictors=predictors
        )


#: What a quick run compares: what sees no expression, the probe of recognition, and ridge.
_QUICK = (
    "mean", "lineage-mean", "tissue-mean", "nearest", "ridge", "svr", "radiosens",
)  # fmt: skip

PANELS = (
    BenchmarkPanel(
        "u133a",
        "NCI-60 on HG-U133A arrays",
        ("nci60_u133a_gcrma.csv.gz",),
        "One array a line, GCRMA; SF2 from colonies.",
    ),
    BenchmarkPanel(
        "ccle_yard",
        "CCLE sequencing, SF2 of Yard et al. 2016",
        ("ccle_706genes_zscored.csv.gz",),
        "SF2 is from a nine-day viability assay of solid lines. The expression comes z-scored by"
        " gene over all lines of the file, so that each fold has had a mild look at the tested"
        " lines' expression, though not at their SF2. Ridge regression was named as the design"
        " before this run; what else stands in the table was tried beside it.",
        protocols=("line",),
        more=(_RESPONSE, _HISTOLOGY),
        rounds=5,
    ),
    BenchmarkPanel(
        "rnaseq",
        "NCI-60 by RNA sequencing",
        ("nci60_rnaseq_log2fpkm.csv.gz",),
        "One library a line, log2(FPKM + 1); SF2 from colonies.",
    ),
    BenchmarkPanel(
        "joined",
        "NCI-60 on three platforms, joined by gene",
        (
            "nci60_u133a_5147genes.csv.gz",
            "nci60_u133plus2_5147genes.csv.gz",
            "nci60_rnaseq_log2fpkm.csv.gz",
        ),
        "Each line was measured up to three times, so that recognition can show; every file is"
        " scaled by its own training samples.",
        protocols=("replicate", "donor"),
        settings={"folds": 6},
    ),
)


def yard_sheet(expression: Path, response: Path, histology: Path) -> pd.DataFrame:
    """Join SF2 and tissue of Yard et al. 2016 to the lines of an expression file, by name.

    Two spellings of a line that `radiosens.celllines` knows are one line.

    Parameters
    ----------
    expression : Path
        Lines × genes, names in the first column.
    response, histology : Path
        ``line, SF2`` and ``line, Primarysite``.

    Returns
    -------
    DataFrame
        ``sample, line, tissue, sf2`` of the lines in both.
    """
    names = pd.read_csv(expression, usecols=[0]).iloc[:, 0].astype(str)
    measured, described = _by_line(response), _by_line(histology)
    joined = [(name, key) for name in names if (key := line_key(name)) in measured.index]
    return pd.DataFrame(
        {
            "sample": [name for name, _ in joined],
            "line": [measured.at[key, "line"] for _, key in joined],
            "tissue": [described["Primarysite"].get(key, "") for _, key in joined],
            "sf2": [measured.at[key, "SF2"] for _, key in joined],
        }
    )


def _by_line(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path)
    table = table[table["line"].notna()]
    if {"Primarysite", "tissueid"} <= set(table):  # some lines have the one only
        table["Primarysite"] = table["Primarysite"].fillna(table["tissueid"])
    return table.set_index(table["line"].astype(str).map(line_key))


def line_key(name: str) -> str:
    """Return what a line is joined by: its name in the table of lines, or as it is, plainly."""
    return normalise(resolver().find(name) or name)
