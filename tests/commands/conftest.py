from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.fixture(scope="session")
def radiosens():
    """Run the command line as its user does."""

    def run(*arguments, **options):
        return subprocess.run(
            [sys.executable, "-m", "radiosens.cli", *map(str, arguments)],
            capture_output=True, text=True, check=False, **options,
        )  # fmt: skip

    return run
