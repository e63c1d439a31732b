"""Does `SpectralConv1d` choose the quicker way? Kernels of 3 to 32,768, layers of several sizes.

    python benchmarks/convolution_choice.py [--threads 1] [--repeats 5] [--fit]

Forward and backward pass of both ways are timed in turn by the processor's time, and the least of
each counts, since other work on a machine only adds to it. Where the direct way takes eight times
as long, longer kernels are not timed directly. ``--fit`` also prints the weights of
`radiosens.network.cost` that fit these times best (least squares of relative errors). Result:
``benchmarks/results/convolution_choice.json``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from _machine import write_result
from scipy.optimize import nnls
from torch import Tensor

from radiosens.network.cost import direct_counts, prefers_spectral, spectral_counts
from radiosens.network.memory import freed_memory_kept
from radiosens.network.spectral import SpectralConv1d

#: In channels, out channels, stride, length, batch: the network's layers first.
LAYERS = (
    (1, 10, 2, 54_675, 29),
    (10, 20, 2, 11_621, 29),
    (20, 40, 2, 2_394, 29),
    (40, 80, 2, 471, 29),
    (80, 160, 2, 86, 29),
    (1, 10, 2, 54_675, 1),
    (1, 1, 1, 54_675, 4),
    (4, 8, 1, 8_192, 8),
    (16, 16, 1, 1_024, 16),
)
KERNELS = (3, 5, 7, 11, 15, 24, 32, 48, 64, 96, 128, 192, 256, 512, *(2**p for p in range(10, 16)))
HOPELESS = 8.0  # times as long as the other way: longer kernels are not timed


def best_of_each(ways: dict[str, Callable[[], Any]], repeats: int) -> dict[str, float]:
    """Time ways in turn; return the least time of each, after one that does not count."""
    best = dict.fromkeys(ways, np.inf)
    for turn in range(repeats + 1):
        for name, work in ways.items():
            started = time.process_time()
            work()
            if turn:
                best[name] = min(best[name], time.process_time() - started)
    return best


def passes(x: Tensor, sizes: tuple[int, ...], kernel: int, method: str) -> Callable[[], None]:
    """Return what goes forward and backward once."""
    ins, outs, stride = sizes[:3]
    layer = SpectralConv1d(ins, outs, kernel, stride, method=method)
    upstream = torch.randn_like(layer(x))

    def once() -> None:
        layer(x).backward(upstream)

    return once


def measure(repeats: int) -> list[dict[str, Any]]:
    """Time the grid."""
    rows = []
    for sizes in LAYERS:
        ins, outs, stride, length, batch = sizes
        x = torch.randn(batch, ins, length, requires_grad=ins > 1)
        hopeless = False
        for kernel in (k for k in KERNELS if k <= length):
            methods = ("spectral",) if hopeless else ("spectral", "direct")
            with freed_memory_kept():
                took = best_of_each({m: passes(x, sizes, kernel, m) for m in methods}, repeats)
            hopeless = hopeless or took["direct"] > HOPELESS * took["spectral"]
            spectral = prefers_spectral(ins, outs, kernel, stride, length, batch)
            row = {"layer": sizes, "kernel": kernel, **took, "prefers_spectral": spectral}
            if "direct" in took:
                chosen = took["spectral" if spectral else "direct"]
                row["times_better"] = chosen / min(took.values())
                shown = f"direct {took['direct'] * 1e3:>8.2f} ms  {row['times_better']:.2f}"
            else:
                row["times_better"] = 1.0 if spectral else HOPELESS
                shown = ""
            print(f"{sizes} {kernel:>6}  spectral {took['spectral'] * 1e3:>8.2f} ms  {shown}")
            rows.append(row)
    return rows


def fitted(rows: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Return weights, nanoseconds, by least squares of relative errors."""
    found = {}
    for name, counts in (("spectral", spectral_counts), ("direct", direct_counts)):
        used = [r for r in rows if name in r]
        table, took = [], []
        for row in used:
            ins, outs, stride, length, batch = row["layer"]
            table.append(counts(ins, outs, row["kernel"], stride, length, batch))
            took.append(row[name] * 1e9)
        relative = np.array(table, dtype=float) / np.array(took)[:, None]
        found[name] = [float(w) for w in nnls(relative, np.ones(len(used)))[0]]
    return found


def main() -> None:
    """Time, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--fit", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rows = measure(arguments.repeats)
    worst = max(rows, key=lambda r: float(r["times_better"]))
    over = sum(r["times_better"] > 1.15 for r in rows)
    print(
        f"worst {worst['times_better']:.2f} times the better way; {over} of {len(rows)} over 1.15"
    )
    result: dict[str, Any] = {"threads": arguments.threads, "worst": worst, "rows": rows}
    if arguments.fit:
        result["weights"] = fitted(rows)
        print(result["weights"])
    write_result("convolution_choice", result)


if __name__ == "__main__":
    main()
