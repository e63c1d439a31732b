"""The models that come with radiosens, and a model by name or folder."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from radiosens.errors import SettingsError
from radiosens.models.bundle import Bundle, is_bundle, load_bundle

__all__ = ["DEFAULT", "find_model", "load_model", "model_names"]

#: The model that is used where none is named.
DEFAULT = "nci60"


def model_names() -> list[str]:
    """Return the names of the models that come with radiosens.

    Examples
    --------
    >>> "nci60" in model_names()
    True
    """
    return sorted(p.name for p in _home().iterdir() if is_bundle(p)) if _home().is_dir() else []


def find_model(name: str | Path) -> Path:
    """Return the folder of a model, by its name or as it is given.

    Raises
    ------
    SettingsError
        If there is none.
    """
    if str(name) in model_names():
        return _home() / str(name)
    if is_bundle(name):
        return Path(name)
    raise SettingsError(
        f"there is no model {str(name)!r}",
        cure=f"name a bundle's folder, or one of {', '.join(model_names()) or 'none'}",
    )


def load_model(name: str | Path = DEFAULT) -> Bundle:
    """Load a model by name or folder; see `radiosens.models.bundle.load_bundle`."""
    return load_bundle(find_model(name))


@cache
def _home() -> Path:
    return Path(str(files("radiosens.models"))) / "data"
