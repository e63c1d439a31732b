"""How alike must replicates be? Accuracy at first validation against replicate noise.

    python benchmarks/replicate_noise.py SERIES_MATRIX [--seed 1] [--folds 6] [--first 6]

An array's deviation from the mean of its line's arrays is multiplied by 0 to 1.5, arrays that the
check of labels calls mislabelled are left out, and one round of folds is run: the network as the
paper trained it, with label outliers left out of training (`cnn-replicates`), and the nearest
neighbour. ``--first N`` runs N of the six folds only. What is done is kept as it comes in
``benchmarks/results/replicate_noise.json``, and the same command goes on from there; the figure is
``docs/replicate_noise.png``.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import anndata as ad
import numpy as np
from _machine import RESULTS, write_result

from radiosens import load_panel
from radiosens.evaluation.fits import Fit, fit_seed, run_fit
from radiosens.evaluation.inputs import FitInputs
from radiosens.evaluation.labels import screen
from radiosens.evaluation.metrics import is_correct
from radiosens.evaluation.splits import Split, fold_splits, make_folds
from radiosens.panel import data_hash
from radiosens.preprocessing import Scaling
from radiosens.preprocessing.label_outliers import find_label_outliers
from radiosens.report.figures import figure_files

NAME = "replicate_noise"
PREDICTORS = ("nearest", "cnn", "cnn-replicates")
SCALES = (0.0, 0.15, 0.3, 0.5, 0.65, 0.8, 1.0, 1.5)
#: Root mean square deviation of three replicates of one good laboratory (GSE42872), in units of
#: the stand-in's; and the paper's accuracy at first validation, in per cent.
GOOD_LABORATORY, PAPER = 0.65, 100 * 171 / 174


def rescaled(panel: ad.AnnData, scale: float) -> ad.AnnData:
    """Multiply each array's deviation from its line's mean."""
    x = np.asarray(panel.X, dtype=np.float32)
    lines = panel.obs["line"].to_numpy(dtype=str)
    means = np.empty_like(x)
    for line in np.unique(lines):
        means[lines == line] = x[lines == line].mean(axis=0)
    scaled = panel.copy()
    scaled.X = means + np.float32(scale) * (x - means)
    return scaled


def likeness(panel: ad.AnnData) -> dict[str, float]:
    """Return how far replicates deviate from their line, and how they correlate.

    The deviation's variance is within lines, with as many degrees of freedom as there are arrays
    less lines.
    """
    x = np.asarray(panel.X, dtype=np.float64)
    lines = panel.obs["line"].to_numpy(dtype=str)
    squares, freedom, correlations = 0.0, 0, []
    for line in np.unique(lines):
        own = x[lines == line]
        if len(own) < 2:
            continue
        squares += float(np.square(own - own.mean(axis=0)).mean(axis=1).sum())
        freedom += len(own) - 1
        correlations.append(np.corrcoef(own)[np.triu_indices(len(own), 1)].mean())
    return {
        "root_mean_square": float(np.sqrt(squares / freedom)),
        "correlation": float(np.mean(correlations)),
    }


def correct(panel: ad.AnnData, splits: list[Split], seed: int) -> dict[str, list[list[int]]]:
    """Run folds; return of each predictor and fold how many of its samples are correct, of all.

    The first validation of a single round. Where no training sample is a label outlier,
    `cnn-replicates` is `cnn`, to the last digit, and is not run.
    """
    inputs = FitInputs.of(panel, data_hash(panel), PREDICTORS)
    counts: dict[str, list[list[int]]] = {name: [] for name in PREDICTORS}
    for split in splits:
        for name in PREDICTORS:
            if name == "cnn-replicates" and not has_outliers(panel, split):
                counts[name].append(counts["cnn"][-1])
                continue
            predicted = run_fit(inputs, Fit(name, split, fit_seed(seed, split)))
            truth = panel.obs.loc[list(split.test), "sf2"].to_numpy(dtype=float)
            ok = is_correct(truth, np.array([predicted[s] for s in split.test]))
            counts[name].append([int(np.sum(ok)), len(truth)])
    return counts


def has_outliers(panel: ad.AnnData, split: Split) -> bool:
    """Tell whether label outliers are found among a split's training samples."""
    train = panel[list(split.train)]
    x, sources = np.asarray(train.X, dtype=np.float32), train.obs["source"].to_numpy(dtype=str)
    lines = np.unique(train.obs["line"], return_inverse=True)[1]
    scaled = Scaling.fit(x, sources).transform(x, sources)
    return bool(find_label_outliers(scaled, lines).any())


def share(row: dict[str, Any], name: str) -> float:
    """Return the accuracy of a predictor, in per cent."""
    good, all_ = np.sum(row["counts"][name], axis=0)
    return 100 * float(good) / float(all_)


def draw(rows: list[dict[str, Any]]) -> None:
    """Draw accuracy against noise."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.6), layout="constrained")
    axes = figure.add_subplot()
    noise = [row["root_mean_square"] for row in rows]
    styles = {"nearest": ("tab:gray", "s--"), "cnn": ("tab:blue", "o-")}
    same = all(row["counts"]["cnn"] == row["counts"]["cnn-replicates"] for row in rows)
    for name in PREDICTORS[: -1 if same else None]:  # one line would hide the other
        colour, style = styles.get(name, ("tab:orange", "^-"))
        axes.plot(noise, [share(r, name) for r in rows], style, color=colour, label=name, ms=4)
    axes.axhline(PAPER, color="black", lw=0.8, ls=":")
    axes.text(
        noise[-1], PAPER + 0.05, "the paper's 171 of 174", fontsize=7, ha="right", va="bottom"
    )
    unit = next(row["root_mean_square"] for row in rows if row["scale"] == 1)
    for at, label in ((GOOD_LABORATORY * unit, "one good\nlaboratory"), (unit, "stand-in")):
        axes.axvline(at, color="0.75", lw=0.8)
        axes.text(at, axes.get_ylim()[0], label, fontsize=7, ha="right", va="bottom", rotation=90)
    axes.set_xlabel("replicates' deviation from their line (root mean square, log2)")
    axes.set_ylabel("correct at first validation (%)")
    axes.legend(frameon=False, fontsize=8)
    data = figure_files(figure, NAME)[f"{NAME}.png"]
    (Path(__file__).parents[1] / "docs" / f"{NAME}.png").write_bytes(data)


def main() -> None:
    """Run, print, write, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folds", type=int, default=6)
    parser.add_argument("--first", type=int, default=6)
    arguments = parser.parse_args()
    panel, _ = screen(load_panel(arguments.data), "mislabelled")
    folds = make_folds(
        panel.obs, "replicate", rounds=1, folds=arguments.folds, random_state=arguments.seed
    )
    splits = list(fold_splits(folds))[: arguments.first]
    asked = {"seed": arguments.seed, "folds": arguments.folds, "run": len(splits)}
    file = RESULTS / f"{NAME}.json"
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    rows = before["rows"] if before.get("asked") == asked else []
    for scale in SCALES:
        if any(row["scale"] == scale for row in rows):
            continue
        started, scaled = time.monotonic(), rescaled(panel, scale)
        counts = correct(scaled, splits, arguments.seed)
        rows.append({"scale": scale, "counts": counts, **likeness(scaled)})
        rows.sort(key=lambda r: float(r["scale"]))
        new = next(r for r in rows if r["scale"] == scale)
        shares = ", ".join(f"{name} {share(new, name):.1f} %" for name in PREDICTORS)
        print(f"{scale:g}: {shares}; {time.monotonic() - started:.0f} s", flush=True)
        write_result(NAME, {"asked": asked, "samples": panel.n_obs, "rows": rows})
    draw(rows)


if __name__ == "__main__":
    main()
