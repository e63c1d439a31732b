"""Measure how often a 95 % interval of a cross-validated metric holds what it should.

    python benchmarks/interval_coverage.py [--quick]

Panels of 50, 100 and 250 donors are drawn from populations whose truth is known: SF2 is a
lineage's mean, a part that expression shows, and noise, of the sizes that the real panels have.
Each panel is cross-validated in three rounds of ten folds, and each kind of interval made of
that; one cross-validates anew without thirds of the donors. What it should hold
is the mean R² (or r) on 1,000 new donors of the same predictor trained on nine tenths of so many
donors, over all panels drawn. Prints a table and writes ``results/interval_coverage.json``.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from _machine import write_result
from scipy import stats

from radiosens.evaluation.intervals import donor_jackknife, student
from radiosens.evaluation.refits import THIRDS, inflation
from radiosens.evaluation.significance import paired_p_value, weighted_metrics

FEATURES, FACTORS, FOLDS, ROUNDS, NEW = 300, 12, 10, 3, 1000
PENALTIES = np.array([0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0])
RESAMPLES = 1000
#: Thirds of the donors that are left out with all fitted anew, and on how many panels.
DRAWS = 21
REFITTED_PANELS = {50: 100, 100: 60, 250: 30}


@dataclass(frozen=True)
class World:
    """A population: how much of SF2 lineage and expression explain, in units of its noise."""

    name: str
    predictor: str
    blood: float = 0.0
    lineage: float = 0.0
    signal: float = 0.0


#: As the real panels have them: two means with R² 0.4, ridge with r 0.3 on solid tumours, and
#: ridge where there is nothing to be learned.
WORLDS = (
    World("two means, leukaemia", "lineage", blood=0.1, lineage=-2.6),
    World("ridge, leukaemia", "ridge", blood=0.1, lineage=-2.6, signal=0.3),
    World("ridge, solid, some signal", "ridge", signal=0.6),
    World("ridge, solid, strong signal", "ridge", signal=1.2),
    World("ridge, solid, no signal", "ridge"),
)


def draw(world: World, n: int, rng: np.random.Generator, loadings: Any) -> tuple[Any, Any, Any]:
    """Return expression, lineage and SF2 of so many donors."""
    blood = np.zeros(n)
    blood[: round(n * world.blood)] = 1
    factors = rng.normal(size=(n, FACTORS))
    factors[:, 0] += 3 * blood  # expression shows the lineage plainly
    x = factors @ loadings + rng.normal(size=(n, FEATURES))
    y = world.lineage * blood + world.signal * factors[:, 1:4].sum(axis=1) / np.sqrt(3)
    return x, blood, 20 + y + rng.normal(size=n)  # metrics take SF2 to be above zero


def fit_predict(predictor: str, train: Any, tests: list[Any], w: Any = None) -> list[Any]:
    """Fit to weighted training donors and predict each of some sets of donors."""
    x, blood, y = train
    w = np.ones(len(y)) if w is None else w
    if predictor == "lineage":
        means = [np.average(y[blood == b], weights=w[blood == b]) if w[blood == b].sum() > 0
                 else np.average(y, weights=w) for b in (0, 1)]  # fmt: skip
        return [np.where(t[1] == 1, means[1], means[0]) for t in tests]
    return _ridge(x, y, w, [t[0] for t in tests])


def _ridge(x: Any, y: Any, w: Any, tests: list[Any]) -> list[Any]:
    """Weighted ridge, its penalty chosen by generalised cross-validation."""
    mean, level, root = np.average(x, axis=0, weights=w), np.average(y, weights=w), np.sqrt(w)
    xc, yc = (x - mean) * root[:, None], (y - level) * root
    squares, basis = np.linalg.eigh(xc @ xc.T)
    squares = np.clip(squares, 0, None)
    scale = squares.sum() / len(y)
    along = basis.T @ yc
    shrink = PENALTIES[:, None] * scale / (squares + PENALTIES[:, None] * scale)
    gcv = np.square(shrink * along).sum(axis=1) / np.square(shrink.sum(axis=1))
    dual = basis @ (along / (squares + PENALTIES[gcv.argmin()] * scale))
    beta = xc.T @ dual
    return [level + (t - mean) @ beta for t in tests]


def cross_validate(world: World, data: Any, folds: Any, new: Any = None, w: Any = None) -> Any:
    """Return each donor's mean prediction, and those of new donors by fold."""
    n, (x, blood, y) = len(data[2]), data
    out, far = np.zeros(n), np.zeros((FOLDS, 0 if new is None else NEW))
    for fold_of in folds:
        for k in range(FOLDS):
            train, test = fold_of != k, fold_of == k
            part = (x[train], blood[train], y[train])
            tests = [(x[test], blood[test])] + ([] if new is None else [new])
            found = fit_predict(world.predictor, part, tests, None if w is None else w[train])
            out[test] += found[0] / len(folds)
            if new is not None:
                far[k] += found[1] / len(folds)
    return out, far


def deal(n: int, rng: np.random.Generator, rounds: int = ROUNDS) -> list[Any]:
    """Deal donors to folds."""
    return [rng.permutation(np.arange(n) % FOLDS) for _ in range(rounds)]


def levels(y: Any, folds: Any) -> Any:
    """Return the mean of each donor's training donors, over rounds."""
    return np.mean([[y[fold_of != k].mean() for k in fold_of] for fold_of in folds], axis=0)


def cheap(y: Any, p: Any, level: Any) -> dict[str, dict[str, tuple[float, float]]]:
    """Make each interval that needs nothing but the predictions."""
    n = len(y)
    donors = np.arange(n).astype(str)
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    boot = weighted_metrics(y, p, drawn.astype(float))
    jack = weighted_metrics(y, p, donor_jackknife(donors))
    freed = weighted_metrics(y, p - level, donor_jackknife(donors))["pearson_r"]
    correction = 1 + FOLDS / (FOLDS - 1)
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for m in ("r2", "pearson_r"):
        found[m] = {
            "percentile bootstrap": tuple(np.nanquantile(boot[m], [0.025, 0.975])),
            "BCa bootstrap": _bca(boot[m], jack[m]),
            "jackknife, own scale": student(jack[m], "", inflation=1.0),
            "jackknife, transformed": student(jack[m], m, inflation=1.0),
            "transformed, variance × 1.5": student(jack[m], m, inflation=1.5),
            "transformed, Nadeau-Bengio": student(jack[m], m, inflation=correction),
        }
    z = np.arctanh(jack["pearson_r"][0])
    half = 1.96 / np.sqrt(n - 3)
    own = found["pearson_r"]
    own["level taken off, Nadeau-Bengio"] = student(freed, "pearson_r", inflation=correction)
    own["Fisher's z"] = (np.tanh(z - half), np.tanh(z + half))
    return found


def _bca(boot: Any, jack: Any) -> tuple[float, float]:
    """Bias-corrected and accelerated (Efron 1987, JASA 82:171)."""
    gap = jack[1:].mean() - jack[1:]
    a = (gap**3).sum() / (6 * ((gap**2).sum()) ** 1.5 + 1e-12)
    z0 = stats.norm.ppf(np.clip((boot < jack[0]).mean(), 0.001, 0.999))
    z = z0 + stats.norm.ppf([0.025, 0.975])
    low, high = np.nanquantile(boot, stats.norm.cdf(z0 + z / (1 - a * z)))
    return float(low), float(high)


def refitted(world: World, data: Any, own: Any, rng: np.random.Generator) -> Any:
    """Make intervals of a jackknife that leaves out thirds of the donors and fits anew."""
    n, values = len(data[2]), defaultdict(list)
    fold_of = deal(n, rng, 1)[0]
    for draw_number in range(DRAWS):
        if draw_number % THIRDS == 0:
            third = rng.permutation(np.arange(n) % THIRDS)
        keep = third != draw_number % THIRDS
        part, folds = tuple(a[keep] for a in data), [fold_of[keep]]
        out, even = cross_validate(world, part, folds)[0], np.ones((1, keep.sum()))
        metrics = weighted_metrics(part[2], out, even)
        freed = weighted_metrics(part[2], out - levels(part[2], folds), even)
        values["r2"].append(metrics["r2"][0])
        values["pearson_r"].append(metrics["pearson_r"][0])
        values["freed_r"].append(freed["pearson_r"][0])
    found: dict[str, dict[str, tuple[float, float]]] = {"r2": {}, "pearson_r": {}}
    for m, left in values.items():
        metric, title = (
            ("pearson_r", "level taken off, refitted") if m == "freed_r" else (m, "refitted")
        )
        # the interval lies about the estimate over all rounds
        jack = np.array([own[m][0], *left])
        found[metric][title] = student(jack, metric, inflation=inflation(DRAWS))
    return found


def _is_better(y: Any, p: Any, level: Any) -> bool:
    """Tell whether the paired test calls a predictor better than the mean of training."""
    lower = np.square(p - y).sum() < np.square(level - y).sum()
    donors = np.arange(len(y))
    return bool(lower and paired_p_value(y, p, level, donors, permutations=999) < 0.05)


def simulate(world: World, n: int, panels: int) -> list[dict[str, Any]]:
    """Draw panels, make intervals, and count."""
    rng = np.random.default_rng([n, WORLDS.index(world)])
    loadings = rng.normal(size=(FACTORS, FEATURES)) * np.linspace(1.5, 0.5, FACTORS)[:, None]
    wide = World(world.name, world.predictor, world.blood, world.lineage, world.signal)
    points, truths, made = defaultdict(list), defaultdict(list), defaultdict(list)
    better: list[bool] = []
    for i in range(panels):
        data = draw(world, n, rng, loadings)
        new = draw(wide, NEW, rng, loadings)
        folds = deal(n, rng)
        p, far = cross_validate(world, data, folds, new)
        for k in range(FOLDS):
            metrics = weighted_metrics(new[2], far[k], np.ones((1, NEW)))
            truths["mse"].append(metrics["rmsd"][0] ** 2)
            truths["pearson_r"].append(metrics["pearson_r"][0])
        truths["variance"].append(new[2].var())
        level = levels(data[2], folds)
        own = weighted_metrics(data[2], p, np.ones((1, n)))
        own["freed_r"] = weighted_metrics(data[2], p - level, np.ones((1, n)))["pearson_r"]
        intervals = cheap(data[2], p, level)
        better.append(_is_better(data[2], p, level))
        more = [refitted(world, data, own, rng)] if i < REFITTED_PANELS[n] else []
        for m in ("r2", "pearson_r"):
            points[m].append(own[m][0])
            for made_now in (intervals, *more):
                for kind, ends in made_now[m].items():
                    made[m, kind].append(ends)
    target = {
        "r2": 1 - np.mean(truths["mse"]) / np.mean(truths["variance"]),
        "pearson_r": np.nanmean(truths["pearson_r"]),
    }
    rows = []
    for (m, kind), ends in made.items():
        low, high = np.array(ends).T
        rows.append(
            {
                "donors": n, "world": world.name, "metric": m, "interval": kind,
                "truth": float(target[m]), "mean": float(np.nanmean(points[m])),
                "panels": len(low), "width": float(np.nanmedian(high - low)),
                "covers": float(((low <= target[m]) & (target[m] <= high)).mean()),
                "too_low": float((high < target[m]).mean()),
                "too_high": float((low > target[m]).mean()),
                "called_better_than_mean": float(np.mean(better)),
            }
        )  # fmt: skip
    return rows


def main() -> None:
    """Simulate all, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the panels")
    quick = parser.parse_args().quick
    rows, started = [], time.perf_counter()
    for n, panels in ((50, 200), (100, 120), (250, 40)):
        for world in WORLDS:
            part = simulate(world, n, panels // 10 if quick else panels)
            rows += part
            for r in part:
                print(
                    f"{n:4} {r['world']:28} {r['metric']:10} {r['interval']:30}"
                    f" truth {r['truth']:6.3f} mean {r['mean']:6.3f} covers {r['covers']:.3f}"
                    f" low {r['too_low']:.3f} high {r['too_high']:.3f} width {r['width']:.2f}",
                    flush=True,
                )
    print(f"{time.perf_counter() - started:.0f} s")
    if not quick:
        write_result("interval_coverage", {"rows": rows, "rounds": ROUNDS, "folds": FOLDS})


if __name__ == "__main__":
    main()
