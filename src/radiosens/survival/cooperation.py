"""Whether a line grows cooperatively: whether survival depends on how densely it was seeded.

Without cooperation twice the cells give twice the colonies. Some lines plate better in company:
colonies then rise with a power b of the cells seeded that is above 1, and a surviving fraction
depends on the densities that were compared (Brix et al. 2020, Radiat Oncol 15:248; Brix et al.
2021, Nat Protoc 16:4963). Their remedy is taken here too: survival is the ratio of cells that
give equal numbers of colonies, so that colonies = PE (cells × survival)^b.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiosens.survival.estimates import NO_ESTIMATE, Estimate, plain
from radiosens.survival.regression import Problem, solve

__all__ = [
    "NOT_TESTED",
    "Cooperation",
    "find_cooperation",
    "group_codes",
    "survival_at_equal_colonies",
]

Array = npt.NDArray[np.floating[Any]]

#: Densities that differ by less than this factor can't tell a power from 1.
_LEAST_RANGE = 1.5
#: Chance of calling a line cooperative that is not.
_ALPHA = 0.01
#: A power that is certain but smaller changes survival less than dishes scatter.
LEAST_POWER = 1.1


@dataclass(frozen=True)
class Cooperation:
    """How colonies rise with the cells seeded.

    Attributes
    ----------
    verdict : str
        ``"yes"``, ``"no"``, ``"crowded"`` (fewer colonies a cell at high density, b below 1),
        or ``"untested"`` (no dose was seeded at several densities).
    power : Estimate
        b, dimensionless, one for all doses.
    p : float
        Of b = 1.
    by_dose : tuple of (float, float, float)
        Dose in Gy, b and its standard error, where a dose has several densities.
    """

    verdict: str
    power: Estimate = NO_ESTIMATE
    p: float = np.nan
    by_dose: tuple[tuple[float, float, float], ...] = ()


NOT_TESTED = Cooperation("untested")


def find_cooperation(rows: pd.DataFrame, confidence: float = 0.95) -> Cooperation:
    """Test whether colonies are proportional to cells, within experiment and dose.

    Doses stand for themselves here, as factors, so that no shape of the curve is assumed: in an
    experiment with one density a dose, density and dose can't be told apart.

    Parameters
    ----------
    rows : pandas.DataFrame
        Dishes of one curve: ``experiment, dose, cells, colonies``.
    confidence : float
        Of the interval of b.

    Examples
    --------
    >>> cells = np.array([100, 200, 400, 800] * 2)
    >>> rows = pd.DataFrame({"experiment": "1", "dose": [0] * 4 + [2] * 4, "cells": cells,
    ...                      "colonies": np.round(0.002 * cells**1.8 / np.repeat([1, 3], 4))})
    >>> find_cooperation(rows).verdict
    'yes'
    """
    from scipy.stats import t

    codes = group_codes(rows)
    cells = rows["cells"].to_numpy(dtype=float)
    fewest, most = np.full(codes.max() + 1, np.inf), np.zeros(codes.max() + 1)
    np.minimum.at(fewest, codes, cells)
    np.maximum.at(most, codes, cells)
    colonies = np.bincount(codes, rows["colonies"].to_numpy(dtype=float))
    usable = (most >= _LEAST_RANGE * fewest) & (colonies > 0)
    if not usable.any():
        return NOT_TESTED
    tested = rows[usable[codes]]
    found = _power(tested)
    if found is None:
        return NOT_TESTED
    value, se, df = found
    quantile = float(t.ppf((1 + confidence) / 2, df))
    power = plain(value, se, quantile)
    p = float(2 * t.sf(abs(value - 1) / se, df)) if se > 0 else float(value == 1)
    if p < _ALPHA and value >= LEAST_POWER:
        verdict = "yes"
    elif p < _ALPHA and value <= 1 / LEAST_POWER:
        verdict = "crowded"
    else:
        verdict = "no"
    by_dose = []
    for dose, dishes in tested.groupby("dose"):
        of_dose = _power(dishes)
        if of_dose is not None:
            by_dose.append((float(str(dose)), of_dose[0], of_dose[1]))
    return Cooperation(verdict, power, p, tuple(by_dose))


def survival_at_equal_colonies(rows: pd.DataFrame, colonies: float = 20.0) -> dict[float, float]:
    """Return survival by dose as the ratio of the cells that give equal numbers of colonies.

    For each dose the log of mean colonies is regressed on the log of cells, as CFAcoop does, so
    that every dose has a power of its own.

    Parameters
    ----------
    rows : pandas.DataFrame
        Dishes of one curve: ``experiment, dose, cells, colonies``.
    colonies : float
        How many; CFAcoop takes 20.

    Returns
    -------
    dict of float to float
        Dose in Gy to surviving fraction, the geometric mean over experiments; doses with one
        density only are not there.

    References
    ----------
    Brix et al. 2021, Nat Protoc 16:4963.

    Examples
    --------
    >>> rows = pd.DataFrame({"experiment": "1", "dose": [0, 0, 2, 2], "cells": [10, 100, 20, 200],
    ...                      "colonies": [4, 40, 4, 40]})
    >>> round(survival_at_equal_colonies(rows)[2.0], 6)
    0.5
    """
    logs: dict[float, list[float]] = {}
    for _, own in rows.groupby("experiment", sort=False):
        cells: dict[float, float] = {}
        for dose, dishes in own.groupby("dose"):
            mean = dishes.groupby("cells")["colonies"].mean()
            mean = mean[mean > 0]
            if len(mean) < 2:
                continue
            x, y = np.log(mean.index.to_numpy(dtype=float)), np.log(mean.to_numpy(dtype=float))
            power, intercept = np.polyfit(x, y, 1)
            if power > 0:  # else no number of cells gives that many colonies
                cells[float(str(dose))] = float((np.log(colonies) - intercept) / power)
        for dose, log_cells in cells.items():
            if dose > 0 and 0.0 in cells:
                logs.setdefault(dose, []).append(cells[0.0] - log_cells)
    return {dose: float(np.exp(np.mean(values))) for dose, values in sorted(logs.items())}


def group_codes(rows: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Give dishes of one experiment and dose one code, from 0."""
    names = np.unique(rows["experiment"].to_numpy(dtype=str), return_inverse=True)[1]
    doses = np.unique(rows["dose"].to_numpy(dtype=float), return_inverse=True)[1]
    pairs = names * (doses.max() + 1) + doses
    return np.unique(pairs, return_inverse=True)[1]


def _power(rows: pd.DataFrame) -> tuple[float, float, int] | None:
    """Return the power, its standard error with dispersion, and degrees of freedom."""
    codes = group_codes(rows)
    nuisance = np.eye(codes.max() + 1)[codes]
    problem = Problem(
        rows["colonies"].to_numpy(dtype=float),
        np.zeros(len(rows)),
        nuisance,
        rows["dose"].to_numpy(dtype=float),
        True,
        np.ones(len(rows)),
    )
    log_cells = np.log(rows["cells"].to_numpy(dtype=float))
    fit = solve(problem, (log_cells - log_cells.mean())[:, None])
    if fit.df < 2:
        return None
    return float(fit.shape[0]), float(np.sqrt(fit.covariance[0, 0] * fit.dispersion)), fit.df
