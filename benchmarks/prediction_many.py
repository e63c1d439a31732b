"""Time and memory of predicting many samples: ``radiosens.predict`` on files of 1,000 and 10,000.

    python benchmarks/prediction_many.py [--samples 1000 10000]

Profiles of ``nci60``'s lines with noise of half a log2 unit, on the genes of both models, in a
temporary h5ad file (0.5 GB for 10,000). Each run has a process of its own: its seconds, the
processor's, and the most memory it held. A second table has a table of text instead, which is read
whole.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
from _machine import write_result

from radiosens.models.defaults import load_model

RUN = """
import sys, warnings
warnings.simplefilter("ignore")
from radiosens.report.predict import predict
predict(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
"""
NOISE = 0.5


def write_samples(path: Path, samples: int) -> None:
    """Write samples that look like lines."""
    bundle, rng = load_model("nci60"), np.random.default_rng(0)
    known = set(bundle.card.features)
    genes = [
        *bundle.card.features,
        *(g for g in load_model("yard").card.features if g not in known),
    ]
    more = rng.normal(5, 1.5, len(genes) - len(known)).astype(np.float32)
    x = np.empty((samples, len(genes)), dtype=np.float32)
    for i in range(samples):
        x[i, : len(known)] = bundle.profiles[rng.integers(len(bundle.profiles))]
        x[i, len(known) :] = more
        x[i] += NOISE * rng.standard_normal(len(genes), dtype=np.float32)
    np.maximum(x, 0, out=x)
    names = pd.DataFrame(index=[f"s{i}" for i in range(samples)])
    data = ad.AnnData(x, obs=names, var=pd.DataFrame(index=genes))
    if path.suffix == ".h5ad":
        data.write_h5ad(path)
    else:
        data.to_df().T.to_csv(path)


def measure(file: Path, model: str | None) -> dict[str, float]:
    """Predict a file in a process of its own."""
    command = [sys.executable, "-c", RUN, str(file), *([] if model is None else [model])]
    started = time.perf_counter()
    child = subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1"})
    _, status, used = os.wait4(child.pid, 0)
    assert status == 0
    return {
        "seconds": round(time.perf_counter() - started, 1),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "megabytes": round(used.ru_maxrss / 1024),
    }


def main() -> None:
    """Print and write a row for each size and model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, nargs="+", default=[1_000, 10_000])
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for samples in parser.parse_args().samples:
            for ending, models in ((".h5ad", ("nci60", "yard", None)), (".csv", (None,))):
                file = Path(folder) / f"samples{ending}"
                # In a process of its own: a child's peak begins at what its parent holds.
                if os.fork() == 0:
                    write_samples(file, samples)
                    os._exit(0)
                os.wait()
                for model in models:
                    name = f"{samples:,} samples, {ending[1:]}, {model or 'both'}"
                    rows[name] = measure(file, model)
                    print(name, rows[name], flush=True)
    write_result("prediction_many", {"files": rows})


if __name__ == "__main__":
    main()
