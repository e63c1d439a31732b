"""Tell which line each sample of a file is of, and what the file or the sheet says of it."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from radiosens.celllines import (
    EXCLUDED,
    Named,
    known_lines,
    resolve_line,
    resolver,
)
from radiosens.errors import InputError, SampleSheetError
from radiosens.panel.columns import given_columns
from radiosens.panel.people import parse_sf2, warn

if TYPE_CHECKING:
    import anndata as ad

__all__ = ["Who", "annotate", "find_lines"]

logger = logging.getLogger(__name__)

_EXPLICIT = re.compile(r"(cell[ _.]?lines?|line)([ _.](name|id))?", re.IGNORECASE)
# Other characteristics that may hold a line's name.
_MAY_NAME = re.compile(
    r"cells?|cell[ _.]?(type|name|id|model)|strain|model|name|source([ _.]name)?"
    r"|sample([ _.](name|id|type))?",
    re.IGNORECASE,
)
_SAID_OF_DERIVED = re.compile(
    r"resistan|knock.?(out|down)|\bKO\b|-/-|\bnull\b|\b(sh|si|sg)RNA|\bsh[A-Z]|CRISPR|over-?express"
    r"|transfect|transduc|\bmutant\b|\bsubline|\bsubclone|radio-?selected",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Who:
    """What was found of a sample's line.

    Attributes
    ----------
    text : str
        The name that was read.
    named : Named
        What it was read as.
    given : bool
        Whether the user gave it, in a sheet or a column of ``obs``.
    remarks : tuple of str
        What speaks against it.
    """

    text: str
    named: Named
    given: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The known line, a derived line's own name, or the name as it is."""
        return self.named.line or self.named.name or self.text


def annotate(
    adata: ad.AnnData, sheet: pd.DataFrame | None, path: Path | str, *, need_sf2: bool = True
) -> ad.AnnData:
    """Give each sample its line, and what is said of it; leave out the excluded lines.

    Parameters
    ----------
    adata : AnnData
        From `radiosens.read_expression`.
    sheet : DataFrame, optional
        From `radiosens.sources.samplesheet.read_sample_sheet`; only its samples are kept.
    path : Path or str
        The file the expression came from, for messages.
    need_sf2 : bool
        Whether to refuse lines without SF2, and new lines that come with none.

    Returns
    -------
    AnnData
        With ``line, tissue, donor, sf2, sex, parent, source`` and, if given, ``replicate`` in
        ``obs``; ``donor`` and ``sf2`` only as given, for `people.settle` to complete.

    Raises
    ------
    UnknownLineError, InputError, SampleSheetError
        If a line is unknown, or no sample is in the sheet.
    """
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
    else:
        given = given_columns(pd.DataFrame(adata.obs))
    who = find_lines(adata, given, path)
    for sample, one in zip(adata.obs_names, who, strict=True):
        where = f"{path}, sample {sample}"
        named = one.named
        if not one.given and named.line is None and (need_sf2 or named.parent is None):
            resolve_line(one.text, where=where)  # says what is near, or what it was made from
        for remark in one.remarks:
            warn(f"{where}: {remark}")
    _tell_words(who, Path(path).name)
    obs = _describe(who, given, adata.obs_names, path)
    name = Path(path).name
    obs["source"] = _sources(pd.DataFrame(adata.obs), name)
    excluded = obs["line"].isin(list(EXCLUDED)) & obs["sf2"].isna()
    for line in obs.loc[excluded, "line"].unique():
        logger.info("%s: left out %s: %s", name, line, EXCLUDED[line])
    if excluded.all():
        raise InputError(
            "it holds only lines that are left out", where=path, cure="add other samples"
        )
    kept = adata[~excluded.to_numpy()]
    import anndata as ad

    return ad.AnnData(
        X=np.ascontiguousarray(kept.X),
        obs=obs.loc[~excluded],
        var=pd.DataFrame(adata.var),
        uns={"simulated": bool(adata.uns.get("simulated", False))},
    )


def _sources(obs: pd.DataFrame, name: str) -> pd.Series | str:
    """Keep the sources of a panel of several files that was saved or is in memory."""
    panel = {"line", "sf2", "replicate", "source"} <= set(obs.columns)
    if panel and (len(set(obs["source"])) > 1 or name.startswith("AnnData")):
        return obs["source"].astype(str)
    return name


def find_lines(adata: ad.AnnData, given: pd.DataFrame, path: Path | str) -> list[Who]:
    """Find the line of each sample, known or not.

    Parameters
    ----------
    adata : AnnData
        From `radiosens.read_expression`.
    given : DataFrame
        A sample sheet's rows, or `given_columns` of ``obs``; one row a sample.
    path : Path or str
        The file, for messages.

    Returns
    -------
    list of Who
        One a sample.
    """
    ids = given["line_id"] if "line_id" in given else pd.Series("", adata.obs_names)
    if "line" in given:
        names = given["line"].where(given["line"].notna(), ids.replace("", None))
        return [_of_name(name, f"{path}, sample {s}") for s, name in names.items()]
    who = [_of_sample(str(s), info) for s, info in adata.obs.iterrows()]
    return [_by_id(one, number) for one, number in zip(who, ids, strict=True)]


def _by_id(who: Who, number: object) -> Who:
    """Take DepMap's number where it is that of a known line, or nothing else is known."""
    text = "" if number is None or number is pd.NA else str(number).strip()
    named = resolver().read(text)
    if named.line is None and (who.named.line or who.named.parent or text in {"", "nan"}):
        return who
    return Who(text, named, given=True)


def _of_name(given: str | float | None, where: str) -> Who:
    """Read a line that the user gave: a known one, a derived one, or the user's own."""
    name = "" if given is None or pd.isna(given) else str(given).strip()
    if not name:
        raise InputError("a sample has no line", where=where, cure="fill in its line")
    return Who(name, resolver().read(name), given=True)


def _of_sample(sample: str, info: pd.Series) -> Who:
    """Find the line in a sample's characteristics, its title or its name.

    What is called ``cell line:`` counts before a title, whose first word may be anything; but
    where the title tells a line derived from that one, the sample is of the derived one.
    """
    title = str(info.get("title", sample))
    says = _characteristics(info)
    explicit = next((v for k, v in says if _EXPLICIT.fullmatch(k)), None)
    by_title = resolver().read(title, title=True)
    if explicit is None:
        by_name = resolver().read(sample, title=True)
        text, named = (title, by_title)
        if not (by_title.line or by_title.parent) and (by_name.line or by_name.parent):
            text, named = sample, by_name
        if not (named.line or named.parent):
            text, named = _elsewhere(info, says) or (text, named)
        return Who(text, named, remarks=_remarks(named, says))
    named = resolver().read(explicit)
    if named.line is not None and by_title.parent == named.line:
        return Who(title, by_title)
    remarks = _remarks(named, [*says, ("title", title)])
    if named.line and by_title.line and by_title.line != named.line:
        remarks += (
            f"its title {title!r} begins with {by_title.line}, its cell line is {named.line}:"
            " that is taken",
        )
    return Who(explicit, named, remarks=remarks)


def _elsewhere(info: pd.Series, says: list[tuple[str, str]]) -> tuple[str, Named] | None:
    """Find a line's bare name in other characteristics (``cell type: MCF7``), or the source."""
    values = [value for key, value in says if _MAY_NAME.fullmatch(key)]
    for value in [*values, str(info.get("source_name_ch1", ""))]:
        named = resolver().read(value)
        if named.line or named.parent:
            return value, named
    return None


def _characteristics(info: pd.Series) -> list[tuple[str, str]]:
    """Return what a series matrix says of a sample, as (key, value)."""
    texts = str(info.get("characteristics_ch1", "")).split(" | ")
    pairs = [(key.strip(), value.strip()) for key, _, value in (t.partition(":") for t in texts)]
    return [(key, value) for key, value in pairs if value]


def _remarks(named: Named, says: list[tuple[str, str]]) -> tuple[str, ...]:
    if named.line is None:
        return ()
    return tuple(
        f"it is said to be {value!r} ({key}), and is taken for {named.line} itself"
        for key, value in says
        if _SAID_OF_DERIVED.search(value)
    )


def _describe(
    who: list[Who], given: pd.DataFrame, names: pd.Index, path: Path | str
) -> pd.DataFrame:
    """Join tissue and sex by line or parent; what the user gave comes before the table."""
    table = known_lines()
    obs = pd.DataFrame(
        {"line": [w.line for w in who], "parent": [w.named.parent for w in who]}, names
    )
    like = obs["line"].where(obs["parent"].isna(), obs["parent"])
    _tell_derived(obs, Path(path).name)
    obs["tissue"], obs["sex"] = like.map(table["tissue"]), like.map(table["sex"])
    for column in ("tissue", "sex"):
        if column in given:
            values = given[column].astype(object)
            obs[column] = values.where(values.notna(), obs[column])
    obs["donor"] = given["donor"].astype(object) if "donor" in given else None
    obs["sf2"] = float("nan")
    if "sf2" in given:
        obs["sf2"] = parse_sf2(given["sf2"], path).to_numpy()
    obs["tissue"] = obs["tissue"].where(obs["tissue"].notna(), "unknown")
    obs["sex"] = obs["sex"].fillna("")
    if "replicate" in given:
        obs["replicate"] = given["replicate"]
    return obs


def _tell_words(who: list[Who], name: str) -> None:
    """Warn of words behind a line's name: they may tell of a treatment, or of a derived line."""
    texts = [w.text for w in who if w.named.line and w.named.words and not w.given]
    if texts:
        shown = ", ".join(map(repr, texts[:3])) + (", …" if len(texts) > 3 else "")
        warn(
            f"{name}: the names of {len(texts)} samples say more than a line ({shown}); each is"
            " taken for the line itself, with its SF2"
        )


def _tell_derived(obs: pd.DataFrame, name: str) -> None:
    """Warn of derived lines, which have their parent's donor and not its SF2."""
    derived = obs.loc[obs["parent"].notna()].drop_duplicates("line")
    pairs = [
        f"{line!r} from {parent}"
        for line, parent in zip(derived["line"], derived["parent"], strict=True)
    ]
    if pairs:
        shown = "; ".join(pairs[:3]) + (f", and {len(pairs) - 3} more" if len(pairs) > 3 else "")
        warn(
            f"{name}: by their names these were made from known lines, and have their donors, not"
            f" their SF2: {shown}"
        )
