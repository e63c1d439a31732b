"""What benchmarks share: timing, what they were measured on, and where results go."""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from radiosens.runs.workers import available_cores

RESULTS = Path(__file__).parent / "results"


def machine() -> dict[str, Any]:
    """Return processor, cores and versions."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": available_cores(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("radiosens", "torch", "numpy")},
    }


def median_seconds(work: Callable[[], Any], repeats: int) -> float:
    """Return the median time of a call, after one that does not count."""
    work()
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def write_result(name: str, content: dict[str, Any]) -> None:
    """Write a result as JSON, with the machine it was measured on."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": machine(), **content}, indent=2, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
