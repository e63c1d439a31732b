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
    "percentile bootstrap": "percentile bootstrap of donors (before)",
    "BCa bootstrap": "BCa bootstrap",
    "jackknife, transformed": "jackknife",
    "transformed, Nadeau-Bengio": "jackknife, widened (after: R² of slow predictors)",
    "level taken off, Nadeau-Bengio": "jackknife, widened, level taken off (after: r of slow ones)",
    "refitted, 20 groups": "fitted anew without each of 20 groups (after: R² of fast predictors)",
    "level taken off, refitted, 20 groups": "the same, level taken off (after: r of fast ones)",
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
    for metric, name in (("r2", "R²"), ("pearson_r", "r")):
        for kind, title in SHOWN.items():
            if by_size := rows.get((metric, kind)):
                cells.append([f"{name}: {title}", *(_range(by_size[n]) for n in (50, 100, 250))])
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
        " (`benchmarks/interval_coverage.py`).\n\n"
        + table(["interval", "50 donors", "100", "250"], cells)
        + f"\n\nIn the population without signal, the paired test called ridge regression better"
        f" than the mean (p below 0.05, not corrected) in {nothing} donors' panels."
    )


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
