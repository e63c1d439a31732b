"""What the documentation shows, run as a reader would run it."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def run(python, *arguments, cwd=None):
    done = subprocess.run(
        [str(python), *map(str, arguments)], capture_output=True, text=True, check=False, cwd=cwd
    )
    assert done.returncode == 0, done.stderr
    return done


def test_unseen_donors():
    out = run(sys.executable, EXAMPLES / "unseen_donors.py").stdout
    assert out.startswith("replicate: R² 0.9")


def test_register_predictor(tmp_path):
    out = run(sys.executable, EXAMPLES / "register_predictor.py", tmp_path / "run").stdout
    assert "huber" in out


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Make an environment that has the example's package installed, and all that this one has."""
    pytest.importorskip("hatchling", reason="needs hatchling to build the example")
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    site = Path(
        run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
    )
    source = Path(__import__("radiosens").__file__).parents[1]
    (site / "beside.pth").write_text(f"{source}\n{sysconfig.get_path('purelib')}\n")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps"]
    copy = tmp_path_factory.mktemp("package")
    for file in (EXAMPLES / "own_predictor").iterdir():
        if file.is_file():
            (copy / file.name).write_bytes(file.read_bytes())
    run(*pip, "--no-build-isolation", copy)
    return python


@pytest.mark.parametrize("where", [["--jobs", "2"], ["--cluster", "local", "--jobs", "2"]])
def test_an_installed_predictor_is_evaluated_in_processes_and_on_a_cluster(
    environment, tmp_path, where
):
    if "--cluster" in where:
        pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    done = run(
        environment, "-m", "radiosens.cli", "evaluate", "simulated", "--predictors",
        "tissue-mean,neighbours", "--against", "neighbours", "--rounds", 1, "--folds", 3, "--refits", 0,
        *where, "--out", tmp_path / "run",
    )  # fmt: skip
    assert "neighbours" in done.stdout
    assert "versus" in (tmp_path / "run" / "differences.csv").read_text().splitlines()[0]
    listed = run(environment, "-m", "radiosens.cli", "predictors").stdout
    assert "three most similar" in " ".join(listed.split())


def test_the_page_shows_the_example_as_it_is():
    page = (ROOT / "docs" / "own_predictor.md").read_text(encoding="utf-8")
    for file in ("pyproject.toml", "radiosens_neighbours.py"):
        assert (EXAMPLES / "own_predictor" / file).read_text(encoding="utf-8").strip() in page
