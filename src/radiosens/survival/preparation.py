"""From the rows of one curve to a regression: plating efficiencies, zeros, weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiosens.errors import InputError
from radiosens.survival.models import Model
from radiosens.survival.regression import Problem
from radiosens.survival.settings import FitSettings

__all__ = ["Prepared", "prepare"]

Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Prepared:
    """One curve, ready to fit.

    Attributes
    ----------
    problem : Problem
        Its rows and plating efficiencies.
    rows : pandas.DataFrame
        The rows of the table that the problem holds, in its order.
    experiments : tuple of str
        All experiments that take part.
    fitted_experiments : tuple of str
        Those whose plating efficiency is fitted, in the order of the nuisance columns.
    plating : dict of str to float
        Measured or given plating efficiency of an experiment, NaN where there is none.
    log_cells : numpy.ndarray
        Log of the cells seeded, 0 at the mean density of unirradiated dishes, so that plating
        efficiencies are those of that density.
    warnings : tuple of str
        What to beware of.
    """

    problem: Problem
    rows: pd.DataFrame
    experiments: tuple[str, ...]
    fitted_experiments: tuple[str, ...]
    plating: dict[str, float]
    log_cells: Array
    warnings: tuple[str, ...]


def prepare(
    rows: pd.DataFrame, kind: str, settings: FitSettings, model: Model, *, power: float = 1.0
) -> Prepared:
    """Prepare the rows of one curve.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of a `SurvivalTable`.
    kind : {"colonies", "survival"}
        What a row is.
    settings : FitSettings
        How it is to be fitted.
    model : Model
        Whose number of parameters decides how many doses are needed.
    power : float
        With which colonies rise with the cells seeded; measured plating efficiencies are then
        those of the mean density.

    Raises
    ------
    InputError
        If no plating efficiency is known, or colonies grew at too few doses for the model.
    """
    if kind == "survival":
        prepared = _prepare_fractions(rows, settings)
    else:
        prepared = _prepare_dishes(rows, settings, power)
    measured = prepared.rows["survival" if kind == "survival" else "colonies"].to_numpy()
    _refuse_too_few_doses(prepared.problem.dose, measured, model)
    _refuse_undetermined(prepared.problem, measured > 0, model)
    return prepared


def _refuse_undetermined(problem: Problem, grown: npt.NDArray[np.bool_], model: Model) -> None:
    """Raise if plating efficiencies that are fitted leave no doses to tell the curve from."""
    powers = [problem.dose[grown] ** (i + 1) for i in range(len(model.parameters))]
    design = np.column_stack([*powers, problem.nuisance[grown]])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise InputError(
            f"its dishes do not determine a {model.title} curve: experiments without unirradiated"
            " dishes have too few doses",
            cure="add their unirradiated dishes, or leave these experiments out",
        )


def _refuse_too_few_doses(dose: Array, measured: Array, model: Model) -> None:
    """Raise unless something survived at as many doses as the model has parameters."""
    given, grown = (np.unique(d[d > 0]) for d in (dose, dose[measured > 0]))
    need = len(model.parameters)
    if len(grown) >= need:
        return
    if len(given) == 0:
        raise InputError("nothing was irradiated", cure="add the dishes of doses above 0 Gy")
    if len(grown) == 0:
        raise InputError("nothing survived at any dose above 0 Gy", cure="measure lower doses")
    survived = "" if len(grown) == len(given) else "something survived at "
    doses = " and ".join(f"{d:g}" for d in grown)
    number = "one dose" if len(grown) == 1 else f"{len(grown)} doses"
    raise InputError(
        f"{survived}{number} only ({doses} Gy), and a {model.title} curve has {need} parameters",
        cure="measure more doses, or use --model linear",
    )


def _prepare_fractions(rows: pd.DataFrame, settings: FitSettings) -> Prepared:
    warnings = []
    if settings.method == "ml":
        warnings.append(
            "ready surviving fractions have no likelihood of colonies: fitted by least squares"
        )
    rows = rows[rows["dose"] > 0]  # the curve starts from 1 by definition
    rows, told = _without_zeros(rows, "survival")
    warnings += told
    se = rows["sd"] / np.sqrt(rows["n"].fillna(1.0))
    if len(rows) and (se > 0).all():
        weights = (rows["survival"] / se).to_numpy() ** 2  # 1 / variance of log survival
    else:
        weights = np.ones(len(rows))
        if (se > 0).any():
            warnings.append("some standard deviations are missing or 0: all points weigh the same")
    problem = Problem(
        np.log(rows["survival"].to_numpy(dtype=float)),
        np.zeros(len(rows)),
        np.empty((len(rows), 0)),
        rows["dose"].to_numpy(dtype=float),
        False,
        weights,
    )
    experiments = tuple(dict.fromkeys(rows["experiment"]))
    return Prepared(problem, rows, experiments, (), {}, np.zeros(len(rows)), tuple(warnings))


def _prepare_dishes(rows: pd.DataFrame, settings: FitSettings, power: float) -> Prepared:
    poisson = settings.method != "ls"
    controls = rows[rows["dose"] == 0]
    density = np.log((controls if len(controls) else rows)["cells"].to_numpy(dtype=float)).mean()
    rows, plating, warnings = _with_plating(rows, density, power, fix=settings.plating == "fix")
    if not poisson:
        rows, told = _without_zeros(rows, "colonies")
        warnings += told
    experiments = tuple(dict.fromkeys(rows["experiment"]))
    controlled = set(controls["experiment"])
    given = {e for e in experiments if np.isfinite(plating[e]) and e not in controlled}
    fixed = set(experiments) if settings.plating == "fix" else given
    fitted = tuple(e for e in experiments if e not in fixed)
    for experiment in sorted(set(fitted) - controlled):
        warnings.append(
            f"experiment {experiment!r} has no unirradiated dish: its plating efficiency comes"
            " from the fit alone"
        )
    codes = rows["experiment"].to_numpy()
    nuisance = np.column_stack(
        [np.empty((len(rows), 0)), *[(codes == e).astype(float) for e in fitted]]
    )
    known = np.array([plating[e] if e in fixed else 1.0 for e in codes])
    cells, colonies = rows["cells"].to_numpy(dtype=float), rows["colonies"].to_numpy(dtype=float)
    if poisson:
        response, offset = colonies, np.log(cells * known)
    else:
        response, offset = np.log(colonies / cells / known), np.zeros(len(rows))
    problem = Problem(
        response, offset, nuisance, rows["dose"].to_numpy(dtype=float), poisson, np.ones(len(rows))
    )
    log_cells = np.log(cells) - density
    return Prepared(problem, rows, experiments, fitted, plating, log_cells, tuple(warnings))


def _with_plating(
    rows: pd.DataFrame, density: float, power: float, *, fix: bool
) -> tuple[pd.DataFrame, dict[str, float], list[str]]:
    """Find each experiment's plating efficiency, and leave out those that can't take part."""
    warnings: list[str] = []
    plating: dict[str, float] = {}
    names, dose = rows["experiment"].to_numpy(), rows["dose"].to_numpy(dtype=float)
    cells, colonies = rows["cells"].to_numpy(dtype=float), rows["colonies"].to_numpy(dtype=float)
    efficiencies = rows["pe"].to_numpy(dtype=float)
    for name in dict.fromkeys(names):
        control = (names == name) & (dose == 0)
        given = efficiencies[(names == name) & np.isfinite(efficiencies)]
        measured = np.nan
        if control.any():
            grown = cells[control] ** power * np.exp(density * (1 - power))
            measured = colonies[control].sum() / grown.sum()
        plating[name] = float(given[0] if len(given) and not control.any() else measured)
        if len(given) and control.any() and abs(given[0] / max(measured, 1e-12) - 1) > 0.1:
            warnings.append(
                f"experiment {name!r}: the plating efficiency given, {given[0]:.3g}, is not that"
                f" of its unirradiated dishes, {measured:.3g}, which counts"
            )
    if not any(np.isfinite(p) and p > 0 for p in plating.values()):
        if (rows["dose"] == 0).any():
            raise InputError(
                "no colony grew in unirradiated dishes", cure="survival can't be told without"
            )
        raise InputError(
            "there is no unirradiated dish and no plating efficiency is given",
            cure="add the dishes at 0 Gy, or a column 'pe'",
        )
    kept = np.ones(len(rows), dtype=bool)
    for name, efficiency in plating.items():
        own = names == name
        if colonies[own].sum() == 0:
            why = "no colony grew in it"
        elif fix and not (np.isfinite(efficiency) and efficiency > 0):
            why = "it has no plating efficiency to hold fixed"
        else:
            continue
        warnings.append(f"left out experiment {name!r}: {why}")
        kept &= ~own
    if fix:
        kept &= dose > 0  # unirradiated dishes made the efficiency, and can't be used twice
    return rows[kept], plating, warnings


def _without_zeros(rows: pd.DataFrame, column: str) -> tuple[pd.DataFrame, list[str]]:
    """Leave out what has no logarithm, and say so."""
    zero = rows[column] == 0
    if not zero.any():
        return rows, []
    doses = ", ".join(f"{d:g}" for d in sorted(rows.loc[zero, "dose"].unique()))
    what = "dishes without a colony" if column == "colonies" else "points of no survival"
    cure = "; maximum likelihood keeps them" if column == "colonies" else ""
    return rows[~zero], [
        f"least squares leaves out {int(zero.sum())} {what} (at {doses} Gy), which makes the"
        f" curve look too flat{cure}"
    ]
