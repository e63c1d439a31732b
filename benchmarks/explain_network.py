"""Time, memory and completeness of one sample's explanation by the network on 54,675 inputs.

python benchmarks/explain_network.py [EPOCHS]
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch
from _machine import machine

from radiosens.explain.contributions import relative_error
from radiosens.explain.network import STEPS, integrated_gradients, network_function
from radiosens.explain.preparation import Preparation
from radiosens.network.regressor import CNNRegressor

OUT = Path(__file__).parent / "results" / "explain_network.json"
FEATURES, SAMPLES = 54_675, 40


def main() -> None:
    """Train for a few epochs, explain, and write."""
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    x = (6 + 0.6 * rng.normal(size=(SAMPLES, FEATURES))).astype(np.float32)
    y = 0.5 + 0.25 * np.tanh(x[:, :400].sum(axis=1) / 12 - 200)
    model = CNNRegressor("paper", epochs=epochs, random_state=0).fit(x, y)
    function = network_function(model, Preparation())
    baseline = x.mean(axis=0).astype(np.float64)
    rows = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    for sample in x[:2].astype(np.float64):
        low, high = function.predict(np.stack([baseline, sample]))
        for steps in (STEPS[0], None):
            started, cpu = time.perf_counter(), time.process_time()
            values = integrated_gradients(function, sample, baseline, steps=steps)
            rows.append(
                {
                    "steps": steps,
                    "difference": high - low,
                    "error": relative_error(values.sum(keepdims=True), np.array([high - low]))[0],
                    "seconds": time.perf_counter() - started,
                    "cpu_seconds": time.process_time() - cpu,
                }
            )
            print(rows[-1], flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    result = {
        "machine": machine(),
        "epochs": epochs,
        "rows": rows,
        "peak_gib": peak,
        "peak_of_training_gib": before,
    }
    OUT.write_text(json.dumps(result, indent=1, default=float) + "\n")
    print(f"peak {peak:.2f} GiB, of training {before:.2f}")


if __name__ == "__main__":
    main()
