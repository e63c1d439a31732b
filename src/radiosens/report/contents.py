"""What an expression file holds, as facts and as text for `radiosens data show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from radiosens.errors import SampleSheetError
from radiosens.genes import genes_of
from radiosens.panel.annotation import find_lines
from radiosens.panel.columns import given_columns
from radiosens.sources.expression import Expression
from radiosens.sources.rows import Rows

if TYPE_CHECKING:
    import anndata as ad

__all__ = ["contents_of", "contents_text"]

#: How many names are shown of many, in the text.
_SHOWN = 5


def contents_of(
    adata: ad.AnnData | Expression, sheet: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Return what a file holds.

    Parameters
    ----------
    adata : AnnData or Expression
        From `radiosens.read_expression`, or `radiosens.sources.read`.
    sheet : DataFrame, optional
        A sample sheet; its samples alone are looked at.

    Returns
    -------
    dict
        JSON-ready: ``samples``, ``features``, ``platform``, ``scale``, ``range`` (log2),
        ``missing`` (share of values, 0 to 1, and features with any), ``identifiers`` (kind,
        counts, and all names that are unknown, ambiguous or were repaired), ``lines`` (known,
        derived and unknown ones with their numbers of samples) and ``first_sample``.

    Examples
    --------
    >>> adata = Expression(
    ...     np.array([[5.0, np.nan], [7.0, 6.0]], dtype=np.float32),
    ...     obs=pd.DataFrame({"title": ["HL-60", "MCF7/ADR"]}, index=["a", "b"]),
    ...     var=pd.DataFrame(index=["TP53", "SEPT2"]),
    ... )
    >>> contents = contents_of(adata)
    >>> contents["lines"]
    {'known': {'HL-60': 1}, 'derived': {'MCF7/ADR': 1}, 'unknown': {}}
    >>> contents["missing"], contents["identifiers"]["kind"]
    ({'share': 0.25, 'features': 1}, 'symbols')
    """
    if sheet is not None:
        named = adata.obs_names.isin(sheet.index)
        if not named.any():
            raise SampleSheetError(
                "none of the file's samples is in the sample sheet",
                where=adata.uns.get("source"),
                cure="the sheet's column 'sample' must hold the data's own sample names",
            )
        rows = Rows.of(np.asarray(adata.X))
        adata = Expression(rows, adata.obs, adata.var, dict(adata.uns)).of(samples=named)
    values = np.asarray(adata.X)
    absent = np.isnan(values)
    title = str(adata.obs["title"].iloc[0]) if "title" in adata.obs else str(adata.obs_names[0])
    return {
        "samples": adata.n_obs,
        "features": adata.n_vars,
        "platform": str(adata.uns.get("platform") or "") or None,
        "scale": str(adata.uns.get("scale", "")) or None,
        "range": [round(float(np.nanmin(values)), 4), round(float(np.nanmax(values)), 4)],
        "missing": {
            "share": round(float(absent.mean()), 4),
            "features": int(absent.any(axis=0).sum()),
        },
        "identifiers": _identifiers(adata),
        "lines": _lines(adata, sheet),
        "first_sample": {"name": str(adata.obs_names[0]), "title": title},
    }


def _identifiers(adata: ad.AnnData | Expression) -> dict[str, Any]:
    mapping = genes_of(adata)
    return {
        "kind": mapping.kind,
        "known": mapping.n_known,
        "genes": mapping.n_genes,
        "share_known": round(mapping.share, 4),
        "unknown": list(mapping.unknown),
        "ambiguous": list(mapping.ambiguous),
        "repaired": dict(mapping.repaired),
        "spoilt": list(mapping.damaged),
        "sentence": mapping.sentence(),
    }


def _lines(adata: ad.AnnData | Expression, sheet: pd.DataFrame | None) -> dict[str, dict[str, int]]:
    given = given_columns(pd.DataFrame(adata.obs)) if sheet is None else sheet.loc[adata.obs_names]
    found: dict[str, dict[str, int]] = {"known": {}, "derived": {}, "unknown": {}}
    for who in find_lines(adata, given, str(adata.uns.get("source", ""))):
        kind = "known" if who.named.line else "derived" if who.named.parent else "unknown"
        found[kind][who.line] = found[kind].get(who.line, 0) + 1
    return found


def contents_text(contents: dict[str, Any]) -> str:
    """Return the facts as lines of text, a few names of many."""
    low, high = contents["range"]
    lines, missing = contents["lines"], contents["missing"]
    first = contents["first_sample"]
    rows = {
        "samples": contents["samples"],
        "features": f"{contents['features']:,}",
        "identifiers": contents["identifiers"]["sentence"],
        "platform": contents["platform"] or "not stated",
        "scale": contents["scale"],
        "range": f"{low:.2f} to {high:.2f}" + ("" if contents["scale"] == "centred" else " (log2)"),
        "missing": f"{missing['share']:.1%} of the values, in {missing['features']:,} features"
        if missing["features"]
        else "nothing",
        "known lines": len(lines["known"]),
        "derived": _names(lines["derived"]),
        "unknown": _names(lines["unknown"]),
        "first sample": f"{first['name']}: {first['title']}",
    }
    if contents["identifiers"]["spoilt"]:
        spoilt = dict.fromkeys(contents["identifiers"]["spoilt"])
        rows["spoilt"] = f"{_names(spoilt)}: dates or numbers that a spreadsheet made of names"
    shown = {k: v for k, v in rows.items() if v != ""}
    return "\n".join(f"{name:<13}{value}" for name, value in shown.items())


def _names(names: dict[str, Any]) -> str:
    listed = list(names)
    if not listed:
        return ""
    more = f", … ({len(listed)} in all)" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more
