"""What is refused in a table of colonies or surviving fractions, and what is told."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from radiosens.errors import InputError

__all__ = ["MOST_GRAY", "check_counts", "check_survival"]

#: No clonogenic assay of mammalian cells counts colonies beyond this dose (Gy).
MOST_GRAY = 40.0

#: A surviving fraction above this is a percentage or a mistake; real assays reach about 1.5.
MOST_SURVIVAL = 2.0

_MOST_CELLS = 1e12  # of one dish
_MANY = 10  # colonies
_APART = 1.5  # plating efficiencies of one experiment differ by less than this factor
_UNLIKELY = 0.01  # p value from which two platings are unlike one experiment


def check_counts(rows: pd.DataFrame, source: str, warn: Callable[[str], None]) -> pd.DataFrame:
    """Return the rows of dishes that can be used; see the module's tests for each refusal.

    Raises
    ------
    InputError
        Naming the row: a dose missing, negative, or in cGy by its size; cells that are not
        above zero; negative colonies or more than cells; an experiment copied whole, or with
        two plating efficiencies.
    """
    rows = _drop_missing(rows, "colonies", warn)
    _check_doses(rows, source)
    _refuse_where(rows["cells"].isna(), rows, "the cells seeded are missing", "fill them in")
    _refuse_where(rows["cells"] <= 0, rows, "the cells seeded are not above 0", "mend the row")
    _refuse_where(
        rows["cells"] > _MOST_CELLS, rows, "more cells than any dish holds", "mend the row"
    )
    _refuse_where(rows["colonies"] < 0, rows, "a negative count of colonies", "mend the row")
    more = rows["colonies"] > rows["cells"]
    if more.all() or (more & (rows["colonies"] > 10 * rows["cells"])).mean() > 0.5:
        raise InputError(
            "there are more colonies than cells throughout",
            where=source,
            cure="the columns of cells and colonies seem to be exchanged",
        )
    # What is seeded scatters too: with every cell growing, half of the dishes have more.
    impossible = rows["colonies"] > rows["cells"] + 5 * np.sqrt(rows["cells"])
    if impossible.any():
        row = rows[impossible].iloc[0]
        raise InputError(
            f"{row['colonies']:g} colonies of {row['cells']:g} cells",
            where=row["where"],
            cure="mend the row: no dish has so many more colonies than cells",
        )
    if more.any():
        row = rows[more].iloc[0]
        warn(
            f"{int(more.sum())} dishes have more colonies than cells seeded, such as"
            f" {_row(row)} ({row['colonies']:g} of {row['cells']:g}): kept, as seeding scatters"
        )
    part = rows["colonies"] != rows["colonies"].round()
    if part.any():
        warn(
            f"{int(part.sum())} counts of colonies are not whole numbers, such as"
            f" {rows.loc[part, 'colonies'].iloc[0]:g} in {_row(rows[part].iloc[0])}: if these are"
            " means over dishes, give the dishes"
        )
    _check_efficiencies(rows, warn)
    _check_copies(rows, source, warn)
    return rows.reset_index(drop=True)


def check_survival(rows: pd.DataFrame, source: str, warn: Callable[[str], None]) -> pd.DataFrame:
    """Return the rows of surviving fractions that can be used.

    Raises
    ------
    InputError
        Naming the row: a dose missing, negative, or in cGy by its size; a negative surviving
        fraction, or one that is a percentage by its size, or not 1 at 0 Gy.
    """
    rows = _drop_missing(rows, "survival", warn)
    _check_doses(rows, source)
    _refuse_where(rows["survival"] < 0, rows, "a negative surviving fraction", "mend the row")
    high = rows["survival"] > MOST_SURVIVAL
    if high.any():
        row = rows[high].iloc[0]
        raise InputError(
            f"a surviving fraction of {row['survival']:g}",
            where=row["where"],
            cure="give fractions such as 0.45; divide percentages by 100",
        )
    off = (rows["dose"] == 0) & ((rows["survival"] - 1).abs() > 0.01)
    if off.any():
        row = rows[off].iloc[0]
        raise InputError(
            f"the surviving fraction at 0 Gy is {row['survival']:g}, not 1",
            where=row["where"],
            cure="divide by the plating efficiency, or give cells and colonies",
        )
    _refuse_where(rows["sd"] < 0, rows, "a negative standard deviation", "mend the row")
    _refuse_where(rows["n"] < 1, rows, "fewer than one measurement (n)", "mend the row")
    return rows.reset_index(drop=True)


def _row(row: pd.Series) -> str:
    return str(row["where"]).rpartition(", ")[2]


def _refuse_where(mask: pd.Series, rows: pd.DataFrame, what: str, cure: str) -> None:
    if mask.any():
        raise InputError(what, where=rows.loc[mask, "where"].iloc[0], cure=cure)


def _drop_missing(rows: pd.DataFrame, column: str, warn: Callable[[str], None]) -> pd.DataFrame:
    """Leave out what was not counted; in a wide table that is an empty cell and needs no word."""
    missing = rows[column].isna()
    if missing.all():
        raise InputError(
            f"no row has {column}",
            where=str(rows["where"].iloc[0]).rpartition(",")[0],
            cure="fill the column in",
        )
    wide = rows["where"].duplicated().any()
    if missing.any() and not wide:
        first = _row(rows[missing].iloc[0])
        warn(f"left out {int(missing.sum())} rows without {column}, such as {first}")
    return rows[~missing]


def _check_doses(rows: pd.DataFrame, source: str) -> None:
    _refuse_where(rows["dose"].isna(), rows, "the dose is missing", "fill it in, 0 for controls")
    _refuse_where(rows["dose"] < 0, rows, "a negative dose", "mend the row")
    top = rows["dose"].max()
    if top > MOST_GRAY:
        unit = "cGy" if top <= 100 * MOST_GRAY else "mGy"
        raise InputError(
            f"doses up to {top:g}: by their size these are {unit}, not Gy",
            where=source,
            cure=f"call the column 'dose ({unit})', or give Gy",
        )


def _check_efficiencies(rows: pd.DataFrame, warn: Callable[[str], None]) -> None:
    """Look for two experiments under one name, by given and by measured plating efficiency."""
    given = rows["pe"].dropna()
    if (given > 1).any():
        if (given >= 1).all() and (given <= 100).all():
            rows["pe"] /= 100
            warn("plating efficiencies above 1 were taken as per cent")
        else:
            _refuse_where(rows["pe"] > 1, rows, "a plating efficiency above 1", "give a fraction")
    _refuse_where(rows["pe"] <= 0, rows, "a plating efficiency not above 0", "mend the row")
    _refuse_two_given(rows)
    controls = rows[rows["dose"] == 0]
    efficiency = controls["colonies"] / controls["cells"]
    keys = [controls["curve"], controls["experiment"]]
    of_group = efficiency.groupby(keys, sort=False)
    apart = of_group.transform("max") >= _APART * of_group.transform("min")
    for (curve, experiment), control in controls[apart].groupby(
        ["curve", "experiment"], sort=False
    ):
        if told := _two_platings(control):
            warn(
                f"experiment {experiment!r} of {curve!r} has {told}: if these are two experiments"
                " of one name, name them apart"
            )


def _refuse_two_given(rows: pd.DataFrame) -> None:
    given = rows[rows["pe"].notna()]
    for (curve, experiment), group in given.groupby(["curve", "experiment"], sort=False):
        values = group["pe"].unique()
        if len(values) > 1 and values.max() / values.min() > 1.01:
            raise InputError(
                f"experiment {experiment!r} of {curve!r} has the plating efficiencies"
                f" {values[0]:g} and {values[1]:g}",
                where=group["where"].iloc[0],
                cure="name the two experiments apart",
            )


def _two_platings(control: pd.DataFrame) -> str:
    """Say how unirradiated dishes differ, if by more than dishes of one experiment do."""
    from scipy.stats import chi2

    # Efficiency may rise with density; compare dishes of about the same one.
    wide = control["cells"].max() > 2 * control["cells"].min()
    for cells, dishes in control.groupby("cells" if wide else np.zeros(len(control))):
        colonies, expected = dishes["colonies"].to_numpy(), dishes["cells"].to_numpy()
        expected = expected * colonies.sum() / expected.sum()
        efficiency = dishes["colonies"] / dishes["cells"]
        if len(dishes) < 2 or expected.min() < 5 or efficiency.max() < _APART * efficiency.min():
            continue
        # Dishes of one suspension scatter by up to twice Poisson's variance.
        scatter = ((colonies - expected) ** 2 / (2 * expected)).sum()
        if chi2.sf(scatter, len(dishes) - 1) < _UNLIKELY:
            at = f" at {float(str(cells)):g} cells" if wide else ""
            low, high = 100 * efficiency.min(), 100 * efficiency.max()
            return f"plating efficiencies from {low:.2g} to {high:.2g} % in unirradiated dishes{at}"
    return ""


def _check_copies(rows: pd.DataFrame, source: str, warn: Callable[[str], None]) -> None:
    """Refuse experiments that stand there twice; tell of more equal dishes than chance gives."""
    keys = ["curve", "experiment", "dose", "cells", "colonies", "dish"]
    # Dishes with few colonies are often equal; those with many are so only if copied.
    times = rows[rows["colonies"] >= _MANY].groupby(keys, sort=False)["where"].size()
    of_experiment = times.groupby(level=["curve", "experiment"], sort=False)
    copied = (of_experiment.min() >= 2) & (of_experiment.size() >= 3)
    for curve, experiment in copied.index[copied]:
        raise InputError(
            f"every row of experiment {experiment!r} of {curve!r} stands there"
            f" {int(of_experiment.min()[curve, experiment])} times",
            where=source,
            cure="keep each dish once",
        )
    same = rows.duplicated(keys, keep="first")
    if not same.any():
        return
    alike = rows.groupby(["curve", "experiment", "dose", "cells", "dish"], sort=False)["colonies"]
    size, mean = alike.size(), alike.mean().clip(lower=0.1)
    # Two Poisson counts of mean m agree with probability near 1 / (2 √(π m)).
    chance = (1 / (2 * np.sqrt(np.pi * mean))).clip(upper=1.0)
    expected = float((size * (size - 1) / 2 * chance).sum())
    if same.sum() > expected + 3 * np.sqrt(expected) + 0.5:
        first = rows[same].iloc[0]
        warn(
            f"{int(same.sum())} rows repeat another one, more than chance would give, such as"
            f" {_row(first)}: kept as dishes of their own; remove them if they are copies"
        )
