from __future__ import annotations

import importlib
import sys

import pytest

from radiosens.predictors import BUILTIN, fingerprint
from radiosens.predictors.fingerprint import code_fingerprint


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Write a package of two modules, and give a way to fingerprint it anew after changes."""
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "somebodys"
    folder.mkdir()
    files = {
        "__init__.py": "",
        "model.py": "from somebodys import helper\nfrom .helper import scale\nK = 1\n",
        "helper.py": '"""Help."""\nimport json\n\ndef scale(x):\n    """Scale."""\n    return 2 * x\n',
        "unused.py": "A = 1\n",
    }

    def take(**changes):
        for name, text in (files | {f"{k}.py": v for k, v in changes.items()}).items():
            (folder / name).write_text(text)
        importlib.invalidate_caches()
        fingerprint._spec.cache_clear()
        return code_fingerprint(["somebodys.model"])

    yield take
    fingerprint._spec.cache_clear()
    for name in [m for m in sys.modules if m.partition(".")[0] == "somebodys"]:
        del sys.modules[name]


def test_code_that_decides_counts_and_nothing_else(package):
    before = package()
    assert package() == before
    assert (
        package(model="from somebodys import helper\nfrom .helper import scale\nK = 20\n") != before
    )
    assert package(helper="import json\n\ndef scale(x):\n    return 3 * x\n") != before
    assert package(helper="import json\n# why\n\ndef scale(x):\n    return 2 * x\n") == before
    assert package(unused="A = 2\n") == before


def test_versions_of_installed_packages_count(package, monkeypatch):
    code = {"model": "import yaml\nK = 1\n"}
    before = package(**code)
    monkeypatch.setattr("radiosens.predictors.fingerprint._release", lambda top: f"{top} 0.0")
    assert package(**code) != before


def test_each_of_our_predictors_depends_on_its_own_file_and_what_that_imports():
    found = {
        name: code_fingerprint([f"radiosens.predictors.{module}"])
        for name, module in BUILTIN.items()
    }
    assert len(set(found.values())) == len(BUILTIN)
    again = code_fingerprint(
        ["radiosens.predictors.ridge"], stop=frozenset({"radiosens.predictors.tuning"})
    )
    assert again != found["ridge"]
