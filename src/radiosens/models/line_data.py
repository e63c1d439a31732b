"""Lines with survival after several doses, and all that any table has measured of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.celllines import is_haematological
from radiosens.errors import InputError
from radiosens.panel.donors import donor_of
from radiosens.panel.tables import line_keys
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.platforms import Block, Scale, blocks_of, merge, scales_of

__all__ = ["DOSES", "TARGETS", "LineData", "donor_folds", "line_data", "read_responses"]

#: Gy of the survival data.
DOSES = (1, 2, 3, 4, 5, 6, 8, 10)
#: What is learned together: SF2, the area under the curve, survival at each dose.
TARGETS = ("sf2", "auc", *(f"sf_{dose}gy" for dose in DOSES))
#: Survival above this is a measurement gone wrong (more cells than without radiation).
MOST_SURVIVAL = 1.5
#: A feature that fewer training lines have (share) is guessed for nearly all: it is left out.
LEAST_MEASURED = 0.1
#: How Yard et al. call the site of leukaemias and lymphomas.
BLOOD = "haematopoietic and lymphoid tissue"


@dataclass(frozen=True)
class LineData:
    """Lines that have survival data and at least one table.

    Attributes
    ----------
    blocks : tuple of Block
        Tables, rows as in ``lines``.
    features : tuple of str
        Of all tables.
    lines, donors, tissues : array of str, shape (lines,)
    targets : array of shape (lines, targets)
        `TARGETS`; survival is dimensionless, the area in Gy.
    """

    blocks: tuple[Block, ...]
    features: tuple[str, ...]
    lines: NDArray[np.str_]
    donors: NDArray[np.str_]
    tissues: NDArray[np.str_]
    targets: NDArray[np.float64]

    def merged(
        self, training: NDArray[np.bool_]
    ) -> tuple[Matrix, NDArray[np.intp], list[Scale | None]]:
        """Bring all tables together, by what training lines show.

        Returns
        -------
        z : array of shape (lines, features that enough training lines have)
            Standardised; NaN where missing.
        features : array of int
            Which of ``features`` these are.
        scales : list of Scale or None
            Of each table.
        """
        scales = scales_of(self.blocks, training)
        z = merge(self.blocks, scales, len(self.features))
        kept = np.flatnonzero((~np.isnan(z[training])).mean(axis=0) >= LEAST_MEASURED)
        return z[:, kept], kept, scales

    def only(self, tables: Sequence[str]) -> LineData:
        """Return the same with some tables, and the lines that these have."""
        missing = set(tables) - {b.name for b in self.blocks}
        if missing:
            raise InputError(f"there is no table {min(missing)!r}", cure="name a joined table")
        blocks = [b for b in self.blocks if b.name in tables]
        return self._with(blocks, np.any([b.there for b in blocks], axis=0))

    def part(self, rows: NDArray[np.bool_]) -> LineData:
        """Return some of the lines."""
        return self._with(self.blocks, rows)

    def _with(self, blocks: Sequence[Block], rows: NDArray[np.bool_]) -> LineData:
        return LineData(
            tuple(Block(b.name, b.kind, b.columns, b.x[rows]) for b in blocks),
            self.features,
            self.lines[rows],
            self.donors[rows],
            self.tissues[rows],
            self.targets[rows],
        )

    @property
    def solid(self) -> NDArray[np.bool_]:
        """Return which lines are of solid tumours."""
        return np.array([t != BLOOD and not is_haematological(t) for t in self.tissues])


def read_responses(response: str | Path, histology: str | Path) -> pd.DataFrame:
    """Read survival after several doses, as RadioGx gives Yard et al. 2016.

    Parameters
    ----------
    response : str or Path
        CSV: ``line``, ``1Gy`` to ``10Gy``, ``SF2``, ``YardAUC``.
    histology : str or Path
        CSV: ``line``, ``Primarysite``, and ``tissueid`` where that has gaps (which it alone fills:
        it calls the melanomas MDA-MB-435 and SK-MEL-28 haematopoietic).

    Returns
    -------
    DataFrame
        Indexed by line (`radiosens.panel.tables.line_keys`): ``tissue`` and `TARGETS`.

    Raises
    ------
    InputError
        If a column is missing or a line is there twice.
    """
    measured, told = pd.read_csv(response), pd.read_csv(histology)
    doses = [f"{dose}Gy" for dose in DOSES]
    for table, columns, where in (
        (measured, ["line", "SF2", "YardAUC", *doses], response),
        (told, ["line", "Primarysite", "tissueid"], histology),
    ):
        absent = [c for c in columns if c not in table]
        if absent:
            raise InputError(
                f"it lacks the columns {', '.join(absent)}", where=where, cure="see the docs"
            )
        table.index = pd.Index(line_keys(table["line"].astype(str).tolist()))
    if measured.index.has_duplicates:
        twice = measured.index[measured.index.duplicated()][0]
        raise InputError(f"the line {twice!r} is there twice", where=response, cure="keep one")
    sites = told["Primarysite"].fillna(told["tissueid"])
    sites = sites[~told.index.duplicated()].reindex(measured.index)
    found = pd.DataFrame({"tissue": sites.fillna("unknown").str.replace("_", " ")})
    survival = measured[doses].clip(0, MOST_SURVIVAL).to_numpy(dtype=np.float64)
    found[list(TARGETS)] = np.column_stack([measured[["SF2", "YardAUC"]], survival])
    return found


def line_data(panel: ad.AnnData, responses: pd.DataFrame) -> LineData:
    """Bring a joined panel and survival data together.

    Parameters
    ----------
    panel : AnnData
        From `radiosens.panel.tables.join_tables`.
    responses : DataFrame
        From `read_responses`.

    Raises
    ------
    InputError
        If too few lines have both.
    """
    known = responses[list(TARGETS)].notna().all(axis=1)
    lines = [n for n in responses.index[known] if n in panel.obs_names]
    if len(lines) < 30:
        raise InputError(
            f"{len(lines)} lines have expression and survival", cure="join tables of these lines"
        )
    blocks, features = blocks_of(panel[lines])
    own = responses.loc[lines]
    return LineData(
        tuple(blocks),
        tuple(features),
        np.array(lines),
        np.array([donor_of(n) for n in lines]),
        own["tissue"].to_numpy(dtype=str),
        own[list(TARGETS)].to_numpy(dtype=np.float64),
    )


def donor_folds(donors: NDArray[np.str_], folds: int, seed: int) -> NDArray[np.intp]:
    """Deal donors to folds at random; return each line's fold.

    Examples
    --------
    >>> fold = donor_folds(np.array(["a", "b", "a", "c"]), 3, 0)
    >>> bool(fold[0] == fold[2]), sorted(set(fold.tolist()))
    (True, [0, 1, 2])
    """
    names = np.unique(donors)
    places = np.random.default_rng(seed).permutation(len(names)) % folds
    dealt = dict(zip(names.tolist(), places.tolist(), strict=True))
    return np.array([dealt[d] for d in donors], dtype=np.intp)
