"""Measure how far any predictor of SF2 could get, and write docs/limits.md.

    python benchmarks/limits.py DATA_DIR

How well SF2 reproduces and the bound that follows, a learning curve of ridge regression on
CCLE with Yard and what r 0.5 would need, and the power to see R² 0.1. Writes
``results/limits.json``, ``docs/limits.md`` and its figures.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _limits_page import write_page
from _machine import write_result
from scipy import optimize, stats

from radiosens.celllines import known_lines
from radiosens.predictors import get_predictor
from radiosens.report.benchmark.panels import PANELS, line_key

#: Training lines of the learning curve, and how often each size is drawn.
SIZES, REPEATS = (30, 60, 90, 120, 160, 200), 12
TESTED = 39
DRAWS = 2000
#: Correlations with SF2 that a perfect predictor could have at best, squared: what two assays of
#: the same lines share, what the other doses of one experiment explain, and everything.
GOAL = 0.5


def main() -> None:
    """Measure all and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    yard = pd.read_csv(data / "yard2016_dose_response.csv")
    found: dict[str, Any] = {
        "assays": two_assays(yard),
        "doses": other_doses(yard),
        "papers": papers(pd.read_csv(data / "pide.csv")),
        "donors": same_donor(),
    }
    found["curve"] = learning_curve(data)
    bounds = {"two assays": found["assays"]["r"], "other doses": found["doses"]["r2"], "none": 1.0}
    found["needed"] = needed(found["curve"], bounds)
    found["power"] = power()
    write_result("limits", found)
    write_page(found)


def two_assays(yard: pd.DataFrame) -> dict[str, Any]:
    """Correlate SF2 of lines that both the NCI-60 table and Yard et al. have."""
    theirs = yard.groupby(yard["line"].astype(str).map(line_key))["SF2"].mean()
    ours = known_lines()["sf2"]
    both = ours.to_frame().set_index(ours.index.map(line_key)).join(theirs, how="inner").dropna()
    r, low, high = _fisher(both["sf2"], both["SF2"])
    return {
        "lines": len(both), "r": r, "low": low, "high": high,
        "nci60": both["sf2"].round(4).tolist(), "yard": both["SF2"].round(4).tolist(),
    }  # fmt: skip


def other_doses(yard: pd.DataFrame) -> dict[str, Any]:
    """Say how much of SF2 survival after 1 and 3 Gy of the same experiment explains, left out."""
    table = yard[["1Gy", "2Gy", "3Gy"]].dropna()
    x = np.column_stack([np.ones(len(table)), table["1Gy"], table["3Gy"]])
    y = table["2Gy"].to_numpy()
    hat = x @ np.linalg.pinv(x)
    missed = (y - hat @ y) / (1 - np.diag(hat))  # each line left out
    r2 = _r2(y, y - missed)
    rng = np.random.default_rng(0)
    rows = rng.integers(len(y), size=(DRAWS, len(y)))
    low, high = np.quantile([_r2(y[i], (y - missed)[i]) for i in rows], [0.025, 0.975])
    return {"lines": len(y), "r2": r2, "low": float(low), "high": float(high)}


def papers(pide: pd.DataFrame) -> dict[str, Any]:
    """Return the share of variance between lines of photon SF2 that several papers published."""
    known = pide.dropna(subset=["alpha_x", "beta_x"]).drop_duplicates(
        ["Paper", "Cell", "alpha_x", "beta_x"]
    )
    known = known.assign(sf2=np.exp(-2 * known["alpha_x"] - 4 * known["beta_x"]))
    table = known.groupby(["Cell", "Paper"])["sf2"].mean().reset_index()
    table = table.groupby("Cell").filter(lambda own: len(own) > 1)
    return _icc(table["Cell"], table["sf2"]) | {"published": len(table)}


def same_donor() -> dict[str, Any]:
    """Return the same of NCI-60 lines that share a donor."""
    lines = known_lines().dropna(subset=["sf2"])
    shared = lines.groupby("donor").filter(lambda own: len(own) > 1)
    sets = [list(zip(own.index, own["sf2"], strict=True)) for _, own in shared.groupby("donor")]
    # Variance between donors is that of all lines: those that share a donor are few.
    within = shared.groupby("donor")["sf2"].var(ddof=1)
    degrees = shared.groupby("donor").size() - 1
    pooled = float((within * degrees).sum() / degrees.sum())
    total = float(lines["sf2"].var(ddof=1))
    ends = pooled * degrees.sum() / stats.chi2.ppf([0.975, 0.025], degrees.sum())
    low, high = (float(1 - v / total) for v in ends[::-1])
    return {
        "donors": len(sets), "sets": sets, "share": 1 - pooled / total,
        "low": max(low, -1.0), "high": high,
    }  # fmt: skip


def _icc(names: pd.Series, values: pd.Series) -> dict[str, Any]:
    """Intraclass correlation by one-way analysis of variance, lines resampled for its interval."""
    groups = [own.to_numpy() for _, own in values.groupby(names.to_numpy())]
    rng = np.random.default_rng(0)
    drawn = [_one_way([groups[i] for i in rng.integers(len(groups), size=len(groups))])
             for _ in range(DRAWS)]  # fmt: skip
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return {"lines": len(groups), "share": _one_way(groups), "low": float(low), "high": float(high)}


def _one_way(groups: list[Any]) -> float:
    sizes = np.array([len(g) for g in groups])
    n, k = sizes.sum(), len(groups)
    grand = np.concatenate(groups).mean()
    between = sum(len(g) * (g.mean() - grand) ** 2 for g in groups) / (k - 1)
    within = sum(np.square(g - g.mean()).sum() for g in groups) / (n - k)
    size = (n - np.square(sizes).sum() / n) / (k - 1)
    return float((between - within) / (between + (size - 1) * within))


def learning_curve(data: Path) -> dict[str, Any]:
    """Train ridge regression on ever more lines of CCLE with Yard; test on 39 others."""
    panel = next(p for p in PANELS if p.name == "ccle_yard")
    with tempfile.TemporaryDirectory() as folder:
        adata = panel.load(data, Path(folder))
    x, y = np.asarray(adata.X, dtype=float), adata.obs["sf2"].to_numpy(dtype=float)
    predictor = get_predictor("ridge")
    found: dict[int, list[float]] = {size: [] for size in SIZES}
    for repeat in range(REPEATS):
        order = np.random.default_rng(repeat).permutation(len(y))
        test, rest = order[:TESTED], order[TESTED:]
        for size in SIZES:
            model = predictor.make(random_state=repeat).fit(x[rest[:size]], y[rest[:size]])
            predicted = model.predict(x[test])
            defined = predicted.std() > 1e-9
            found[size].append(float(np.corrcoef(predicted, y[test])[0, 1]) if defined else 0.0)
        print(f"learning curve: {repeat + 1} of {REPEATS}", flush=True)
    return {
        "lines": len(y), "sizes": list(SIZES), "r": [float(np.mean(found[s])) for s in SIZES],
        "each": [found[s] for s in SIZES],
    }  # fmt: skip


def needed(curve: dict[str, Any], bounds: dict[str, float]) -> list[dict[str, Any]]:
    """Extrapolate the curve to r 0.5 under each bound.

    The squared correlation of n training lines is taken as ``b n / (n + k)`` with b the bound
    (Daetwyler et al. 2008, PLoS ONE 3:e3395, equation 1), and k fitted.
    """
    sizes, each = np.array(curve["sizes"], dtype=float), np.array(curve["each"])
    rng, repeats = np.random.default_rng(0), each.shape[1]
    rows = []
    for name, bound in bounds.items():
        whole = _half(sizes, each.mean(axis=1), bound)
        drawn = [
            _half(sizes, each[:, rng.integers(repeats, size=repeats)].mean(axis=1), bound)
            for _ in range(500)
        ]
        reach = GOAL**2 / (bound - GOAL**2) if bound > GOAL**2 else np.inf
        low, high = np.quantile(drawn, [0.025, 0.975])
        rows.append(
            {
                "bound": name, "r2": bound, "half": whole, "lines": whole * reach,
                "low": float(low * reach), "high": float(high * reach),
            }
        )  # fmt: skip
    return rows


def _half(sizes: Any, r: Any, bound: float) -> float:
    def missed(log_k: float) -> float:
        return float(np.square(r - np.sqrt(bound * sizes / (sizes + np.exp(log_k)))).sum())

    return float(np.exp(optimize.minimize_scalar(missed, bounds=(0, 14), method="bounded").x))


def power() -> list[dict[str, Any]]:
    """Return how likely R² 0.1 is seen, by Fisher's z, alone and among fourteen predictors."""
    z = np.arctanh(np.sqrt(0.1))
    rows = []
    for lines in (58, 240, 1000):
        row: dict[str, Any] = {"lines": lines}
        for name, level in (("alone", 0.05), ("of fourteen", 0.05 / 14)):
            threshold = stats.norm.ppf(1 - level / 2)
            row[name] = float(stats.norm.sf(threshold - z * np.sqrt(lines - 3)))
        rows.append(row)
    return rows


def _fisher(a: Any, b: Any) -> tuple[float, float, float]:
    r = float(np.corrcoef(a, b)[0, 1])
    half = 1.959964 / np.sqrt(len(a) - 3)
    low, high = np.tanh(np.arctanh(r) + np.array([-half, half]))
    return r, float(low), float(high)


def _r2(truth: Any, predicted: Any) -> float:
    return float(1 - np.square(truth - predicted).sum() / np.square(truth - truth.mean()).sum())


if __name__ == "__main__":
    main()
