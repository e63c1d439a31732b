"""Tell which line each sample is of, and join what is known of the line."""

from __future__ import annotations

import logging
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd

from radiosens.celllines import EXCLUDED, known_lines, normalise, resolve_line, resolver
from radiosens.errors import InputError, SampleSheetError

__all__ = ["annotate"]

logger = logging.getLogger(__name__)


def annotate(
    adata: ad.AnnData, sheet: pd.DataFrame | None, path: Path, *, need_sf2: bool = True
) -> ad.AnnData:
    """Give each sample its line, tissue, donor and SF2; leave out the excluded lines.

    Parameters
    ----------
    adata : AnnData
        From `radiosens.read_expression`.
    sheet : DataFrame, optional
        From `radiosens.sources.samplesheet.read_sample_sheet`; only its samples are kept.
    path : Path
        The file the expression came from, for messages.
    need_sf2 : bool
        Whether to refuse lines without SF2, and new lines that come with none.

    Returns
    -------
    AnnData
        With ``line, tissue, donor, sf2, sex, source`` and, if given, ``replicate`` in ``obs``.
        What the user gives comes before the table of known lines.

    Raises
    ------
    UnknownLineError, InputError, SampleSheetError
        If a line is unknown, or has no SF2.
    """
    own = {c for c in ("line", "tissue", "donor", "sf2", "sex") if c in adata.obs}
    if sheet is not None:
        chosen = [s for s in adata.obs_names if s in sheet.index]
        if not chosen:
            raise SampleSheetError(
                f"none of its samples ({', '.join(adata.obs_names[:3])}, …) is in the sample sheet",
                where=path,
                cure="the sheet's column 'sample' must hold the data's own sample names",
            )
        adata = adata[chosen].copy()
        given = sheet.loc[chosen]
        lines = [_line_of_sheet(row, path, need_sf2) for _, row in given.iterrows()]
    elif "line" in own:
        given = adata.obs[sorted(own)]
        lines = [_line_of_sheet(row, path, need_sf2) for _, row in given.iterrows()]
    else:
        given = pd.DataFrame(index=adata.obs_names)
        lines = [_line_of_sample(sample, info, path) for sample, info in adata.obs.iterrows()]
    obs = _describe(pd.Series(lines, index=adata.obs_names), given, path, need_sf2)
    excluded = obs["line"].isin(list(EXCLUDED)) & obs["sf2"].isna()
    for line in obs.loc[excluded, "line"].unique():
        logger.info("%s: left out %s: %s", path.name, line, EXCLUDED[line])
    obs["source"] = path.name
    if excluded.all():
        raise InputError(
            "it holds only lines that are left out", where=path, cure="add other samples"
        )
    kept = adata[~excluded.to_numpy()]
    return ad.AnnData(
        X=np.ascontiguousarray(kept.X),
        obs=obs.loc[~excluded],
        var=pd.DataFrame(index=adata.var_names),
        uns={"simulated": bool(adata.uns.get("simulated", False))},
    )


def _line_of_sheet(row: pd.Series, path: Path, need_sf2: bool) -> str:
    """Return the known name of a line the user gave, or the user's own for a new line."""
    if pd.isna(row["line"]):
        raise InputError(
            "a sample has no line", where=f"{path}, sample {row.name}", cure="fill in its line"
        )
    name = str(row["line"])
    known = resolver().spellings.get(normalise(name))
    if known is None and need_sf2 and not pd.notna(row.get("sf2")):
        remedy = "if it is a new line, give its SF2 in the sheet's column 'sf2'"
        return resolve_line(name, where=path, remedy=remedy)
    return known or name


def _line_of_sample(sample: object, info: pd.Series, path: Path) -> str:
    """Find the line in a sample's title, its characteristics or its name."""
    characteristics = str(info.get("characteristics_ch1", ""))
    texts = [str(info["title"])]
    texts += [
        c.partition(":")[2].strip()
        for c in characteristics.split(" | ")
        if "line" in c.partition(":")[0].lower()
    ]
    texts += [str(sample)]
    for text in texts:
        line = resolver().find(text)
        if line is not None:
            return line
    return resolve_line(texts[1] if len(texts) > 2 else texts[0], where=f"{path}, sample {sample}")


def _describe(lines: pd.Series, given: pd.DataFrame, path: Path, need_sf2: bool) -> pd.DataFrame:
    """Join tissue, donor and SF2 by line; what the user gave comes before the table."""
    table = known_lines()
    obs = pd.DataFrame({"line": lines})
    obs["tissue"] = lines.map(table["tissue"])
    obs["donor"] = lines.map(table["donor"])
    obs["sf2"] = lines.map(table["sf2"])
    obs["sex"] = lines.map(table["sex"])
    for column in ("tissue", "donor", "sf2", "sex"):
        if column in given:
            obs[column] = given[column].where(given[column].notna(), obs[column])
    numbers = pd.to_numeric(obs["sf2"], errors="coerce")
    wrong = obs.loc[numbers.isna() & obs["sf2"].notna(), "sf2"]
    if len(wrong):
        raise InputError(
            f"the SF2 {wrong.iloc[0]!r} is not a number",
            where=f"{path}, sample {wrong.index[0]}",
            cure="give the surviving fraction at 2 Gy as a fraction, such as 0.45",
        )
    obs["sf2"] = numbers.astype(float)
    obs["donor"] = obs["donor"].where(obs["donor"].notna(), obs["line"])
    obs["tissue"] = obs["tissue"].where(obs["tissue"].notna(), "unknown")
    obs["sex"] = obs["sex"].fillna("")
    if "replicate" in given:
        obs["replicate"] = given["replicate"]
    without = obs.loc[obs["sf2"].isna() & ~obs["line"].isin(list(EXCLUDED)), "line"].unique()
    if len(without) and need_sf2:
        raise SampleSheetError(
            f"no SF2 is known for the line {without[0]!r}",
            where=path,
            cure="give it in the sample sheet's column 'sf2'",
        )
    return obs
