"""Publish a finished benchmark: docs/benchmark.md, its figures, and its numbers.

    radiosens benchmark DATA_DIR --out RUN
    python benchmarks/page.py RUN

copies the page that the run made, with the table of how often intervals hold
(``results/interval_coverage.json``), and writes ``results/benchmark.json``.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

from _machine import RESULTS, write_result

from radiosens.report.benchmark.cells import table
from radiosens.report.benchmark.run import PAGE, summaries

DOCS = Path(__file__).parents[1] / "docs"
#: Intervals that the page shows, and what they are called there: before, after, and beside them.
SHOWN = {
    ("r2", "percentile bootstrap"): "before: percentile bootstrap of donors",
    ("r2", "BCa bootstrap"): "BCa bootstrap",
    ("r2", "jackknife, transformed"): "jackknife",
    ("r2", "transformed, Nadeau-Bengio"): "after, slow predictors: jackknife, widened",
    ("r2", "refitted"): "after, fast predictors: fitted anew without thirds of the donors",
    ("pearson_r", "percentile bootstrap"): "before: percentile bootstrap of donors",
    ("pearson_r", "BCa bootstrap"): "BCa bootstrap",
    ("pearson_r", "Fisher's z"): "Fisher's z",
    ("pearson_r", "transformed, Nadeau-Bengio"): "jackknife, widened",
    ("pearson_r", "level taken off, Nadeau-Bengio"): "after, slow predictors: jackknife, widened,"
    " training mean taken off",
    ("pearson_r", "refitted"): "fitted anew without thirds of the donors",
    ("pearson_r", "level taken off, refitted"): "after, fast predictors: fitted anew,"
    " training mean taken off",
}
KEPT = ("headline", "samples", "lines", "donors", "settings", "scores", "differences", "nested",
        "null", "leakage", "signatures", "sentences", "seconds", "skipped")  # fmt: skip


def main() -> None:
    """Copy, add, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run
    text = (run / PAGE).read_text(encoding="utf-8")
    before, after = text.split("## What related work measured")
    text = f"{before}{_coverage()}\n\n## What related work measured{after}"
    (DOCS / PAGE).write_text(text, encoding="utf-8")
    for picture in run.glob("benchmark_*.png"):
        shutil.copy(picture, DOCS / picture.name)
    found = {p.name: {k: s[k] for k in KEPT if k in s} for p, s in summaries(run)}
    for name, content in found.items():
        config = json.loads((run / name / "config.json").read_text(encoding="utf-8"))
        content |= {part: config[part] for part in ("data", "code")}
        content["fit_seconds"] = _seconds(run / name / "journal.jsonl")
    write_result("benchmark", found)


def _coverage() -> str:
    result = json.loads((RESULTS / "interval_coverage.json").read_text(encoding="utf-8"))
    rows: dict[tuple[str, str], dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for r in result["rows"]:
        rows[r["metric"], r["interval"]][r["donors"]].append(r["covers"])
    cells = []
    for (metric, kind), title in SHOWN.items():
        by_size, name = rows[metric, kind], {"r2": "R²", "pearson_r": "r"}[metric]
        cells.append([f"{name}, {title}", *(_range(by_size[n]) for n in (50, 100, 250))])
    better = {(r["donors"], r["world"]): r["called_better_than_mean"] for r in result["rows"]}
    nothing = ", ".join(
        f"{better[n, 'ridge, solid, no signal']:.1%} of {n}".replace("%", " %")
        for n in (50, 100, 250)
    )
    return (
        "## How often intervals hold\n\nPanels of 50, 100 and 250 donors, drawn from five simulated"
        " populations whose truth is known (two means with leukaemia; ridge regression with"
        " leukaemia, and with some, strong and no signal among solid tumours): how many of 95 %"
        " intervals held it, in the worst and the best population"
        f" (`benchmarks/interval_coverage.py`; {_panels(result['rows'])}).\n\n"
        + table(["interval", "50 donors", "100", "250"], cells)
        + f"\n\nIn the population without signal, the paired test called ridge regression better"
        f" than the mean (p below 0.05, not corrected) in {nothing} donors' panels."
    )


def _panels(rows: list[dict[str, Any]]) -> str:
    """Say how many panels each population was drawn as."""
    anew = {r["donors"]: r["panels"] for r in rows if "refitted" in r["interval"]}
    plain = {r["donors"]: r["panels"] for r in rows if r["interval"] == "percentile bootstrap"}
    first, second = (", ".join(str(counts[n]) for n in (50, 100, 250)) for counts in (plain, anew))
    return f"{first} panels of each; {second} where everything is fitted anew"


def _range(values: list[float]) -> str:
    low, high = (f"{v:.0%}".replace("%", " %") for v in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def _seconds(journal: Path) -> dict[str, float]:
    """Add up the seconds of each predictor's fits, one core each."""
    total: dict[str, float] = defaultdict(float)
    for line in journal.read_text(encoding="utf-8").splitlines():
        record: dict[str, Any] = json.loads(line)
        if record["kind"] == "task":
            total[record["predictor"]] += record["seconds"]
    return {name: round(seconds, 1) for name, seconds in total.items()}


if __name__ == "__main__":
    main()
