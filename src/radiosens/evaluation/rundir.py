"""The directory of a run: what it was begun with, and files written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import platform
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import anndata as ad
import pandas as pd
from pydantic import BaseModel

from radiosens.errors import RunError
from radiosens.evaluation.lock import locked
from radiosens.evaluation.tasks import FIT_VERSION, PreparedPanel, network_of
from radiosens.panel import data_hash

__all__ = ["JOURNAL", "RunDirectory", "is_run", "read_config", "write_whole"]

logger = logging.getLogger(__name__)

JOURNAL = "journal.jsonl"

_PARTS = ("command", "settings", "network", "data", "versions")
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
        with beside.open("rb+") as file:  # on the disk before it takes the old one's place
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
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
        Made by `claimed` if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Have the directory to oneself while the context lasts.

        Raises
        ------
        RunError
            If another process is at work in it, or it can't be written.
        """
        with locked(self.path):
            yield

    @contextlib.contextmanager
    def claimed(
        self,
        command: str,
        settings: BaseModel,
        prepared: PreparedPanel,
        *,
        network: dict[str, Any] | None,
    ) -> Iterator[None]:
        """Have the directory to oneself for an experiment, new or begun before.

        Parameters
        ----------
        command : str
            What kind of experiment.
        settings : BaseModel
            All that decides its figures besides the data.
        prepared : PreparedPanel
            The data.
        network : dict, optional
            Settings of the network, where the experiment has one.

        Raises
        ------
        RunError
            If it holds another experiment, whose difference is named, or other files, or
            another process is at work in it.
        """
        config = _config(command, settings, prepared, network)
        file = self.path / "config.json"
        with _legible(self.path):
            _refuse_strangers(self.path)
        with self.held():
            with _legible(self.path):
                there = read_config(file)
            if there is None:
                self.write_json("config.json", config)
            else:
                defaults = type(settings)().model_dump(mode="json")
                there["settings"] = defaults | there["settings"]  # older runs lack newer settings
                _refuse_other_run(there, config, file)
            yield

    def write_table(self, name: str, table: pd.DataFrame) -> None:
        """Write a table as CSV, numbers with all their digits."""
        write_whole(self.path / name, lambda p: table.to_csv(p, index=False, lineterminator="\n"))

    def write_json(self, name: str, content: Any) -> None:
        """Write JSON."""
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        write_whole(self.path / name, lambda p: _write_text(p, text))


@contextlib.contextmanager
def _legible(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(
            f"it cannot be read ({error.strerror or error})",
            where=path,
            cure="choose another --out",
        ) from None


def is_run(path: Path) -> bool:
    """Tell a run's directory, a damaged one by its journal, from another program's."""
    if (path / JOURNAL).exists():
        return True
    try:
        return read_config(path / "config.json") is not None
    except RunError:
        return False


def read_config(file: Path) -> dict[str, Any] | None:
    """Return what a run was begun with, None if the file is not there.

    Raises
    ------
    RunError
        If it is no such file.
    """
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
        if all(isinstance(config[part], dict) for part in _PARTS[1:]):
            return dict(config)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        pass
    raise RunError(
        "it is damaged",
        where=file,
        cure="delete this one file; the command that began the run then continues it",
    )


def _refuse_strangers(path: Path) -> None:
    """Raise if what is there is neither a run nor empty."""
    if path.exists() and not path.is_dir():
        raise RunError("it is a file", where=path, cure="choose another --out")
    if not path.is_dir() or is_run(path):
        return
    if any(not p.name.startswith(".") for p in path.iterdir()):
        raise RunError(
            "it holds files and is not a run",
            where=path,
            cure="choose a new or empty --out",
        )


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _config(
    command: str, settings: BaseModel, prepared: PreparedPanel, network: dict[str, Any] | None
) -> dict[str, Any]:
    panel = prepared.panel
    return {
        "command": command,
        "settings": settings.model_dump(mode="json"),
        "data": {
            "sha256": prepared.hash,
            "sources": _sources(panel),
            "samples": panel.n_obs,
            "features": panel.n_vars,
            "lines": int(panel.obs["line"].nunique()),
            "simulated": bool(panel.uns["simulated"]),
        },
        "network": _network(network, panel.n_vars),
        "versions": {"python": platform.python_version(), **_versions()},
    }


def _sources(panel: ad.AnnData) -> dict[str, dict[str, Any]]:
    """Say what came from each file, so that a changed one can be named."""
    sources = panel.obs["source"].astype(str)
    return {
        name: {"samples": int((sources == name).sum()), "sha256": data_hash(panel[sources == name])}
        for name in sorted(sources.unique())
    }


def _network(settings: dict[str, Any] | None, features: int) -> dict[str, Any]:
    if settings is None:
        return {"fit_version": FIT_VERSION}
    return network_of(features, **settings) | {"fit_version": FIT_VERSION}


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _refuse_other_run(there: dict[str, Any], here: dict[str, Any], file: Path) -> None:
    for part in _PARTS[:-1]:
        if there[part] == here[part]:
            continue
        if part == "data":
            changed = f"the data have changed since the run began: {_changed_data(there, here)}"
        else:
            old, new = _first_difference(there[part], here[part], part)
            changed = f"it was begun with {old} and is now asked for with {new}"
        raise RunError(
            changed, where=file, cure="choose another --out, or go back to what the run began with"
        )
    if there["versions"] != here["versions"]:
        old, new = _first_difference(there["versions"], here["versions"], "versions")
        logger.warning("%s: the run was begun with %s, now it is %s", file.parent, old, new)


def _changed_data(there: dict[str, Any], here: dict[str, Any]) -> str:
    """Name the files whose values, names, lines or SF2 are others than they were."""
    old, new = there["data"].get("sources", {}), here["data"]["sources"]
    said = [
        *(f"{name} is gone" for name in old if name not in new),
        *(f"{name} is new" for name in new if name not in old),
        *(f"{name} is not what it was" for name in new if name in old and old[name] != new[name]),
    ]
    return ", ".join(said) or "the features in common"


def _first_difference(there: Any, here: Any, name: str) -> tuple[str, str]:
    if isinstance(there, dict) and isinstance(here, dict):
        for key in sorted({*there, *here}):
            old, new = there.get(key, "not given"), here.get(key, "not given")
            if old != new:
                return _first_difference(old, new, key)
    return f"{name} {there}", f"{name} {here}"
