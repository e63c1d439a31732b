"""The paper's network as a bundle: size, load time, predictions a second.

python benchmarks/prediction_network.py
"""

from __future__ import annotations

import time

import numpy as np
from _machine import median_seconds, write_result

from radiosens.models.fitted import Samples, find_predictor, fit
from radiosens.models.persistence import NETWORK, pack, unpack

FEATURES, SAMPLES, PREDICTED = 54_675, 15, 256


def main() -> None:
    """Train a little, pack, unpack, predict."""
    rng = np.random.default_rng(0)
    x = rng.normal(7, 2, (SAMPLES, FEATURES)).astype("float32")
    lines = np.array([f"line{i // 3}" for i in range(SAMPLES)])
    names = tuple(f"probe{i}" for i in range(FEATURES))
    sf2 = rng.uniform(0.1, 0.9, SAMPLES // 3).repeat(3)
    samples = Samples(x, names, sf2, lines, lines, lines, lines)
    fitted = fit(find_predictor("cnn"), samples, 0, {"preset": "paper", "epochs": 1})
    data = pack(fitted)
    started = time.perf_counter()
    again = unpack(data, NETWORK)
    load = time.perf_counter() - started
    many = np.tile(x, (PREDICTED // SAMPLES + 1, 1))[:PREDICTED]
    assert (again.predict(many) == fitted.predict(many)).all()
    seconds = median_seconds(lambda: again.predict(many), 3)
    before = time.process_time()
    again.predict(many)
    processor = time.process_time() - before
    result = {
        "megabytes": round(len(data) / 1e6, 1),
        "load_seconds": round(load, 2),
        "predictions_per_second_one_thread": round(PREDICTED / seconds),
        "predictions_per_second_of_processor": round(PREDICTED / processor),
    }
    print(result)
    write_result("prediction_network", result)


if __name__ == "__main__":
    main()
