"""Time predictions of the paper's network and watch the memory they take.

    python benchmarks/prediction.py [--threads 2] [--samples 10000]

Trains for one epoch on random numbers, predicts samples of 54,675 features a thousand at a
time, and writes samples a second and the process's resident memory after each thousand to
``benchmarks/results/prediction.json``.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from _machine import write_result

from radiosens.network.dimensions import PAPER
from radiosens.network.regressor import CNNRegressor

BLOCK = 1_000


def resident_gib() -> float:
    """Return this process's resident memory in GiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**30


def main() -> None:
    """Predict, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, default=10_000)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rng = np.random.default_rng(0)
    training = rng.standard_normal((29, PAPER.length), dtype=np.float32)
    model = CNNRegressor(epochs=1, random_state=0).fit(training, rng.uniform(0.1, 0.9, 29))
    taken, resident = 0.0, []
    for start in range(0, arguments.samples, BLOCK):
        size = min(BLOCK, arguments.samples - start)
        block = rng.standard_normal((size, PAPER.length), dtype=np.float32)
        started = time.perf_counter()
        model.predict(block)
        taken += time.perf_counter() - started
        resident.append(resident_gib())
        print(f"{start + size:>7,} samples  {(start + size) / taken:.0f}/s  {resident[-1]:.2f} GiB")
    write_result(
        "prediction",
        {
            "samples": arguments.samples,
            "features": PAPER.length,
            "threads": arguments.threads,
            "seconds": taken,
            "samples_a_second": arguments.samples / taken,
            "resident_gib": resident,
        },
    )


if __name__ == "__main__":
    main()
