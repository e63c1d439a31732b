"""Planted genes and gene sets on a simulated panel: which are found (docs/explain.md).

python benchmarks/explain_simulated.py [SEEDS]
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from _machine import machine

from radiosens.explain.fits import ExplainInputs, explain_fit, unpack_vector
from radiosens.explain.genes import GeneIndex
from radiosens.explain.model import plan, summarise
from radiosens.explain.pathways import pathways
from radiosens.explain.sets import GeneSets
from radiosens.models.fitted import Samples
from radiosens.models.training import samples_of
from radiosens.sources.simulated import simulate_panel

OUT = Path(__file__).parent / "results" / "explain_simulated.json"
PLANTED, OTHERS, SIZE = 2, 48, 20


def simulate(seed: int, lines: int, features: int) -> tuple[Samples, GeneSets, set[str]]:
    """Simulate lines whose SF2 rests on two sets of 20 genes, one raising it, one lowering it."""
    panel = simulate_panel(
        features=features, tissues=8, lines_per_tissue=lines // 8, replicates=1, random_state=seed
    )
    samples = samples_of(panel, "features")
    rng = np.random.default_rng(seed)
    order = rng.permutation(features)
    planted = order[: PLANTED * SIZE]
    weights = np.zeros(features)
    weights[planted] = rng.uniform(0.5, 1.5, len(planted)) * np.repeat([1, -1], SIZE)
    score = (samples.x - samples.x.mean(axis=0)) @ weights
    sf2 = np.round(0.02 + 0.93 / (1 + np.exp(-score / score.std())), 3)
    names = np.array(samples.features)
    sets = {f"planted {i + 1}": planted[i * SIZE : (i + 1) * SIZE] for i in range(PLANTED)}
    rest = order[len(planted) :]
    for i in range(OTHERS):  # these overlap, as pathways do
        sets[f"other {i + 1}"] = rng.choice(rest, SIZE, replace=False)
    named = {k: tuple(names[v].tolist()) for k, v in sets.items()}
    return replace(samples, sf2=sf2), GeneSets(named), set(names[planted].tolist())


def recall(name: str, seed: int, lines: int, features: int, folds: int = 2, **settings: object):
    """Return the share of planted genes among the top 40 by mean absolute contribution."""
    samples, _, planted = simulate(seed, lines, features)
    inputs = ExplainInputs(samples, GeneIndex.of(samples.features), name, settings)
    value = explain_fit(inputs, plan(samples, folds=folds, shuffles=0)[0])
    mean = np.mean([unpack_vector(a) for a in value["absolute"]], axis=0)
    top = {samples.features[i] for i in np.argsort(-mean)[:40]}
    return len(top & planted) / len(planted)


def sets_found(name: str, seed: int, lines: int, features: int, shuffles: int) -> dict[str, object]:
    """Say which sets are found at a false discovery rate of 5 %, and how many genes."""
    samples, sets, planted = simulate(seed, lines, features)
    inputs = ExplainInputs(samples, GeneIndex.of(samples.features), name)
    fits = plan(samples, folds=2, shuffles=shuffles, seed=seed)
    fits = [f for f in fits if not f.randomise]
    values = [explain_fit(inputs, f) for f in fits]
    figures = summarise(samples, inputs.genes.names, fits, values)
    table = pathways(figures.z, figures.names, sets)
    found = set(table.loc[table["fdr"] < 0.05, "set"])
    genes = set(figures.genes.loc[figures.genes["fdr"] < 0.05, "gene"])
    return {
        "planted": sum(f.startswith("planted") for f in found),
        "others": sum(f.startswith("other") for f in found),
        "recall": len(set(figures.genes["gene"][:40]) & planted) / len(planted),
        "genes": len(genes),
        "false_genes": len(genes - planted),
        "skill": figures.skill[0],
        "skill_p": figures.p_of("skill"),
        "stability": figures.stability[0],
        "stability_by_chance": float(np.nanmean(figures.stability[1:])),
    }


def recalls() -> dict[str, list[float]]:
    """Measure recall of linear predictors by the size of the panel."""
    found = {}
    for lines, features in ((240, 500), (400, 500), (800, 500)):
        for name in ("ridge", "elastic-net", "selected-ridge", "pls"):
            got = [recall(name, seed, lines, features) for seed in range(3)]
            found[f"{name}, {lines} lines, {features} genes"] = got
            print(name, lines, features, got, flush=True)
    return found


def main() -> None:
    """Measure, print and write."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    result = json.loads(OUT.read_text()) if OUT.exists() else {}
    result["machine"] = machine()
    if "recall" not in result and len(sys.argv) < 3:
        result["recall"] = recalls()
    rows = []
    started = time.perf_counter()
    for seed in range(seeds):
        rows.append(sets_found("pls", seed, 200, 400, 60))
        both = sum(r["planted"] == 2 for r in rows)
        none = sum(r["others"] == 0 for r in rows)
        print(f"{len(rows)} seeds: both planted {both}, no other {none}; {rows[-1]}", flush=True)
        result["sets"] = {
            "seeds": len(rows),
            "both_planted": both,
            "no_other": none,
            "mean_recall": float(np.mean([r["recall"] for r in rows])),
            "seconds": time.perf_counter() - started,
            "rows": rows,
        }
        OUT.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
