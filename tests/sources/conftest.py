from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from radiosens import read_expression
from radiosens.errors import RadiosensWarning

LINES = ["MCF7", "A549", "HL-60", "PC-3"]


@pytest.fixture
def genes():
    """Give a table of 600 genes by four lines on a log2 scale, as an array measures it."""
    rng = np.random.default_rng(0)
    level = rng.normal(7, 2, (600, 1))
    values = np.clip(rng.normal(level, 0.5, (600, 4)), 2, 15.9).round(3)
    return pd.DataFrame(values, [f"GENE{i}" for i in range(600)], LINES)


@pytest.fixture
def read(tmp_path, caplog):
    """Write a file, read it, and give the result with everything that was said."""
    caplog.set_level("INFO")

    def run(content, name="t.csv", **options):
        path = content
        if isinstance(content, str | bytes):
            path = tmp_path / name
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", RadiosensWarning)
            adata = read_expression(path, **options)
        run.warned = " / ".join(str(w.message) for w in caught)
        run.said = caplog.text + run.warned
        return adata

    return run


@pytest.fixture
def same():
    """Hold what was read against a frame of genes by samples."""

    def check(adata, frame, rtol=1e-5):
        assert list(adata.obs_names) == list(frame.columns)
        assert list(adata.var_names) == list(frame.index)
        np.testing.assert_allclose(adata.X, frame.to_numpy(dtype=float).T, rtol=rtol)

    return check
