"""What a run was begun with: written into its directory first, compared when it goes on."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from radiosens.errors import RunError

__all__ = ["CONFIG", "FORMAT", "RunConfig", "read_config"]

logger = logging.getLogger(__name__)

CONFIG = "config.json"
#: Raised when what a run's directory holds changes its meaning.
FORMAT = 2


class RunConfig(BaseModel):
    """What decides a run's results.

    Attributes
    ----------
    command : str
        What kind of run.
    settings : dict
        All that was asked for; a run that asks for something else is another run.
    data : dict
        ``sha256`` of all inputs, and under ``sources`` whatever tells each input from a
        changed one; the rest is for the reader.
    code : dict
        Name to fingerprint of the code and fixed parameters that compute results. Where one
        has changed, what it computed is computed anew.
    details : dict
        What settings stand for, for the reader.
    versions : dict
        Of libraries. Another one is told of and taken.
    format : int
        Of the directory.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    command: str
    settings: dict[str, Any]
    data: dict[str, Any]
    code: dict[str, str]
    details: dict[str, Any] = {}
    versions: dict[str, str]
    format: int = FORMAT

    def refuse_other(self, here: RunConfig, file: Path) -> None:
        """Raise if another run than the one begun is asked for; tell what else has changed.

        Raises
        ------
        RunError
            Naming the difference.
        """
        changed = _difference(self, here)
        if changed:
            raise RunError(
                changed,
                where=file,
                cure="choose another --out, or go back to what the run began with",
            )
        for name, fingerprint in here.code.items():
            if self.code.get(name) not in (None, fingerprint):
                logger.warning(
                    "%s: %s has changed since the run began; all of it is computed anew",
                    file.parent,
                    name,
                )
        if self.versions != here.versions:
            old, new = _first_difference(self.versions, here.versions, "versions")
            logger.warning("%s: the run was begun with %s, now it is %s", file.parent, old, new)


def read_config(file: Path) -> RunConfig | None:
    """Return what a run was begun with, None if the file is not there.

    Raises
    ------
    RunError
        If it is no such file, or one of an older or newer radiosens.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        found = content.get("format", 1) if "settings" in content else FORMAT
        if found != FORMAT:
            raise RunError(
                f"it is of another version of radiosens (format {found}, this one writes {FORMAT})",
                where=file,
                cure="choose another --out; results of that version are not mixed with this one's",
            )
        return RunConfig.model_validate(content)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, AttributeError, RecursionError, ValidationError):
        pass
    raise RunError(
        "it is damaged",
        where=file,
        cure="delete this one file; the command that began the run then continues it",
    )


def _difference(there: RunConfig, here: RunConfig) -> str:
    for part in ("command", "settings"):
        old, new = getattr(there, part), getattr(here, part)
        if old != new:
            old, new = _first_difference(old, new, part)
            return f"it was begun with {old} and is now asked for with {new}"
    if there.data != here.data:
        return f"the data have changed since the run began: {_changed_data(there, here)}"
    return ""


def _changed_data(there: RunConfig, here: RunConfig) -> str:
    """Name the inputs that are not what they were."""
    old, new = there.data.get("sources", {}), here.data.get("sources", {})
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
