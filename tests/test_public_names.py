from __future__ import annotations

import subprocess
import sys

import pytest

import radiosens


def test_public_names():
    assert len(radiosens.__all__) <= 30
    assert {"score", "load_panel", "reproduce", "CNNRegressor"} <= set(radiosens.__all__)
    for name in radiosens.__all__:
        assert getattr(radiosens, name).__doc__
    with pytest.raises(AttributeError, match="No radiosens attribute nothing"):
        radiosens.nothing  # noqa: B018


def test_help_does_not_import_torch():
    code = (
        "import sys, radiosens.cli\n"
        "heavy = {'torch', 'pandas', 'anndata', 'sklearn', 'matplotlib'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
