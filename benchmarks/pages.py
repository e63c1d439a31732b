"""How large pages are, how long a browser takes to open them, and how a busy server answers.

    python benchmarks/pages.py

Pages are of 2,000 predicted samples and of a check of 174 samples by 59 lines, made up. A server
is asked 1,000 times while a job runs, and fifty files are sent at once. Needs the extra `web`,
httpx, playwright and the system's Chromium. Writes
`results/pages.json`.
"""

from __future__ import annotations

import concurrent.futures
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
from _machine import write_result
from playwright.sync_api import sync_playwright

from radiosens.report.page.files import ResultFiles
from radiosens.report.page.kinds import page_html
from radiosens.runs.files import csv_bytes
from radiosens.web.examples import example_files


def predictions(samples: int) -> dict[str, bytes]:
    """Make the files of predictions of so many samples."""
    rng = np.random.default_rng(0)
    sf2 = rng.uniform(0.1, 0.9, samples)
    table = pd.DataFrame(
        {
            "sample": [f"TCGA-{i:02d}-A{i:04d}-01A-11R" for i in range(samples)],
            "sf2": sf2,
            "sf2_low": sf2 * 0.7,
            "sf2_high": sf2 * 1.3,
            "verdict": "ok",
            "looks_like": "",
            "recognition": rng.normal(0, 0.3, samples),
            "novelty_p": rng.uniform(0, 1, samples),
            "genes_measured": 12000,
            "rsi": rng.uniform(0, 1, samples),
            "reason": "",
        }
    )
    lines = pd.DataFrame(
        {
            "line": [f"line {i}" for i in range(58)],
            "tissue": "Colon",
            "sf2": rng.uniform(0.05, 0.9, 58),
            "haematological": [i < 6 for i in range(58)],
        }
    )
    return {
        "predictions.csv": csv_bytes(table),
        "training_lines.csv": csv_bytes(lines),
        "predict.json": b'{"options": {"model": "made up"}}',
    }


def check() -> dict[str, bytes]:
    """Make the files of a check of the paper's panel."""
    rng = np.random.default_rng(0)
    lines = [f"line {i}" for i in range(59)]
    labels = np.repeat(lines, 3)[:174]
    table = pd.DataFrame(
        {
            "sample": [f"GSM{803615 + i}" for i in range(174)],
            "line": labels,
            "verdict": ["ok"] * 172 + ["mislabelled"] * 2,
            "probability": rng.uniform(0, 1, 174),
            "looks_like": labels,
            "own_similarity": rng.uniform(0, 1, 174),
            "best_other_similarity": rng.uniform(0, 1, 174),
        }
    )
    similarity = pd.DataFrame(rng.normal(0, 0.3, (174, 59)).round(4), columns=lines)
    similarity.insert(0, "sample", table["sample"])
    return {
        "check.csv": csv_bytes(table),
        "similarity.csv": csv_bytes(similarity),
        "check.json": b'{"findings": []}',
    }


def opening(folder: Path) -> dict[str, dict[str, float]]:
    """Return size and seconds to the event load, the best of three."""
    found = {}
    with sync_playwright() as started:
        chromium = started.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, files in (("2,000 predictions", predictions(2000)), ("check 174 × 59", check())):
            began = time.perf_counter()
            html = page_html(ResultFiles(files))
            made = time.perf_counter() - began
            path = folder / "report.html"
            path.write_bytes(html)
            times = []
            for _ in range(3):
                page = chromium.new_page()
                began = time.perf_counter()
                page.goto(path.as_uri(), wait_until="load")
                times.append(time.perf_counter() - began)
                page.close()
            found[name] = {"bytes": len(html), "made": made, "opened": min(times)}
        chromium.close()
    return found


def serving(folder: Path) -> dict[str, float]:
    """Return how fast a server answers while a job runs, and what became of fifty uploads."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "radiosens.cli", "serve", "--no-browser"]
    server = subprocess.Popen(
        [*command, "--folder", str(folder), "--port", str(port)], stdout=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                httpx.get(url)
                break
            except httpx.TransportError:
                time.sleep(0.2)
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            keys = list(pool.map(lambda _: send(url), range(50)))
        whole = sum(
            (folder / key / "uploads" / "file1.csv").read_bytes() == example_files("survival")[0][2]
            for key in keys
        )
        times = []
        with httpx.Client() as client:
            for i in range(1000):
                began = time.perf_counter()
                client.get(f"{url}{('/', '/api/jobs/' + keys[-1], '/static/app.js')[i % 3]}")
                times.append(time.perf_counter() - began)
            working = any(j["state"] == "working" for j in client.get(f"{url}/api/jobs").json())
    finally:
        server.terminate()
        server.wait()
    median, most, longest = (1000 * float(np.quantile(times, q)) for q in (0.5, 0.99, 1))
    return {
        "uploads whole of 50": whole,
        "answers": len(times),
        "job still at work": working,
        "median ms": median,
        "99 % ms": most,
        "longest ms": longest,
    }


def send(url: str) -> str:
    """Send the example of counts; return the job."""
    files = {"data": ("a.csv", example_files("survival")[0][2])}
    answer = httpx.post(f"{url}/api/survival", files=files, timeout=120)
    return str(answer.raise_for_status().json()["id"])


def main() -> None:
    """Measure, print, write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = {"pages": opening(folder), "server": serving(folder / "jobs")}
    print(json.dumps(found, indent=2))
    write_result("pages", found)


if __name__ == "__main__":
    main()
