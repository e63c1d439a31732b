"""Run the paper's whole experiment and keep its summary.

    python benchmarks/protocol.py NAME FILE [FILE ...] [--out DIR]

writes ``benchmarks/results/NAME.json``: the run's summary, its settings and the machine. The
run itself stays in DIR, and an interrupted one continues there.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from _machine import write_result

from radiosens import ReproduceSettings, load_panel, reproduce, write_results
from radiosens.terminal import print_summary, show_notes, watch


def main() -> None:
    """Parse, run, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("data", nargs="+")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    out = arguments.out or Path(tempfile.mkdtemp(prefix="radiosens-"))
    console = show_notes()
    panel = load_panel(arguments.data)
    with watch(console) as progress:
        result = reproduce(panel, out, ReproduceSettings(), progress=progress)
    summary = write_results(result, out)
    print_summary(summary, out)
    config = json.loads((out / "config.json").read_text(encoding="utf-8"))
    write_result(
        arguments.name,
        {"summary": summary, **{k: config[k] for k in ("settings", "data", "network")}},
    )


if __name__ == "__main__":
    main()
