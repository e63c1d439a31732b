from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("no clock", deadline=None)  # no test asserts a time
settings.load_profile("no clock")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def shared():
    """Give a file of the shared data, or skip by its name where it is not there."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"needs {name} in ../shared/data")
        return path

    return find


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Keep downloads of tests apart from the user's."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("RADIOSENS_CACHE", str(folder))
    monkeypatch.delenv("RADIOSENS_FITS", raising=False)
    return folder


@pytest.fixture
def registered(monkeypatch):
    """Register predictors for the length of a test."""
    from radiosens.predictors import registry

    def add(predictor):
        monkeypatch.setitem(registry._registered, predictor.name, predictor)
        return predictor

    return add
