"""A panel: samples × features with who each sample is and how its line survives 2 Gy.

A panel is an `anndata.AnnData` that passed `validate`: ``X`` float32 on a log2 scale, and in
``obs`` the columns ``line, tissue, donor, replicate, sf2, source``.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd

from radiosens.annotation import annotate
from radiosens.celllines import EXCLUDED, TISSUES, known_lines, resolver
from radiosens.errors import InputError, RadiosensError, SampleSheetError
from radiosens.sources import read_expression
from radiosens.sources.download import DATASETS, cached_dataset
from radiosens.sources.samplesheet import read_sample_sheet
from radiosens.sources.simulated import SIMULATED, simulate_panel

__all__ = ["data_hash", "load_panel", "panel_order", "validate"]

logger = logging.getLogger(__name__)

_COLUMNS = ("line", "tissue", "donor", "replicate", "sf2", "source")

#: Below this many common features, two files are not measurements of the same thing.
MIN_COMMON_FEATURES = 100


def load_panel(
    data: str | Path | Sequence[str | Path],
    samples: str | Path | None = None,
    *,
    platform: str | None = None,
    for_training: bool = True,
) -> ad.AnnData:
    """Load one or several expression files as a panel with measured SF2.

    Parameters
    ----------
    data : str, Path, or a sequence of them
        Files (GEO series matrix, csv, tsv, gct, parquet, h5ad), the name of a downloaded data
        set (``"gse32474"``), or ``"simulated"``. Several are joined on their common features;
        a line measured in two files then counts as two samples of it.
    samples : str or Path, optional
        A sample sheet with the columns ``sample, line`` and optionally ``tissue, donor,
        replicate, sf2``. Without one, line names come from titles, characteristics or sample
        names, and SF2, tissue and donor from the table of known lines.
    platform : str, optional
        Refuse a series matrix of another platform, such as ``"GPL570"``.
    for_training : bool
        Without, lines may lack SF2 (NaN) and an array may be there twice, as `check` wants it.

    Returns
    -------
    anndata.AnnData
        ``X``: samples × features, float32, log2; ``obs``: ``line, tissue, donor, replicate,
        sf2`` (surviving fraction at 2 Gy, dimensionless) and ``source``;
        ``uns["simulated"]``: whether the values are simulated.

    Raises
    ------
    RadiosensError
        If a file can't be read, a line is unknown, or the files have no features in common.

    Examples
    --------
    >>> panel = load_panel("simulated")
    >>> panel.obs["line"].nunique() < panel.n_obs
    True
    """
    names = [data] if isinstance(data, str | Path) else list(data)
    if not names:
        raise InputError("no data were named", cure="pass at least one file or data set")
    sheet = None if samples is None else read_sample_sheet(Path(samples))
    parts = [_load_one(name, sheet, platform, for_training) for name in names]
    if sheet is not None:
        _refuse_unused_rows(sheet, parts, Path(str(samples)))
    panel = parts[0] if len(parts) == 1 else _join(parts)
    panel.obs["replicate"] = _number_replicates(panel.obs)
    validate(panel, need_sf2=for_training)
    if for_training:
        _refuse_copies(panel)
    return panel


def _load_one(
    name: str | Path, sheet: pd.DataFrame | None, platform: str | None, need_sf2: bool
) -> ad.AnnData:
    if str(name) == SIMULATED:
        return simulate_panel()
    path = Path(name)
    if str(name).lower() in DATASETS and not path.is_file():
        dataset = DATASETS[str(name).lower()]
        path, platform = cached_dataset(dataset), dataset.platform
    known = frozenset() if sheet is None else frozenset(sheet.index)
    adata = read_expression(path, platform=platform, known_samples=known)
    return annotate(adata, sheet, path, need_sf2=need_sf2)


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


def _join(parts: list[ad.AnnData]) -> ad.AnnData:
    """Stack files on their common features; sample names that collide get their file's name."""
    common = parts[0].var_names
    for part in parts[1:]:
        common = common[common.isin(part.var_names)]
    names = [p.obs["source"].iloc[0] for p in parts]
    if len(common) < MIN_COMMON_FEATURES:
        raise InputError(
            f"the files {' and '.join(names)} have only {len(common)} features in common",
            cure="files are joined by feature names: name both by probe sets or both by genes",
        )
    for part, name in zip(parts, names, strict=True):
        logger.info("%s: %d of its %d features are in every file", name, len(common), part.n_vars)
    if len(set(names)) < len(names):
        names = [f"{name} ({i})" for i, name in enumerate(names, start=1)]
        for part, name in zip(parts, names, strict=True):
            part.obs["source"] = name
    everyone = pd.Index([s for p in parts for s in p.obs_names])
    if everyone.has_duplicates:
        for part, name in zip(parts, names, strict=True):
            part.obs_names = [f"{name}:{s}" for s in part.obs_names]
    return ad.AnnData(
        X=np.concatenate([p[:, common].X for p in parts]),
        obs=pd.concat([p.obs for p in parts]),
        var=pd.DataFrame(index=common),
        uns={"simulated": any(p.uns["simulated"] for p in parts)},
    )


def _refuse_copies(panel: ad.AnnData) -> None:
    """Refuse the same array twice: it would be tested and trained on at once."""
    seen: dict[bytes, str] = {}
    for name, values in zip(panel.obs_names, panel.X, strict=True):
        twin = seen.setdefault(hashlib.sha256(values.tobytes()).digest(), name)
        if twin != name:
            raise InputError(
                f"the samples {twin!r} and {name!r} hold the same values",
                cure="give each array once: a copy would be on both sides of a split",
            )


def _number_replicates(obs: pd.DataFrame) -> pd.Series:
    """Count the samples of each line, keeping the user's numbers where they are complete."""
    counted = obs.groupby("line", observed=True).cumcount() + 1
    if "replicate" not in obs or obs["replicate"].isna().any():
        return counted
    given = pd.to_numeric(obs["replicate"], errors="coerce")
    unusable = (
        not np.isfinite(given).all()
        or pd.DataFrame({"l": obs["line"], "r": given}).duplicated().any()
    )
    return counted if unusable else given.astype(int)


def validate(panel: ad.AnnData, *, need_sf2: bool = True) -> None:
    """Raise unless an AnnData is a panel: see the module's docstring.

    Raises
    ------
    InputError
        If a column is missing, names are duplicated, a value is not finite, or an SF2 is not
        a positive number.
    """
    absent = [c for c in _COLUMNS if c not in panel.obs]
    if absent:
        raise InputError(f"the panel lacks the columns {', '.join(absent)}", cure="use load_panel")
    if panel.n_obs == 0:
        raise InputError("no sample is left", cure="check the data and the sample sheet")
    for kind, names in (("sample", panel.obs_names), ("feature", panel.var_names)):
        if names.has_duplicates:
            raise InputError(
                f"duplicated {kind} {names[names.duplicated()][0]!r}", cure="make names unique"
            )
    sf2 = panel.obs["sf2"].to_numpy(dtype=float)
    if not need_sf2:
        sf2 = sf2[~np.isnan(sf2)]
    if not (np.isfinite(sf2) & (sf2 > 0)).all():
        raise InputError("an SF2 is not a positive number", cure="correct the column 'sf2'")
    if panel.obs.groupby("line", observed=True)["sf2"].nunique().max() > 1:
        counts = panel.obs.groupby("line", observed=True)["sf2"].nunique()
        raise SampleSheetError(
            f"the line {counts.idxmax()!r} has several SF2 values",
            cure="a line has one SF2: correct the sheet, or name the lines apart",
        )
    if panel.X is None or not np.isfinite(panel.X).all():
        raise InputError("the panel holds values that are not finite", cure="use load_panel")


def panel_order(obs: pd.DataFrame) -> pd.Index:
    """Return the samples in the order of the paper's Table 1: tissue, line, replicate.

    Lines that are not in the paper follow, in the order they come in.
    """
    lines = [*known_lines().index, *obs["line"].unique()]
    rank = {line: i for i, line in reversed(list(enumerate(lines)))}
    tissue_rank = {t: i for i, t in enumerate([*TISSUES, *obs["tissue"].unique()][::-1])}
    key = pd.DataFrame(
        {
            "tissue": -obs["tissue"].map(tissue_rank).astype(int),
            "line": obs["line"].map(rank).astype(int),
            "replicate": obs["replicate"].astype(int),
        },
        index=obs.index,
    )
    return key.sort_values(["tissue", "line", "replicate"], kind="stable").index


def data_hash(panel: ad.AnnData) -> str:
    """Return a SHA-256 over everything a fit can depend on: values, names, lines and SF2."""
    if panel.X is None:
        raise RadiosensError("the panel has no values")
    digest = hashlib.sha256()
    digest.update(np.ascontiguousarray(panel.X, dtype=np.float32).tobytes())
    digest.update("\n".join(panel.var_names).encode())
    digest.update(panel.obs[list(_COLUMNS)].to_csv().encode())
    return digest.hexdigest()
