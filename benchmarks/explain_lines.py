"""What models of many tables rest on within tissues: genes, proteins, pathways (docs/lines.md).

    python benchmarks/explain_lines.py SHARED_DATA SHUFFLES MODEL…

MODEL is ``yard`` (the bundle), ``ccle`` (the design and the tables that ship, with proteins) or
``all`` (all tables, three ranks). Survival is shuffled within tissues.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from _machine import RESULTS, machine

from radiosens.explain.evidence import evidence_of
from radiosens.explain.lines import figures_within_tissues, lines_of
from radiosens.explain.model import ModelFigures
from radiosens.explain.pathways import pathways, significant_by_chance
from radiosens.explain.sets import read_gmt
from radiosens.explain.verdict import judge
from radiosens.models.defaults import load_model
from radiosens.models.line_data import LineData, line_data, read_responses
from radiosens.report.join import join
from radiosens.report.line_model import DESIGN

OUT = RESULTS / "explain_lines.json"
SETS = ("hallmark_v7.4.symbols.gmt", "ReactomePathways_2021.gmt.gz")
FULL: dict[str, Any] = {"ranks": (25, 40, 60)}


def data_of(folder: Path, model: str) -> tuple[LineData, dict[str, Any]]:
    """Return the lines of a model, and its design."""
    if model == "yard":
        bundle = load_model("yard")
        return lines_of(bundle), dict(bundle.card.settings)
    tables = [*sorted((folder / "more_lines").glob("*.csv.gz"))]
    panel, _ = join([*tables, folder / "ccle_706genes_zscored.csv.gz"])
    responses = (folder / "yard2016_dose_response.csv", folder / "yard2016_histology.csv")
    data = line_data(panel, read_responses(*responses))
    if model == "all":
        return data, FULL
    return data.only([b.name for b in data.blocks if "gdsc" not in b.name]), DESIGN


def of_proteins(figures: ModelFigures) -> dict[str, Any]:
    """Say how many proteins are above what one in a thousand of shuffled SF2's features has."""
    own = np.array([n.startswith("protein:") for n in figures.names])
    if not own.any():
        return {}
    table = figures.genes[figures.genes["gene"].str.startswith("protein:")]
    bar = np.quantile(figures.z[1:], 0.999)
    above = (figures.z[:, own] > bar).sum(axis=1)
    share = figures.genes["mean_absolute"].to_numpy()
    p = (1 + (above[1:] >= above[0]).sum()) / len(above)
    return {
        "proteins": int(own.sum()),
        "above_chance": [int(above[0]), float(above[1:].mean()), float(p)],
        "share_of_contributions": float(table["mean_absolute"].sum() / share.sum()),
        "first": table[["gene", "effect", "p", "above_chance"]].head(10).to_dict("records"),
    }


def describe(figures: ModelFigures, folder: Path) -> dict[str, Any]:
    """Return the figures of a model as JSON."""
    evidence = replace(evidence_of(figures, None), within_tissues=True)
    above = figures.above
    found: dict[str, Any] = {
        "verdict": judge(evidence).sentence,
        "evidence": asdict(evidence),
        "lines": len(figures.predictions),
        "features": len(figures.names),
        "above_chance": [int(above[0]), float(above[1:].mean()), figures.p_of("above")],
        "genes_at_fdr_5": int((figures.genes["fdr"] < 0.05).sum()),
        "first": figures.genes[["gene", "effect", "stability", "p"]].head(15).to_dict("records"),
        "lowest_p": figures.genes.sort_values("p")[["gene", "effect", "p", "fdr"]]
        .head(15)
        .to_dict("records"),
        "proteins": of_proteins(figures),
        "layers": figures.layers,
        "error": figures.error,
    }
    for name in SETS:
        sets = read_gmt(folder / "genes" / name)
        table = pathways(figures.z, figures.names, sets)
        found[name] = {
            "tested": len(table),
            "significant": table.loc[table["fdr"] < 0.05, "set"].tolist(),
            "first": table.drop(columns=["overlap", "overlap_p"]).head(5).to_dict("records"),
            "shuffled_with_any": significant_by_chance(figures.z, figures.names, sets),
        }
    return found


def main(folder: Path, shuffles: int, models: list[str]) -> None:
    """Measure, print and write."""
    warnings.simplefilter("ignore")
    for model in models:
        started = time.process_time()
        data, settings = data_of(folder, model)
        figures = figures_within_tissues(data, settings, shuffles=shuffles)
        row = describe(figures, folder) | {
            "shuffles": shuffles,
            "cpu_seconds": round(time.process_time() - started),
        }
        result = json.loads(OUT.read_text(encoding="utf-8")) if OUT.exists() else {}
        result |= {"machine": machine(), model: row}
        OUT.write_text(json.dumps(result, indent=1, default=float) + "\n", encoding="utf-8")
        print(model, json.dumps(row, default=float), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
