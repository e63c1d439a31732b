"""What predictors rest on, on real U133A data under the donor protocol (docs/explain.md).

python benchmarks/explain_u133a.py SHARED_DATA SHUFFLES PREDICTOR...
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
from _machine import machine

from radiosens.explain.evidence import evidence_of, model_figures
from radiosens.explain.fits import ExplainInputs
from radiosens.explain.genes import GeneIndex
from radiosens.explain.model import ModelFigures
from radiosens.explain.pathways import pathways, significant_by_chance
from radiosens.explain.sets import read_gmt
from radiosens.explain.verdict import judge
from radiosens.models.training import samples_of
from radiosens.panel import load_panel

OUT = Path(__file__).parent / "results" / "explain_u133a.json"
SETS = ("hallmark_v7.4.symbols.gmt", "ReactomePathways_2021.gmt.gz")


def describe(figures: ModelFigures, folder: Path) -> dict[str, object]:
    """Say what a model's figures are, as JSON."""
    above = figures.above
    found: dict[str, object] = {
        "lines": len(figures.predictions),
        "skill": [float(figures.skill[0]), float(figures.skill[1:].mean()), figures.p_of("skill")],
        "stability": [
            float(figures.reliability[0]),
            float(np.nanmean(figures.reliability[1:])) if len(above) > 1 else None,
            figures.p_of("reliability"),
        ],
        "genes_above_chance": [int(above[0]), float(above[1:].mean()), figures.p_of("above")],
        "genes_at_fdr_5": int((figures.genes["fdr"] < 0.05).sum()),
        "top": figures.genes["gene"][:20].tolist(),
        "lineage": figures.lineage(),
        "tissue": figures.tissue,
        "error": figures.error,
        "layers": figures.layers,
        "method": figures.method,
    }
    for name in SETS:
        sets = read_gmt(folder / "genes" / name)
        table = pathways(figures.z, figures.names, sets)
        found[name] = {
            "tested": len(table),
            "significant": int((table["fdr"] < 0.05).sum()),
            "first": table[["set", "p", "fdr"]].head(3).to_dict("records"),
            "shuffled_with_any": significant_by_chance(figures.z, figures.names, sets),
        }
    return found


def main() -> None:
    """Measure, print and write."""
    folder, shuffles = Path(sys.argv[1]), int(sys.argv[2])
    samples = samples_of(load_panel(folder / "nci60_u133a_gcrma.csv.gz"), "genes")
    samples = samples.part(np.flatnonzero(np.isfinite(samples.sf2)))
    for name in sys.argv[3:]:
        started = time.process_time()
        inputs = ExplainInputs(samples, GeneIndex.of(samples.features), name)
        whole, solid = model_figures(inputs, folds=5, shuffles=shuffles)
        evidence = evidence_of(whole, solid)
        row = {
            "verdict": judge(evidence).sentence,
            "evidence": asdict(evidence),
            "all": describe(whole, folder),
            "solid": None if solid is None else describe(solid, folder),
            "shuffles": shuffles,
            "cpu_seconds": time.process_time() - started,
        }
        result = json.loads(OUT.read_text()) if OUT.exists() else {}
        result |= {"machine": machine(), name: row}
        OUT.write_text(json.dumps(result, indent=1, default=float) + "\n")
        print(name, json.dumps(row, default=float)[:1500], flush=True)


if __name__ == "__main__":
    main()
