"""What a panel must hold, in which order its samples are shown, and its hash."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from radiosens.celllines import TISSUES, known_lines
from radiosens.errors import InputError, RadiosensError, SampleSheetError

if TYPE_CHECKING:
    import anndata as ad

__all__ = ["COLUMNS", "MOST_MISSING", "data_hash", "panel_order", "refuse_copies", "validate"]

COLUMNS = ("line", "tissue", "donor", "replicate", "sf2", "source")

#: A sample of which more than this share is missing was not measured.
MOST_MISSING = 0.5


def refuse_copies(panel: ad.AnnData) -> None:
    """Refuse the same array twice: it would be tested and trained on at once."""
    seen: dict[bytes, str] = {}
    for name, values in zip(panel.obs_names, panel.X, strict=True):
        twin = seen.setdefault(hashlib.sha256(values.tobytes()).digest(), name)
        if twin != name:
            raise InputError(
                f"the samples {twin!r} and {name!r} hold the same values",
                cure="give each array once: a copy would be on both sides of a split",
            )


def validate(panel: ad.AnnData, *, need_sf2: bool = True) -> None:
    """Raise unless an AnnData is a panel: see the module's docstring.

    Raises
    ------
    InputError
        If a column is missing, names are duplicated, a value is infinite, more than half of a
        sample or a whole feature is missing, or an SF2 is not a positive number.
    """
    absent = [c for c in COLUMNS if c not in panel.obs]
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
    _validate_values(panel)


def _validate_values(panel: ad.AnnData) -> None:
    if panel.X is None or np.isinf(panel.X).any():
        raise InputError("the panel holds values that are not finite", cure="use load_panel")
    absent = np.isnan(panel.X)
    if not absent.any():
        return
    if absent.all(axis=0).any():
        raise InputError(
            f"no sample has measured the feature {panel.var_names[absent.all(axis=0)][0]!r}",
            cure="use load_panel, which leaves such features out",
        )
    share = absent.mean(axis=1)
    worst = int(share.argmax())
    if share[worst] > MOST_MISSING:
        raise InputError(
            f"{share[worst]:.0%} of the values of sample {panel.obs_names[worst]!r} are missing;"
            f" of {panel.n_obs} samples {(share > MOST_MISSING).sum()} lack more than a half",
            where=panel.obs["source"].iloc[worst],
            cure="leave these samples out, or the features that few samples have",
        )


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
    digest.update(panel.obs[list(COLUMNS)].to_csv().encode())
    return digest.hexdigest()
