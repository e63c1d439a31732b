"""Measure how long files take to look at, and how much memory.

    python benchmarks/reading.py DATA_FOLDER

``DATA_FOLDER`` holds ``GSE32474_standin_series_matrix.txt.gz`` (54,675 × 174); the other files are
made here, in a temporary folder of some 500 MB. Each is given to ``radiosens data show`` in a
process of its own, as a user would, three times: the least of each figure counts, since other
programs on a machine only add. CPU seconds are user and system together; memory is the peak of
the process. Writes ``benchmarks/results/reading.json``.
"""

from __future__ import annotations

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd
from _machine import write_result
from scipy import sparse

MATRIX = "GSE32474_standin_series_matrix.txt.gz"


def measure(file: Path, repeats: int) -> dict[str, float | int]:
    """Show a file in a process of its own; return seconds, CPU seconds, megabytes and status."""
    command = [sys.executable, "-m", "radiosens.cli", "data", "show", str(file)]
    runs = []
    for _ in range(repeats):
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        cpu = used.ru_utime + used.ru_stime
        runs.append((time.perf_counter() - started, cpu, used.ru_maxrss / 1024))
    seconds, cpu, memory = (min(column) for column in zip(*runs, strict=True))
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "megabytes": round(memory),
        "status": child.returncode,
    }


def anndata(path: Path, samples: int, genes: int, share: float = 1.0) -> Path:
    """Write an h5ad of logarithms, sparse where only a share is above zero."""
    rng = np.random.default_rng(0)
    level = rng.normal(6, 2, genes).astype(np.float32)
    x = rng.standard_normal((samples, genes), dtype=np.float32) * 0.5 + level
    np.clip(x, 0, 15, out=x)
    obs = pd.DataFrame(index=[f"s{i}" for i in range(samples)])
    var = pd.DataFrame(index=[f"ENSG{i:011d}" for i in range(genes)])
    values = x
    if share < 1:
        x[rng.random((samples, genes), dtype=np.float32) > share] = 0
        values = sparse.csr_matrix(x)
    ad.AnnData(values, obs, var).write_h5ad(path)
    return path


def small_table(path: Path) -> Path:
    """Write the smallest file that is read: what start and imports cost."""
    path.write_text(
        "gene,MCF7,A549\n" + "".join(f"ZNF{i},{i % 9}.5,{i % 7}.25\n" for i in range(99))
    )
    return path


def wide_table(path: Path, columns: int) -> Path:
    """Write a table of two rows."""
    rng = np.random.default_rng(0)
    lines = [",".join(["sample", *(f"g{i}_at" for i in range(columns))])]
    lines += [",".join([n, *map(str, rng.normal(7, 2, columns).round(3))]) for n in ("M14", "SR")]
    path.write_text("\n".join(lines) + "\n")
    return path


def bomb(path: Path, megabytes: int) -> Path:
    """Write a small gzip file that unpacks to nothing but zeros."""
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(b"gene\tMCF7\tA549\n")
        for _ in range(megabytes):
            file.write(b"0\t0\t0\t\n" * 2**17)
    return path


def main() -> None:
    """Print and write a row for each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        h5ad = folder / "a.h5ad"
        files: dict[str, tuple[Any, ...]] = {
            "99 genes × 2, csv (start and imports)": (small_table, folder / "small.csv"),
            "54,675 × 174, series matrix, gzip": (Path, arguments.data / MATRIX),
            "20,000 samples × 5,000, h5ad": (anndata, h5ad, 20_000, 5_000),
            "5,000 samples × 20,000, h5ad": (anndata, h5ad, 5_000, 20_000),
            "5,000 samples × 20,000, h5ad, a tenth above zero": (anndata, h5ad, 5_000, 20_000, 0.1),
            "2 rows × 100,000, csv": (wide_table, folder / "wide.csv", 100_000),
            "4 GB in a gzip of a few MB (refused)": (bomb, folder / "bomb.csv.gz", 4096),
        }
        rows = {}
        for what, (make, *given) in files.items():
            # In a process of its own: a child's peak begins at what its parent holds.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as maker:
                file = maker.submit(make, *given).result()
            rows[what] = {
                "file_megabytes": round(file.stat().st_size / 2**20, 1),
                **measure(file, arguments.repeats),
            }
            print(f"{what:52} " + "  ".join(f"{k} {v}" for k, v in rows[what].items()), flush=True)
    write_result("reading", {"repeats": arguments.repeats, "files": rows})


if __name__ == "__main__":
    main()
