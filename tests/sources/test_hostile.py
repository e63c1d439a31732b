"""Broken files of every format, 2,000 of them; `hostile.py` makes and reads them.

``RADIOSENS_FUZZ`` sets the number of cases for a longer run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CASES = int(os.environ.get("RADIOSENS_FUZZ", "2000"))
PARTS = 2


@pytest.mark.parametrize("part", range(PARTS))
def test_broken_files_are_refused_or_read_as_they_were_written(part, tmp_path):
    pytest.importorskip("pyarrow")
    pytest.importorskip("openpyxl")
    first, count = part * CASES // PARTS, CASES // PARTS
    script = Path(__file__).with_name("hostile.py")
    done = subprocess.run(
        [sys.executable, script, str(first), str(count), tmp_path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    under_way = (tmp_path / "case").read_text()
    assert done.returncode == 0, f"case {under_way}: {done.returncode} {done.stderr[-500:]}"
    assert [json.loads(line) for line in done.stdout.splitlines()] == []
