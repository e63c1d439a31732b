"""Show how the cost of the spectral convolution grows with input length and kernel length.

    python benchmarks/convolution.py [--threads 2] [--repeats 9]

First whole training steps of the paper's network at input lengths from 8,192 to 524,288, its
kernels in proportion; then forward and backward of one layer of 54,675 inputs for kernels from
8 to 32,768 taps, beside `torch.nn.Conv1d` where that is not too slow. The figures, and the
ratio of each doubling, go to ``benchmarks/results/convolution.json``.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from _machine import median_seconds, write_result

from radiosens.network.architecture import SurvivalNet
from radiosens.network.dimensions import PAPER, scaled_to
from radiosens.network.memory import freed_memory_kept
from radiosens.network.spectral import SpectralConv1d, prefers_spectral
from radiosens.network.training import TrainingSettings, make_optimiser

BATCH = 29
SLOWEST_DIRECT = 4_096  # taps; beyond, a direct layer takes seconds


def make_step(length: int) -> Callable[[], None]:
    """Return a training step of the network scaled to another input length."""
    net = SurvivalNet(scaled_to(PAPER, length))
    net.initialise(mean=0.8)
    optimiser = make_optimiser(net, TrainingSettings())
    x, y = torch.randn(BATCH, length), torch.rand(BATCH)

    def step() -> None:
        optimiser.zero_grad()
        (net(x) - y).square().mean().backward()
        optimiser.step()

    return step


def doubling(length: int, repeats: int) -> dict[str, float]:
    """Time steps of a length and of half of it in turn, so that drift of the machine hits both."""
    half, whole = make_step(length // 2), make_step(length)
    with freed_memory_kept():  # as in training
        for _ in range(2):
            seconds(half), seconds(whole)
        pairs = [(seconds(half), seconds(whole)) for _ in range(repeats)]
    return {
        "length": length,
        "seconds": statistics.median(b for _, b in pairs),
        "seconds_half": statistics.median(a for a, _ in pairs),
        "times_half": statistics.median(b / a for a, b in pairs),
    }


def seconds(step: Callable[[], None]) -> float:
    """Time one step."""
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def layer_seconds(kernel: int, method: str, repeats: int) -> float:
    """Time the first layer, forward and backward, with another kernel."""
    layer = SpectralConv1d(1, 10, kernel, stride=2, method=method)
    x = torch.randn(BATCH, 1, PAPER.length)
    upstream = torch.randn_like(layer(x))
    return median_seconds(lambda: layer(x).backward(upstream), repeats)


def main() -> None:
    """Time, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=9)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    lengths = []
    for power in range(14, 20):
        lengths.append(row := doubling(2**power, arguments.repeats))
        print(
            f"{2**power:>8,} inputs {row['seconds'] * 1e3:>9.1f} ms a step,"
            f" {row['times_half']:.2f} × half ({row['seconds_half'] * 1e3:.1f} ms)",
            flush=True,
        )
    kernels = []
    for power in range(3, 16):
        kernel = 2**power
        row = {"kernel": kernel, "spectral": layer_seconds(kernel, "spectral", arguments.repeats)}
        if kernel <= SLOWEST_DIRECT:
            row["direct"] = layer_seconds(kernel, "direct", arguments.repeats)
        row["prefers_spectral"] = prefers_spectral(1, 10, kernel, 2, PAPER.length, BATCH)
        kernels.append(row)
        direct = f"direct {row['direct'] * 1e3:>8.1f} ms" if "direct" in row else ""
        choice = "spectral" if row["prefers_spectral"] else "direct"
        print(f"{kernel:>6} taps  spectral {row['spectral'] * 1e3:>7.1f} ms  {direct}  → {choice}")
    write_result(
        "convolution",
        {"batch": BATCH, "threads": arguments.threads, "lengths": lengths, "kernels": kernels},
    )


if __name__ == "__main__":
    main()
