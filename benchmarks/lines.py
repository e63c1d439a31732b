"""What can be predicted of unseen solid lines: issue of 450 lines, its figures one by one.

    python benchmarks/lines.py SHARED_DATA [SECTION…]

Joins the tables of ``more_lines`` and CCLE's 706 genes with the survival data of Yard et al. 2016.
Lines of one donor are kept together; everything that learns sees training lines only. Sections:
main, permutation, coverage, elsewhere, nci60, genes, curves, transductive, choice. Seeds of folds
are other than those that the designs were chosen on.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import warnings
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _machine import RESULTS, write_result
from scipy.stats import chi2

from radiosens.celllines import is_haematological, known_lines
from radiosens.models.defaults import load_model
from radiosens.models.intervals import LEVEL
from radiosens.models.line_data import LineData, donor_folds, line_data, read_responses
from radiosens.models.line_intervals import coverage_by_tissue, nested_intervals
from radiosens.models.line_training import fit_lines, held_out_lines
from radiosens.panel import load_panel
from radiosens.predictors.lowrank import LowRankKernel
from radiosens.preprocessing.platforms import Block
from radiosens.preprocessing.profiles import profiles_of, stand_among
from radiosens.report.join import join
from radiosens.report.line_model import DESIGN, line_figures

SEEDS = range(100, 105)
FULL: dict[str, Any] = {"ranks": (25, 40, 60)}
FLOOR: dict[str, Any] = {"ranks": (25,), "kernel": "linear", "components": None}
#: Names of the designs that nested folds choose among.
DESIGNS: dict[str, dict[str, Any]] = {
    "linear": FLOOR,
    "radial": {"ranks": (25,), "components": None},
    "radial, joint": {"ranks": (40,)},
    "radial of three ranks, joint": FULL,
}


def correlation(a: Any, b: Any) -> float:
    """Return Pearson's r."""
    return float(np.corrcoef(a, b)[0, 1])


def within(values: Any, tissues: Any) -> Any:
    """Take out each tissue's mean."""
    series = pd.Series(np.asarray(values, dtype=float))
    return (series - series.groupby(tissues).transform("mean")).to_numpy()


def figures(data: LineData, rounds: list[Any], in237: Any) -> dict[str, Any]:
    """Return r a round, and r, R² and their intervals of the mean over rounds, by subset."""
    mean, found = np.mean(rounds, axis=0), {}
    everyone = np.ones(len(data.lines), dtype=bool)
    for name, rows in (("all", everyone), ("solid", data.solid), ("the 237", in237)):
        for inside in (False, True):
            title = name + (", within tissue" if inside else "")
            found[title] = {
                t: {k: [round(v, 3) for v in own] for k, own in m.items()}
                for t, m in line_figures(data, mean, rows, within=inside).items()
            }
            for j, t in enumerate(("sf2", "auc")):
                per = []
                for one in rounds:
                    a, b = one[rows, j], data.targets[rows, j]
                    if inside:
                        a, b = within(a, data.tissues[rows]), within(b, data.tissues[rows])
                    per.append(correlation(a, b))
                found[title][t]["r a round"] = [round(np.mean(per), 3), round(np.std(per), 3)]
                found[title][t]["lines"] = int(rows.sum())
    return found


def main_figures(data: dict[str, LineData], in237: dict[str, Any], kept: dict[str, Any]) -> Any:
    """Ten folds × 5 of three designs."""
    found = {}
    for name, tables, settings in (
        ("all tables", "all", FULL),
        ("tables that ship, design that ships", "ccle", DESIGN),
        ("all tables, floor: linear", "all", FLOOR),
    ):
        own = data[tables]
        seeds = SEEDS if settings is not FLOOR else SEEDS[:2]
        rounds = [held_out_lines(own, donor_folds(own.donors, 10, s), settings) for s in seeds]
        kept[name] = np.mean(rounds, axis=0)
        np.save(Path(tempfile.gettempdir()) / f"lines {name}.npy", np.stack(rounds))
        found[name] = figures(own, rounds, in237[tables])
        print(name, json.dumps(found[name], indent=None), flush=True)
    own = data["all"]
    tissue = np.empty(own.targets.shape)
    fold = donor_folds(own.donors, 10, SEEDS[0])
    for k in range(10):
        for i in np.flatnonzero(fold == k):
            same = (fold != k) & (own.tissues == own.tissues[i])
            tissue[i] = own.targets[same if same.any() else fold != k].mean(axis=0)
    found["mean of the tissue"] = figures(own, [tissue], in237["all"])
    print("tissue", found["mean of the tissue"]["all"], flush=True)
    found["alpha and beta"] = linear_quadratic(own, kept["all tables"])
    found["clonogenic"] = clonogenic(own, kept["all tables"])
    print(found["alpha and beta"], found["clonogenic"], flush=True)
    return found


def linear_quadratic(data: LineData, predicted: Any) -> dict[str, float]:
    """Fit α and β to measured and to predicted curves alike; correlate."""
    doses = np.array([1, 2, 3, 4, 5, 6, 8, 10.0])
    found = []
    for curves in (data.targets[:, 2:], predicted[:, 2:]):
        effect = -np.log(np.clip(curves, 0.01, 1))
        design = np.stack([doses, doses**2], axis=1)
        found.append(np.linalg.lstsq(design, effect.T, rcond=None)[0])
    return {
        n: round(correlation(found[0][i], found[1][i]), 3) for i, n in enumerate(("alpha", "beta"))
    }


def clonogenic(data: LineData, predicted: Any) -> dict[str, Any]:
    """Compare held-out predictions of NCI-60 lines with their clonogenic SF2."""
    table = known_lines()
    rows = [i for i, n in enumerate(data.lines) if n in table.index and data.solid[i]]
    truth = np.array([table.at[data.lines[i], "sf2"] for i in rows])
    return {
        "lines": len(rows),
        "predicted SF2": round(correlation(predicted[rows, 0], truth), 3),
        "predicted area": round(correlation(predicted[rows, 1], truth), 3),
        "measured SF2 of the viability assay": round(correlation(data.targets[rows, 0], truth), 3),
    }


def permutation(data: LineData, settings: dict[str, Any], times: int = 999) -> dict[str, float]:
    """Shuffle curves among the lines of a tissue, train again on each, and count."""
    fold = donor_folds(data.donors, 10, SEEDS[0])
    rng = np.random.default_rng(0)
    orders = [np.arange(len(data.lines))]
    for _ in range(times):
        order = np.arange(len(data.lines))
        for tissue in np.unique(data.tissues):
            own = np.flatnonzero(data.tissues == tissue)
            order[own] = rng.permutation(own)
        orders.append(order)
    predicted = np.empty((len(orders), len(data.lines), 2))
    for k in range(10):
        train, test = fold != k, fold == k
        fit = fit_lines(data, train, settings)
        basis = fit.model.similarity(fit.z[test])
        goals = [data.targets[order][train] for order in orders]
        for p, model in enumerate(fit.model.relearn(goals, data.donors[train])):
            predicted[p, test] = (basis @ model.weights_ + model.offset_)[:, :2]
    found = {}
    for j, name in enumerate(("sf2", "auc")):
        for inside in (False, True):
            values = []
            for p, order in enumerate(orders):
                a, b = predicted[p, :, j], data.targets[order][:, j]
                if inside:
                    a, b = within(a, data.tissues), within(b, data.tissues)
                values.append(correlation(a, b))
            title = name + (", within tissue" if inside else "")
            found[title] = float(np.mean(np.array(values) >= values[0] - 1e-12))
            found[title + ", 95 % of shuffled"] = round(float(np.quantile(values[1:], 0.95)), 3)
    return found


def coverage(data: LineData) -> dict[str, Any]:
    """Nested folds of the design that ships."""
    _, low, high = nested_intervals(data, DESIGN, seed=SEEDS[0])
    found: dict[str, Any] = {}
    for j, name in enumerate(("sf2", "auc")):
        inside = (low[:, j] <= data.targets[:, j]) & (data.targets[:, j] <= high[:, j])
        counts = coverage_by_tissue(inside, data.tissues)
        found[name] = {k: f"{a} of {n}, {a / n:.0%}" for k, (a, n) in counts.items()}
        squares = [(a - LEVEL * n) ** 2 / (LEVEL * (1 - LEVEL) * n) for a, n in counts.values()][1:]
        chance = round(float(chi2.sf(sum(squares), len(squares))), 2)  # the first is all lines
        found[name]["p if each tissue has 90 %"] = chance
        found[name]["width"] = round(float((high - low)[:, j].mean()), 2)
    return found


def elsewhere(data: LineData, everything: LineData) -> dict[str, Any]:
    """Predict held-out lines from one file each, as new samples, and from all that ships."""
    fold = donor_folds(data.donors, 10, SEEDS[0])
    files = {b.name: b for b in everything.blocks if b.kind == "genes" and np.nanmean(b.x) > 0.5}
    row_of = {n: i for i, n in enumerate(everything.lines)}
    rows = np.array([row_of[n] for n in data.lines])
    own = np.full((len(data.lines), 2), np.nan)
    found = {n: own.copy() for n in files}
    for k in range(10):
        train, test = fold != k, np.flatnonzero(fold == k)
        fit = fit_lines(data, train, DESIGN)
        own[test] = fit.predict(fold == k)[:, :2]
        genes = np.flatnonzero([":" not in data.features[i] for i in fit.features])
        model = fit.model.on_features(genes)
        blocks = [Block(b.name, b.kind, b.columns, b.x[train]) for b in data.blocks]
        profiles = profiles_of(blocks, fit.z[train][:, genes], fit.features[genes].tolist())
        place = {data.features[f]: i for i, f in enumerate(fit.features[genes])}
        for name, block in files.items():
            there = test[block.there[rows[test]]]
            if not len(there):
                continue
            x = np.full((len(there), len(genes)), np.nan, dtype=np.float32)
            for j, column in enumerate(block.columns):
                if (i := place.get(everything.features[column])) is not None:
                    x[:, i] = block.x[rows[there], j]
            z, _, _ = stand_among(x, profiles)
            found[name][there] = model.predict_all(z.astype(np.float32))[:, :2]
    result = {}
    for name, other in found.items():
        ok = ~np.isnan(other[:, 0])
        a, b, t = own[ok, 0], other[ok, 0], data.targets[ok, 0]
        result[name] = {
            "lines": int(ok.sum()),
            "r with the same line by all tables": round(correlation(a, b), 2),
            "rmsd": round(float(np.sqrt(np.mean(np.square(a - b)))), 3),
            "shift": round(float(np.mean(b - a)), 3),
            "spread of predictions": round(float(a.std()), 3),
            "r with measured SF2": round(correlation(b, t), 2),
            "r with measured SF2 by all tables": round(correlation(a, t), 2),
        }
    return result


def genes_known(data: LineData) -> dict[str, Any]:
    """Take genes away from tested lines: so many of some 20,000 that a sample may have."""
    fold, rng = donor_folds(data.donors, 10, SEEDS[0]), np.random.default_rng(0)
    shares = {"all genes": 1.0, "15,000": 0.75, "2,000": 0.1, "500": 0.025}
    found = {name: np.empty((len(data.lines), 2)) for name in ("with proteins", *shares)}
    for k in range(10):
        fit = fit_lines(data, fold != k, DESIGN)
        test = fold == k
        found["with proteins"][test] = fit.predict(test)[:, :2]
        genes = np.flatnonzero([":" not in data.features[i] for i in fit.features])
        model = fit.model.on_features(genes)
        for name, share in shares.items():
            z = fit.z[test][:, genes]
            z = np.where(rng.random(z.shape[1]) < share, z, np.nan)
            found[name][test] = model.predict_all(z)[:, :2]
    return {
        name: {
            "sf2": round(correlation(p[:, 0], data.targets[:, 0]), 3),
            "auc": round(correlation(p[:, 1], data.targets[:, 1]), 3),
            "moves": round(float(np.sqrt(np.mean(np.square(p - found["all genes"])[:, 0]))), 3),
        }
        for name, p in found.items()
    }


def nci60(folder: Path) -> dict[str, Any]:
    """Predict solid NCI-60 lines of donors that Yard et al. lack; compare with clonogenic SF2."""
    bundle, table = load_model("yard"), known_lines()
    donors = {one.donor for one in bundle.card.lines}
    found = {}
    for file in ("u133a_gcrma", "u133plus2_5147genes", "rnaseq_log2fpkm"):
        path = folder / f"nci60_{file}.csv.gz"
        obs = load_panel(path, for_training=False).obs
        obs = obs[obs["line"].isin(table.index) & ~obs["donor"].isin(donors)].copy()
        obs["truth"] = table["sf2"].reindex(obs["line"]).to_numpy()
        obs = obs[[not is_haematological(t) for t in table["tissue"].reindex(obs["line"])]]
        for together in (False, True):
            own = bundle.predict(path, together=together).set_index("sample").reindex(obs.index)
            ok = (own["sf2"].notna() & obs["truth"].notna()).to_numpy()
            a, b = own["sf2"].to_numpy()[ok], obs["truth"].to_numpy()[ok]
            gap = 1.96 / np.sqrt(ok.sum() - 3)
            found[file + (", together" if together else "")] = {
                "lines": int(ok.sum()),
                "r": round(correlation(a, b), 2),
                "95 %": [
                    round(float(np.tanh(np.arctanh(correlation(a, b)) + g)), 2) for g in (-gap, gap)
                ],
                "r of the area": round(correlation(own["auc"].to_numpy()[ok], b), 2),
            }
    return found


def learning_curves(data: LineData) -> dict[str, Any]:
    """Train on part of the donors, and on part of the genes."""
    fold, rng = donor_folds(data.donors, 10, SEEDS[0]), np.random.default_rng(1)
    names = np.unique(data.donors)
    found: dict[str, Any] = {}
    for share in (0.25, 0.5, 0.75, 1.0):
        predicted = np.empty(data.targets.shape)
        for k in range(10):
            part = np.isin(data.donors, names[rng.random(len(names)) < share])
            predicted[fold == k] = fit_lines(data, (fold != k) & part, DESIGN).predict(fold == k)
        found[f"{share:.0%} of lines"] = _both(data, predicted)
        kept = rng.random(len(data.features)) < share
        blocks = tuple(
            Block(b.name, b.kind, b.columns[kept[b.columns]], b.x[:, kept[b.columns]])
            for b in data.blocks
            if kept[b.columns].any()
        )
        thinned = LineData(
            blocks, data.features, data.lines, data.donors, data.tissues, data.targets
        )
        found[f"{share:.0%} of features"] = _both(data, held_out_lines(thinned, fold, DESIGN))
        print(found, flush=True)
    return found


def _both(data: LineData, predicted: Any) -> dict[str, float]:
    return {
        name: round(correlation(predicted[:, j], data.targets[:, j]), 3)
        for j, name in enumerate(("sf2", "auc"))
    }


def transductive(data: LineData) -> dict[str, Any]:
    """Say what imputation would gain if it saw the tested lines' features."""
    fold = donor_folds(data.donors, 10, SEEDS[0])
    z, _, _ = data.merged(np.ones(len(fold), dtype=bool))
    whole = LowRankKernel(**FULL).fit(z, data.targets)
    kernel = whole._kernel(whole.scores_)
    predicted = np.empty(data.targets.shape)
    for k in range(10):
        train, test = fold != k, fold == k
        own = copy(whole)
        spectrum = np.linalg.eigh(kernel[np.ix_(train, train)])
        own._learn(spectrum, data.targets[train], data.donors[train])
        predicted[test] = kernel[np.ix_(test, train)] @ own.weights_ + own.offset_
    inductive = held_out_lines(data, fold, FULL)
    return {"inside folds": _both(data, inductive), "seeing all lines": _both(data, predicted)}


def choice(data: LineData) -> dict[str, Any]:
    """Choose among designs inside each training set, by the squared error of SF2 and area."""
    fold = donor_folds(data.donors, 10, SEEDS[0])
    predicted, chosen = np.empty(data.targets.shape), []
    spread = data.targets.std(axis=0)
    for k in range(10):
        train, test = fold != k, fold == k
        inner, inside = data.part(train), donor_folds(data.donors[train], 3, k)
        errors = {}
        for name, settings in DESIGNS.items():
            gap = (held_out_lines(inner, inside, settings) - inner.targets) / spread
            errors[name] = float(np.square(gap[:, :2]).mean())
        best = min(errors, key=lambda n: errors[n])
        chosen.append(best)
        predicted[test] = fit_lines(data, train, DESIGNS[best]).predict(test)
        print(k, best, errors, flush=True)
    return {"chosen": chosen, "r": _both(data, predicted)}


def main(folder: Path, wanted: list[str]) -> None:
    """Print and keep each section."""
    warnings.simplefilter("ignore")
    tables = [
        *sorted((folder / "more_lines").glob("*.csv.gz")),
        folder / "ccle_706genes_zscored.csv.gz",
    ]
    panel, _ = join(tables)
    everything = line_data(
        panel,
        read_responses(folder / "yard2016_dose_response.csv", folder / "yard2016_histology.csv"),
    )
    names = [b.name for b in everything.blocks]
    data = {"all": everything, "ccle": everything.only([n for n in names if "gdsc" not in n])}
    small = next(b for b in everything.blocks if "706" in b.name)
    lines = set(everything.lines[small.there])
    in237 = {k: np.array([n in lines for n in d.lines]) for k, d in data.items()}
    file = RESULTS / "lines.json"
    kept: dict[str, Any] = {}
    sections = {
        "main": lambda: main_figures(data, in237, kept),
        "permutation": lambda: {
            k: permutation(d, FULL if k == "all" else DESIGN) for k, d in data.items()
        },
        "coverage": lambda: coverage(data["ccle"]),
        "elsewhere": lambda: elsewhere(data["ccle"], everything),
        "nci60": lambda: nci60(folder),
        "genes": lambda: genes_known(data["ccle"]),
        "curves": lambda: learning_curves(data["ccle"]),
        "transductive": lambda: transductive(everything),
        "choice": lambda: choice(everything),
    }
    for name in wanted or list(sections):
        started = time.perf_counter()
        own = sections[name]()
        found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        found |= {name: own, f"{name}, seconds": round(time.perf_counter() - started)}
        print(name, json.dumps(found[name], indent=1, ensure_ascii=False), flush=True)
        write_result("lines", {k: v for k, v in found.items() if k != "machine"})


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
