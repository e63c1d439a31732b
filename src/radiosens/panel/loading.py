"""Load files, or AnnData objects, as a panel."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from radiosens.celllines import EXCLUDED, known_lines, resolve_line, resolver
from radiosens.errors import InputError, SampleSheetError
from radiosens.panel.annotation import annotate
from radiosens.panel.checks import COLUMNS, refuse_copies, validate
from radiosens.panel.joining import drop_unmeasured, join
from radiosens.panel.people import check_sf2, number_replicates, settle, warn
from radiosens.panel.reading import Data, File, How, read_one
from radiosens.panel.sheets import match_names
from radiosens.sources.samplesheet import read_sample_sheet
from radiosens.sources.source import Source

if TYPE_CHECKING:
    import anndata as ad

__all__ = ["as_panel", "load_panel"]

logger = logging.getLogger(__name__)


def load_panel(
    data: Data | Sequence[Data],
    samples: str | Path | None = None,
    *,
    platform: str | None = None,
    scale: str | None = None,
    sheet: str | None = None,
    for_training: bool = True,
) -> ad.AnnData:
    """Load one or several expression files as a panel with measured SF2.

    Parameters
    ----------
    data : str, Path, AnnData, or a sequence of them
        Files (series matrix, csv, tsv, xlsx, gct, parquet, h5ad), the name of a downloaded
        data set (``"gse32474"``), ``"simulated"``, or AnnData objects. Several are joined on
        their features where these agree, else on genes (`radiosens.genes`); a line measured in
        two files then counts as two samples of it.
    samples : str or Path, optional
        A sample sheet with the columns ``sample, line`` and optionally ``tissue, donor,
        replicate, sf2``. Without one, or in a file of which it names no sample, line names come
        from ``obs``, titles, characteristics or sample names, and SF2, tissue and donor from
        the table of known lines.
    platform : str, optional
        Refuse a series matrix of another platform, such as ``"GPL570"``.
    scale : str, optional
        What the values of all files are, rather than what they look like; see
        `radiosens.read_expression`.
    sheet : str, optional
        The sheet of a workbook (xlsx) with expression, where several hold tables.
    for_training : bool
        Without, lines may lack SF2 (NaN) and an array may be there twice, as `check` wants it.

    Returns
    -------
    anndata.AnnData
        ``X``: samples × features, float32, log2, NaN where missing; ``obs``: ``line, tissue,
        donor, replicate, sf2`` (surviving fraction at 2 Gy, dimensionless) and ``source``;
        ``uns["simulated"]``: whether the values are simulated.

    Raises
    ------
    RadiosensError
        If a file can't be read, a line is unknown, or the files have no features in common.

    Warns
    -----
    RadiosensWarning
        Of what was understood and may move numbers: spellings taken for one line, derived
        lines, files joined on genes, an unusual SF2.

    Examples
    --------
    >>> panel = load_panel("simulated")
    >>> panel.obs["line"].nunique() < panel.n_obs
    True
    """
    import anndata as ad

    given = [data] if isinstance(data, str | Path | ad.AnnData | Source) else list(data)
    if not given:
        raise InputError("no data were named", cure="pass at least one file or data set")
    rows = None if samples is None else read_sample_sheet(Path(samples))
    how = How(platform, scale, sheet, frozenset() if rows is None else frozenset(rows.index))
    files = [read_one(one, how, i) for i, one in enumerate(given, start=1)]
    _refuse_centred_beside_others(files)
    rows = None if rows is None else match_names(rows, [f.adata.obs_names for f in files])
    sheets = _which_have_a_sheet(rows, files)
    parts = [
        file.adata if file.ready else annotate(file.adata, its, file.where, need_sf2=for_training)
        for file, its in zip(files, sheets, strict=True)
    ]
    if rows is not None:
        _tell_shared_rows(rows, parts)
        _refuse_unused_rows(rows, parts, Path(str(samples)))
    panel = parts[0] if len(parts) == 1 else join(parts)
    wheres = {str(p.obs["source"].iloc[0]): f.where for p, f in zip(parts, files, strict=True)}
    panel.obs = _who_is_who(panel.obs, wheres, with_sheet=rows is not None, need_sf2=for_training)
    panel = drop_unmeasured(panel)
    panel.obs["replicate"] = number_replicates(panel.obs)
    validate(panel, need_sf2=for_training)
    if for_training:
        refuse_copies(panel)
    return panel


def as_panel(data: Data | Sequence[Data], *, for_training: bool = True) -> ad.AnnData:
    """Return a panel as it is, and anything else as `load_panel` reads it.

    For functions that take a panel and may be handed a file, or an AnnData that is none yet.

    Raises
    ------
    RadiosensError
        As `load_panel` and `validate`.

    Examples
    --------
    >>> panel = load_panel("simulated")
    >>> as_panel(panel) is panel, as_panel("simulated").shape == panel.shape
    (True, True)
    """
    import anndata as ad

    if isinstance(data, ad.AnnData) and set(COLUMNS) <= set(data.obs.columns):
        validate(data, need_sf2=for_training)
        return data
    return load_panel(data, for_training=for_training)


def _refuse_centred_beside_others(files: list[File]) -> None:
    """Refuse files of which some hold centred values and others a gene's level."""
    centred = [f.adata.uns.get("scale") == "centred" for f in files]
    if any(centred) and not all(centred):
        one, other = files[centred.index(True)], files[centred.index(False)]
        raise InputError(
            f"its values are centred, those of {Path(other.where).name} are not",
            where=one.where,
            cure="give all files on one scale",
        )


def _which_have_a_sheet(sheet: pd.DataFrame | None, files: list[File]) -> list[pd.DataFrame | None]:
    """Give the sheet to the files that it names samples of; to all if it names none at all."""
    if sheet is None:
        return [None] * len(files)
    named = [bool(f.adata.obs_names.isin(sheet.index).any()) for f in files]
    for file, has in zip(files, named, strict=True):
        if any(named) and not has and not file.ready:
            logger.info("%s: not in the sample sheet; lines by their own names", file.where)
    return [sheet if has or not any(named) else None for has in named]


def _who_is_who(
    obs: pd.DataFrame, wheres: dict[str, Path | str], *, with_sheet: bool, need_sf2: bool
) -> pd.DataFrame:
    """Settle lines, donors and SF2 of the whole panel; refuse lines without an SF2."""
    settled = settle(obs)
    first = next(iter(wheres.values()))
    where = first if len(wheres) == 1 else None
    check_sf2(settled, SampleSheetError if with_sheet else InputError, where)
    lacking = settled["sf2"].isna()
    if need_sf2 and lacking.any():
        row = settled[lacking].iloc[0]
        place = wheres.get(str(row["source"]))
        if row["line"] not in known_lines().index:
            remedy = "if it is a new line, give its SF2 in the sheet's column 'sf2'"
            resolve_line(str(row["line"]), where=place, remedy=remedy)
        raise SampleSheetError(
            f"no SF2 is known for the line {row['line']!r}",
            where=place,
            cure="give it in the sample sheet's column 'sf2'",
        )
    return settled


def _tell_shared_rows(sheet: pd.DataFrame, parts: list[ad.AnnData]) -> None:
    """Warn of samples of the sheet that are in several files: it may mean one of them only."""
    counts = pd.Series([s for p in parts for s in p.obs_names if s in sheet.index]).value_counts()
    shared = list(counts.index[counts > 1])
    if shared:
        warn(
            f"{len(shared)} samples of the sheet are in several files ({', '.join(shared[:3])});"
            " each is taken, and what the sheet does not name in these files is left out"
        )


def _refuse_unused_rows(sheet: pd.DataFrame, parts: list[ad.AnnData], path: Path) -> None:
    seen = {name for part in parts for name in part.obs_names}
    excluded = {s for s in sheet.index if resolver().find(str(sheet.at[s, "line"])) in EXCLUDED}
    unused = [s for s in sheet.index if s not in seen and s not in excluded]
    if unused:
        raise SampleSheetError(
            f"{len(unused)} samples of the sheet are not in the data: {', '.join(unused[:3])}",
            where=path,
            cure="remove these rows or add the file that holds them",
        )
