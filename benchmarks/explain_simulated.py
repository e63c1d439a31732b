"""Planted genes and gene sets on a simulated panel: which are found (docs/explain.md).

    python benchmarks/explain_simulated.py [SECTION…]

Sections: ``sets`` (100 seeds of one setting), ``recall`` (the same panels, by predictor),
``network``, ``verdicts`` (how often each verdict is right, by lines and by planted signal). What is
there already is gone on with: a section can be stopped.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from _machine import machine

from radiosens.explain.evidence import evidence_of, model_figures
from radiosens.explain.fits import ExplainInputs, explain_fit, unpack_vector
from radiosens.explain.genes import GeneIndex
from radiosens.explain.model import plan
from radiosens.explain.pathways import pathways
from radiosens.explain.sets import GeneSets
from radiosens.explain.verdict import Evidence, judge
from radiosens.models.fitted import Samples
from radiosens.models.training import samples_of
from radiosens.sources.simulated import simulate_panel

OUT = Path(__file__).parent / "results" / "explain_simulated.json"
PLANTED, OTHERS, SIZE = 2, 48, 20
#: Fixed before any of its seeds was looked at: folds and shuffles as `radiosens explain` has them.
LINES, GENES, FOLDS, SHUFFLES = 400, 500, 5, 100
SEEDS = range(1000, 1100)


def simulate(
    seed: int, lines: int = LINES, genes: int = GENES, signal: float = 1.0
) -> tuple[Samples, GeneSets, set[str]]:
    """Simulate lines whose SF2 rests on two sets of 20 genes, one raising it, one lowering it.

    `signal` is the share of the variance (of SF2's logit) that these genes' measured values make.
    """
    panel = simulate_panel(
        features=genes, tissues=8, lines_per_tissue=lines // 8, replicates=1, random_state=seed
    )
    samples = samples_of(panel, "features")
    rng = np.random.default_rng(seed)
    order = rng.permutation(genes)
    planted = order[: PLANTED * SIZE]
    weights = np.zeros(genes)
    weights[planted] = rng.uniform(0.5, 1.5, len(planted)) * np.repeat([1, -1], SIZE)
    score = (samples.x - samples.x.mean(axis=0)) @ weights
    names = np.array(samples.features)
    sets = {f"planted {i + 1}": planted[i * SIZE : (i + 1) * SIZE] for i in range(PLANTED)}
    rest = order[len(planted) :]
    for i in range(OTHERS):  # these overlap, as pathways do
        sets[f"other {i + 1}"] = rng.choice(rest, SIZE, replace=False)
    score = np.sqrt(signal) * score / score.std() + np.sqrt(1 - signal) * rng.normal(size=lines)
    sf2 = np.round(0.02 + 0.93 / (1 + np.exp(-score)), 3)
    named = {k: tuple(names[v].tolist()) for k, v in sets.items()}
    return replace(samples, sf2=sf2), GeneSets(named), set(names[planted].tolist())


def one_panel(seed: int, name: str = "ridge", **size: Any) -> dict[str, Any]:
    """Explain a predictor as the command does; say which sets and genes are found, and believed."""
    samples, sets, planted = simulate(seed, **size)
    inputs = ExplainInputs(samples, GeneIndex.of(samples.features), name)
    figures, _ = model_figures(inputs, folds=FOLDS, shuffles=SHUFFLES)
    table = pathways(figures.z, figures.names, sets)
    found = set(table.loc[table["fdr"] < 0.05, "set"])
    genes = set(figures.genes.loc[figures.genes["fdr"] < 0.05, "gene"])
    evidence = evidence_of(figures, None)
    return {
        "seed": seed,
        "planted": sum(f.startswith("planted") for f in found),
        "others": sum(f.startswith("other") for f in found),
        "recall": len(set(figures.genes["gene"][: len(planted)]) & planted) / len(planted),
        "genes": len(genes),
        "false_genes": len(genes - planted),
        "verdict": judge(evidence).word,
        "skill": [evidence.skill, evidence.skill_p],
        "stability": [evidence.reliability, evidence.reliability_chance, evidence.reliability_p],
        "after_shuffling": evidence.after_shuffling,
        "trusted_by_chance": trusted_by_chance(figures.skill, figures.reliability),
    }


def trusted_by_chance(skill: Any, stability: Any) -> float:
    """Return how often a model of shuffled SF2, set against the others, passes the verdict's bars.

    Where nothing is planted the real model is one of these.
    """
    skill, stability = skill[1:], np.nan_to_num(stability[1:], nan=-1.0)
    words = []
    for i in range(len(skill)):
        p = [float((v >= v[i]).sum() / len(v)) for v in (skill, stability)]
        e = Evidence(float(skill[i]), 0.0, p[0], float(stability[i]), 0.0, p[1], 0.0)
        words.append(judge(e).word)
    return words.count("trusted") / len(words)


def recall(name: str, seed: int, settings: dict[str, Any] | None = None, **size: Any) -> float:
    """Return the share of planted genes among as many of the largest contributions."""
    samples, _, planted = simulate(seed, **size)
    inputs = ExplainInputs(samples, GeneIndex.of(samples.features), name, settings or {})
    (model,) = explain_fit(inputs, plan(samples, folds=FOLDS, shuffles=0)[0])["models"]
    mean = np.mean([unpack_vector(a) for a in model["absolute"]], axis=0)
    top = {samples.features[i] for i in np.argsort(-mean)[: len(planted)]}
    return len(top & planted) / len(planted)


def gone_on_with(section: str, jobs: dict[str, Callable[[], Any]]) -> None:
    """Do what is not done, and keep each result at once."""
    for name, job in jobs.items():
        result = json.loads(OUT.read_text()) if OUT.exists() else {}
        rows = result.setdefault(section, {})
        if name in rows:
            continue
        started = time.process_time()
        rows[name] = {"result": job(), "cpu_seconds": round(time.process_time() - started, 1)}
        print(section, name, json.dumps(rows[name]), flush=True)
        OUT.write_text(json.dumps({"machine": machine()} | result, indent=1, default=float) + "\n")


def main(wanted: list[str]) -> None:
    """Measure, print and write."""
    linear = ("ridge", "pls", "elastic-net", "selected-ridge")
    quick = {"preset": "quick"}
    sections: dict[str, dict[str, Callable[[], Any]]] = {
        "sets": {f"seed {s}": partial(one_panel, s) for s in SEEDS},
        "verdicts": {
            f"{lines} lines, signal {signal:g}, seed {s}": partial(
                one_panel, s, lines=lines, signal=signal
            )
            for s in range(2000, 2020)
            for lines in (56, 120, 400)
            for signal in (0.0, 0.2, 0.5)
        },
        "recall": {f"{n}, seed {s}": partial(recall, n, s) for s in SEEDS for n in linear},
        "network": {
            f"{lines} lines, seed {s}": partial(recall, "cnn", s, quick, lines=lines)
            for lines, seeds in ((400, 3), (1600, 3))
            for s in SEEDS[:seeds]
        },
    }
    for name in wanted or list(sections):
        gone_on_with(name, sections[name])


if __name__ == "__main__":
    main(sys.argv[1:])
