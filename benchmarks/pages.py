"""How large pages are, how long a browser takes to open them, and how a busy server answers.

    python benchmarks/pages.py

Pages are those that `predict` leaves of 2,000 noisy samples and `check` of a simulated panel of
174 samples by 54,675 features. A server is asked 1,000 times while a job runs, and fifty files are
sent at once. Needs the extra `web`, httpx, playwright and the system's Chromium. Writes
`results/pages.json`; `made` is processor time.
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

import anndata as ad
import httpx
import numpy as np
import pandas as pd
from _machine import write_result
from playwright.sync_api import sync_playwright

from radiosens import predict, simulate_panel
from radiosens.models.defaults import load_model
from radiosens.quality import check
from radiosens.report.check import write_check
from radiosens.report.page.kinds import PAGE, page_html
from radiosens.web.examples import example_files


def predictions(folder: Path) -> Path:
    """Predict 2,000 samples by both models: lines of training with as much noise as an array."""
    bundle, rng = load_model("nci60"), np.random.default_rng(0)
    rows = rng.integers(0, len(bundle.profiles), 2000)
    x = bundle.profiles[rows].astype(np.float32)
    x += rng.normal(0, 1.0, x.shape).astype(np.float32)
    obs = pd.DataFrame(index=[f"TCGA-{i:02d}-A{i:04d}-01A-11R" for i in range(2000)])
    data = ad.AnnData(x, obs=obs, var=pd.DataFrame(index=bundle.card.features))
    predict(data, out=folder / "predicted", scale="log2")
    return folder / "predicted"


def checked(folder: Path) -> Path:
    """Check a simulated panel of the paper's size: 174 samples of 59 lines, 54,675 features."""
    panel = simulate_panel(features=54_675, tissues=9, lines_per_tissue=7, replicates=3)
    panel = panel[:174].copy()
    write_check(check(panel), panel, folder / "checked")
    return folder / "checked"


def opening(folder: Path) -> dict[str, dict[str, float]]:
    """Return size and seconds to the event load, the best of three."""
    found = {}
    with sync_playwright() as started:
        chromium = started.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, make in (("2,000 predictions", predictions), ("check 174 × 54,675", checked)):
            path = make(folder) / PAGE
            began = time.process_time()
            html = page_html(path.parent)
            made = time.process_time() - began
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
