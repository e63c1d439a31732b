"""The directory of a run: what it belongs to, and files that are written whole or not at all."""

from __future__ import annotations

import json
import logging
import os
import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from radiosens.errors import RunError
from radiosens.evaluation.settings import ReproduceSettings
from radiosens.evaluation.tasks import FIT_VERSION, PreparedPanel

__all__ = ["RunDirectory", "write_whole"]

logger = logging.getLogger(__name__)

_PACKAGES = ("radiosens", "torch", "numpy", "scipy", "scikit-learn", "pandas", "anndata")


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file beside its place and rename it there, so that nobody sees half of it.

    Raises
    ------
    RunError
        If it can't be written; what stood there before still stands.
    """
    beside = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(beside)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise RunError(
            f"it cannot be written ({error.strerror or error})",
            where=path,
            cure="free space or permissions, or choose another --out",
        ) from None


class RunDirectory:
    """A directory that holds one run.

    Parameters
    ----------
    path : Path
        Made by `open` if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self, settings: ReproduceSettings, prepared: PreparedPanel) -> None:
        """Claim the directory for an experiment, or find that it already holds this one.

        Raises
        ------
        RunError
            If it holds another experiment, whose difference is named, or other files.
        """
        config = _config(settings, prepared)
        file = self.path / "config.json"
        try:
            if self.path.exists() and not self.path.is_dir():
                raise RunError("it is a file", where=self.path, cure="choose another --out")
            if not file.exists():
                if self.path.is_dir() and any(self.path.iterdir()):
                    raise RunError(
                        "it holds files but no config.json, so it is not a run",
                        where=self.path,
                        cure="choose a new or empty --out",
                    )
                self.write_json("config.json", config)
                return
            there = json.loads(file.read_text(encoding="utf-8"))
            _refuse_other_run(there, config, file)
        except OSError as error:
            raise RunError(
                f"it cannot be read ({error.strerror})",
                where=self.path,
                cure="choose another --out",
            ) from None
        except (ValueError, KeyError, TypeError):
            raise RunError(
                "it is damaged", where=file, cure="choose another --out, or remove this run"
            ) from None

    def write_table(self, name: str, table: pd.DataFrame) -> None:
        """Write a table as CSV, numbers with all their digits."""
        write_whole(self.path / name, lambda p: table.to_csv(p, index=False, lineterminator="\n"))

    def write_json(self, name: str, content: Any) -> None:
        """Write JSON."""
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        write_whole(self.path / name, lambda p: _write_text(p, text))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _config(settings: ReproduceSettings, prepared: PreparedPanel) -> dict[str, Any]:
    panel = prepared.panel
    return {
        "command": "reproduce",
        # runs from before there was this setting lack it, and left nothing out
        "settings": {k: v for k, v in settings.model_dump().items() if k != "exclude" or v},
        "data": {
            "sha256": prepared.hash,
            "sources": {str(k): int(v) for k, v in panel.obs["source"].value_counts().items()},
            "samples": panel.n_obs,
            "features": panel.n_vars,
            "lines": int(panel.obs["line"].nunique()),
            "simulated": bool(panel.uns["simulated"]),
        },
        "network": _network(settings, panel.n_vars),
        "versions": {"python": platform.python_version(), **_versions()},
    }


def _network(settings: ReproduceSettings, features: int) -> dict[str, Any]:
    from dataclasses import asdict

    from radiosens.network.regressor import CNNRegressor

    architecture, training = CNNRegressor(**settings.network_settings()).dimensions(features)
    content = {
        "architecture": asdict(architecture),
        "training": asdict(training),
        "fit_version": FIT_VERSION,
    }
    return dict(json.loads(json.dumps(content)))  # tuples as they come back from the file


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _refuse_other_run(there: dict[str, Any], here: dict[str, Any], file: Path) -> None:
    for part in ("command", "settings", "network", "data"):
        if there[part] == here[part]:
            continue
        if part == "data" and there[part]["sha256"] != here[part]["sha256"]:
            changed = "the data have changed since the run began"
        else:
            old, new = _first_difference(there[part], here[part], part)
            changed = f"it was begun with {old} and is now asked for with {new}"
        raise RunError(
            changed, where=file, cure="choose another --out, or go back to what the run began with"
        )
    if there["versions"] != here["versions"]:
        old, new = _first_difference(there["versions"], here["versions"], "versions")
        logger.warning("%s: the run was begun with %s, now it is %s", file.parent, old, new)


def _first_difference(there: Any, here: Any, name: str) -> tuple[str, str]:
    if isinstance(there, dict) and isinstance(here, dict):
        for key in sorted({*there, *here}):
            if there.get(key) != here.get(key):
                return _first_difference(there.get(key), here.get(key), key)
    return f"{name} {there}", f"{name} {here}"
