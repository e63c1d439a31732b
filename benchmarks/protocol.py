"""Run the paper's whole experiment and keep its summary.

    python benchmarks/protocol.py NAME FILE [FILE ...] [--out DIR] [--beside NAME ...]

writes ``benchmarks/results/NAME.json``: the run's summary, its settings and the machine. The
run itself stays in DIR, and an interrupted one continues there.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
from pathlib import Path

from _machine import write_result

from radiosens import ReproduceSettings, load_panel, reproduce
from radiosens.terminal import print_summary, show_notes, watch


def main() -> None:
    """Parse, run, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("data", nargs="+")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--beside", nargs="*", default=[])
    arguments = parser.parse_args()
    out = arguments.out or Path(tempfile.mkdtemp(prefix="radiosens-"))
    console = show_notes()
    panel = load_panel(arguments.data)
    settings = ReproduceSettings(beside=tuple(arguments.beside))
    with watch(console) as progress:
        reproduce(panel, out, settings, progress=progress)
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    print_summary(summary, out)
    config = json.loads((out / "config.json").read_text(encoding="utf-8"))
    write_result(
        arguments.name,
        {
            "summary": summary,
            "peak_memory_gib": _peak_memory(),
            **{k: config[k] for k in ("settings", "data", "code", "details")},
        },
    )


def _peak_memory() -> dict[str, float]:
    """Return the most memory that this process, and any one fit's process, ever held."""
    who = {"main": resource.RUSAGE_SELF, "largest fit": resource.RUSAGE_CHILDREN}
    kib = {name: resource.getrusage(which).ru_maxrss for name, which in who.items()}
    return {name: round(value / 2**20, 3) for name, value in kib.items()}


if __name__ == "__main__":
    main()
