"""What a file holds, for the user to see and correct before anything runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import anndata as ad

    from radiosens.sources.source import Source

__all__ = ["corrected_sheet", "model_genes", "of_counts", "of_expression", "read_data", "together"]

#: Samples whose line can be corrected in the browser; more want a sheet.
MOST_SAMPLES = 2000


def read_data(
    source: Source, options: Mapping[str, Any], known: frozenset[str] = frozenset()
) -> ad.AnnData:
    """Read an expression file with the user's corrections of scale and orientation.

    Parameters
    ----------
    source : Source
    options : mapping
        ``scale``, and ``flip``: whether samples are what was taken for features.
    known : frozenset of str
        Samples of the sheet.

    Raises
    ------
    RadiosensError
        If it can't be read, or not so.
    """
    from radiosens.sources import read_expression

    scale = str(options.get("scale") or "") or None
    if not options.get("flip"):
        return read_expression(source, scale=scale, known_samples=known)
    # The reader takes that side for samples whose names it is told.
    first = read_expression(source, scale=scale)
    return read_expression(source, scale=scale, known_samples=frozenset(first.var_names))


def of_expression(adata: ad.AnnData, sheet: Path | None) -> dict[str, Any]:
    """Return what an expression file holds, with a row a sample.

    Parameters
    ----------
    adata : AnnData
        From `read_data`.
    sheet : Path, optional
        A sample sheet.
    """
    import pandas as pd

    from radiosens.panel.annotation import find_lines
    from radiosens.panel.columns import given_columns
    from radiosens.report.contents import contents_of
    from radiosens.sources.samplesheet import read_sample_sheet

    rows = None if sheet is None else read_sample_sheet(sheet)
    contents = contents_of(adata, rows)
    known = adata if rows is None else adata[adata.obs_names.isin(rows.index)]
    given = given_columns(pd.DataFrame(known.obs)) if rows is None else rows.loc[known.obs_names]
    tissues = given["tissue"].dropna().astype(str).to_dict() if "tissue" in given else {}
    samples = []
    for name, who in zip(
        known.obs_names, find_lines(known, given, str(adata.uns.get("source", ""))), strict=True
    ):
        kind = "known" if who.named.line else "derived" if who.named.parent else "unknown"
        samples.append(
            {
                "sample": str(name),
                "line": str(who.line),
                "kind": kind,
                "tissue": tissues.get(name, ""),
            }
        )
    shown = {k: v for k, v in contents["identifiers"].items() if k in ("kind", "sentence")}
    contents |= {"file": str(adata.uns.get("source", "")), "identifiers": shown}
    return {**contents, "table": samples}


def model_genes(adata: ad.AnnData) -> dict[str, tuple[int, int]]:
    """Return how many of its genes each model finds in a file, and how many it has."""
    from radiosens.genes import genes_of
    from radiosens.models.bundle import read_card
    from radiosens.models.defaults import find_model, model_names

    there = {str(gene) for gene in genes_of(adata).genes if gene is not None}
    own = {name: read_card(find_model(name)).features for name in model_names()}
    return {name: (len(there.intersection(own[name])), len(own[name])) for name in own}


def together(files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what several files hold: facts of each, all samples in one table.

    Parameters
    ----------
    files : sequence of mapping
        From `of_expression`.
    """
    lines = {kind: {n for f in files for n in f["lines"][kind]} for kind in ("known", "unknown")}
    return {
        "samples": sum(f["samples"] for f in files),
        "lines": {kind: sorted(names) for kind, names in lines.items()},
        "files": [{k: v for k, v in f.items() if k not in ("table", "lines")} for f in files],
        "table": [row for f in files for row in f["table"]][:MOST_SAMPLES],
    }


def of_counts(table: Any) -> dict[str, Any]:
    """Return what tables of colonies hold, with a row a curve.

    Parameters
    ----------
    table : SurvivalTable
        From `radiosens.survival.read_counts`.
    """
    curves = []
    for name, own in table.rows.groupby("curve", sort=False):
        doses = sorted(own["dose"].unique())
        curves.append(
            {
                "curve": str(name),
                "dishes": len(own),
                "experiments": int(own["experiment"].nunique()),
                "doses": ", ".join(f"{d:g}" for d in doses),
            }
        )
    return {
        "rows": len(table.rows),
        "kind": str(table.kind),
        "curves": curves,
        "warnings": [str(w) for w in table.warnings],
        "told": [str(n) for n in table.notes],
    }


def corrected_sheet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    r"""Return a sample sheet of the lines and tissues as the user left them.

    Examples
    --------
    >>> corrected_sheet([{"sample": "a", "line": "HL-60", "tissue": ""}])
    b'sample,line\na,HL-60\n'
    """
    with_tissue = any(row.get("tissue") for row in rows)
    columns = ["sample", "line", *(["tissue"] if with_tissue else [])]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[row.get(column, "") for column in columns] for row in rows])
    return text.getvalue().encode()
