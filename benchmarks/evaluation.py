"""Evaluate predictors on a panel and keep the tables.

    python benchmarks/evaluation.py NAME FILE [FILE ...] [options of radiosens evaluate]

runs ``radiosens evaluate`` with the rest of the line, and writes
``benchmarks/results/evaluation_NAME.json``: every table, the sentences, and how long fits of
each predictor took. An interrupted run continues in its --out.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

from _machine import write_result

from radiosens.cli import app


def main() -> None:
    """Run, gather, write."""
    name, arguments = sys.argv[1], sys.argv[2:]
    if stopped := app(["evaluate", *arguments], standalone_mode=False):
        sys.exit(stopped)
    out = Path(arguments[arguments.index("--out") + 1])
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    config = json.loads((out / "config.json").read_text(encoding="utf-8"))
    write_result(
        f"evaluation_{name}",
        {
            **{part: config[part] for part in ("data", "code", "details")},
            "fit_seconds": _seconds(out / "journal.jsonl"),
            **summary,
        },
    )


def _seconds(journal: Path) -> dict[str, float]:
    """Add up the seconds of each predictor's fits to measured SF2, one core each."""
    total: dict[str, float] = defaultdict(float)
    for line in journal.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["kind"] == "task":
            total[record["predictor"]] += record["seconds"]
    return {name: round(seconds, 1) for name, seconds in total.items()}


if __name__ == "__main__":
    main()
