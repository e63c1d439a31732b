"""Show whether the intervals of survival curves hold, how long fits take, and Yard's agreement.

    python benchmarks/survival_curves.py [DOSE_RESPONSE]

simulates 1,000 times three experiments of five doses, with dispersion, at five settings, and
counts how often 95 % intervals hold the truth; again where what the intervals assume is broken;
then times 500 curves on one process. With DOSE_RESPONSE, the table of Yard et al. 2016 (Nat
Commun 7:11428, as RadioGx gives it), it compares our fits of its doses with the published ones.
Written to ``benchmarks/results/survival_curves.json``.
"""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _machine import write_result
from scipy.stats import norm, t

from radiosens.survival import FitSettings, fit_curves, read_counts, table_of
from radiosens.survival.fitting import fit_curve
from radiosens.survival.models import MODELS

REPEATS = 1000
DOSES = np.array([0.0, 1, 2, 4, 6])
DISHES = 3
COLONIES = 80  # aimed at in every dish
PLATING = 0.3

#: In 1/Gy and 1/Gy², and dispersion.
SETTINGS = (
    (0.15, 0.05, 1.0),
    (0.25, 0.05, 2.0),
    (0.30, 0.03, 1.5),
    (0.40, 0.04, 3.0),
    (0.60, 0.03, 4.0),
)


def main() -> None:
    """Simulate, time, compare, write."""
    logging.disable(logging.WARNING)
    rng = np.random.default_rng(0)
    result: dict[str, Any] = {
        "repeats": REPEATS,
        "doses": DOSES.tolist(),
        "dishes_a_dose": DISHES,
        "experiments": 3,
        "coverage": [coverage(rng, *setting) for setting in SETTINGS],
        "assumptions_broken": [
            coverage(rng, 0.3, 0.03, 1.0, flask=0.1),
            coverage(rng, 0.3, 0.03, 1.5, slope=0.1),
            coverage(rng, 0.3, 0.03, 1.5, slope=0.3),
        ],
        "timing": timing(rng),
    }
    for row in (*result["coverage"], *result["assumptions_broken"]):
        print(row)
    print(result["timing"])
    if len(sys.argv) > 1:
        result["yard"] = yard(Path(sys.argv[1]))
        print(result["yard"])
    write_result("survival_curves", result)


def simulate(
    rng: np.random.Generator,
    alpha: float,
    beta: float,
    dispersion: float,
    *,
    flask: float = 0.0,
    slope: float = 0.0,
) -> pd.DataFrame:
    """Draw the dishes of three experiments.

    `flask` is a log-normal scatter that the dishes of a dose share, `slope` one of the effect
    that an experiment's doses share.
    """
    experiment, dose, _ = (
        a.ravel() for a in np.meshgrid(range(3), DOSES, range(DISHES), indexing="ij")
    )
    effect = alpha * dose + beta * dose**2
    cells = np.round(COLONIES / PLATING * np.exp(effect))
    plating = (PLATING * np.exp(0.25 * rng.standard_normal(3)))[experiment]
    own = np.exp(slope * rng.standard_normal(3))[experiment]
    shared = np.exp(flask * rng.standard_normal(3 * len(DOSES)))
    mean = cells * plating * np.exp(-own * effect) * np.repeat(shared, DISHES)
    if dispersion > 1:  # gamma-mixed Poisson: variance is dispersion times the mean
        mean = rng.gamma(mean / (dispersion - 1), dispersion - 1)
    return pd.DataFrame(
        {
            "curve": "simulated",
            "line": "simulated",
            "treatment": "",
            "experiment": experiment.astype(str),
            "dose": dose,
            "cells": cells,
            "colonies": rng.poisson(mean).astype(float),
            "pe": np.nan,
        }
    )


def coverage(
    rng: np.random.Generator, alpha: float, beta: float, dispersion: float, **broken: float
) -> dict[str, Any]:
    """Return how often intervals hold the truth, and the bias in per cent."""
    lq, theta = MODELS["lq"], np.array([alpha, beta])
    truth = {
        "alpha": alpha,
        "beta": beta,
        "sf2": float(np.exp(-2 * alpha - 4 * beta)),
        "d10": lq.dose_at(theta, 0.1),
        "mid": lq.mean_inactivation_dose(theta),
    }
    held, values = [], []
    others: dict[str, list[bool]] = {"normal quantile": [], "dispersion held above 1": []}
    told, doses = 0, 0
    for _ in range(REPEATS):
        curve = fit_curve(
            simulate(rng, alpha, beta, dispersion, **broken), "colonies", FitSettings()
        )
        found = {name: curve.parameter(name) for name in ("alpha", "beta")}
        found |= {"sf2": curve.sf2, "d10": curve.d10, "mid": curve.mid}
        values.append([estimate.value for estimate in found.values()])
        held.append([found[k].low <= truth[k] <= found[k].high for k in truth])
        told += curve.disagreement is not None and curve.disagreement.p < 0.05
        doses += curve.scatter.unit == "doses"
        # What two usual shortcuts would give for SF2.
        log, se = curve.log_survival(2.0)
        off = abs(float(log[0]) - np.log(truth["sf2"]))
        others["normal quantile"].append(off <= norm.ppf(0.975) * se[0])
        least = max(1.0, curve.dispersion) / curve.dispersion
        wide = t.ppf(0.975, curve.scatter.df) * se[0] * np.sqrt(least)
        others["dispersion held above 1"].append(off <= wide)
    bias = np.nanmean(np.array(values), axis=0) / np.array(list(truth.values())) - 1
    return {
        "alpha": alpha,
        "beta": beta,
        "alpha_beta": alpha / beta,
        "dispersion": dispersion,
        **broken,
        "coverage": dict(zip(truth, np.mean(held, axis=0).round(4).tolist(), strict=True)),
        "bias_percent": dict(zip(truth, (100 * bias).round(2).tolist(), strict=True)),
        "sf2_coverage_otherwise": {k: round(float(np.mean(v)), 4) for k, v in others.items()},
        "intervals_from_doses": doses / REPEATS,
        "told_that_experiments_disagree": told / REPEATS,
    }


def timing(rng: np.random.Generator, n: int = 500) -> dict[str, Any]:
    """Time reading, checking and fitting 500 curves of 45 dishes on one process."""
    parts = []
    for i in range(n):
        dishes = simulate(rng, rng.uniform(0.1, 0.6), rng.uniform(0.02, 0.06), 2.0)
        parts.append(dishes[["experiment", "dose", "cells", "colonies"]].assign(line=f"L{i}"))
    table = pd.concat(parts, ignore_index=True)
    fit_curves(table_of(parts[0]))  # what is imported at the first fit doesn't count
    started, cpu = time.perf_counter(), time.process_time()
    read = table_of(table)
    after, cpu_after = time.perf_counter(), time.process_time()
    fits = fit_curves(read)
    done, cpu_done = time.perf_counter(), time.process_time()
    return {
        "curves": len(fits.curves),
        "dishes": len(table),
        "seconds_reading": round(after - started, 2),
        "seconds_fitting": round(done - after, 2),
        "processor_seconds_reading": round(cpu_after - cpu, 2),
        "processor_seconds_fitting": round(cpu_done - cpu_after, 2),
    }


def yard(path: Path) -> dict[str, Any]:
    """Compare fits of Yard's doses with the α, β, SF2 and AUC published beside them."""
    published = pd.read_csv(path).set_index("line")
    table = read_counts(path)
    fits = {curve.name: curve for curve in fit_curves(table).curves}
    lq = MODELS["lq"]
    rows = []
    for line, own in published.iterrows():
        curve = fits[str(line)]
        held = curve.constrained
        theta = curve.theta if held is None else np.array([held.alpha, held.beta])
        theirs = np.array([own["alpha"], own["beta"]])
        at_2 = np.array([2.0])
        fitted = [float(np.exp(lq.log_survival(p, at_2)[0])) for p in (theta, theirs)]
        measured = curve.sf2_measured
        rows.append(
            {
                "sf2_measured": abs(measured.value - own["SF2"]) if measured else np.nan,
                "sf2_free": abs(curve.sf2.value - own["SF2"]),
                "sf2_of_published": abs(fitted[1] - own["SF2"]),
                "sf2_constrained_to_published": abs(fitted[0] - fitted[1]),
                "alpha": abs(theta[0] - theirs[0]),
                "beta": abs(theta[1] - theirs[1]),
                "auc": abs(_area(lq, theta) - own["AUC_recomputed"]),
                "yard_auc": abs(_yard_auc(own) - own["YardAUC"]),
                "negative_beta": curve.theta[1] < 0,
                "negative_alpha": curve.theta[0] < 0,
            }
        )
    found = pd.DataFrame(rows, index=published.index)
    within = {
        f"{name}_within_{limit}": int((found[name] < limit).sum())
        for name, limit in (
            ("sf2_measured", 0.01),
            ("sf2_free", 0.01),
            ("sf2_of_published", 0.01),
            ("sf2_constrained_to_published", 0.01),
            ("alpha", 0.005),
            ("beta", 0.001),
            ("auc", 0.01),
            ("yard_auc", 0.01),
        )
    }
    return {
        "lines": len(found),
        **within,
        "negative_beta": int(found["negative_beta"].sum()),
        "negative_alpha": int(found["negative_alpha"].sum()),
        "largest_difference_in_sf2_constrained_to_published": round(
            float(found["sf2_constrained_to_published"].max()), 4
        ),
    }


def _area(model: Any, theta: np.ndarray) -> float:
    """Integrate from 1 to 10 Gy, the doses measured."""
    return float(model.area(theta, 10.0) - model.area(theta, 1.0))


def _yard_auc(own: pd.Series) -> float:
    """Integrate over the log of dose, scaled to 7; between 1 and 2 Gy survival at 1 Gy counts."""
    doses = [1, 2, 3, 4, 5, 6, 8, 10]
    survival = own[[f"{d}Gy" for d in doses]].to_numpy(dtype=float)
    log = np.log(doses)
    area = survival[0] * log[1] + np.trapezoid(survival[1:], log[1:])
    return float(7 * area / log[-1])


if __name__ == "__main__":
    main()
