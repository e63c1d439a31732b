"""Results of fits shared by many runs: a folder with one small file a fit."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import uuid
from pathlib import Path

from radiosens.errors import SettingsError
from radiosens.evaluation.tasks import FitResult, deciding_versions

__all__ = ["FitCache"]

logger = logging.getLogger(__name__)


class FitCache:
    """Finished fits by key, for runs of any number of processes and machines.

    A fit is kept under its key and the versions of the libraries that computed it: other
    versions may round differently, and a run should be of one piece. Files are renamed into
    place, so that nobody reads half of one; whatever can't be read counts as not there, and a
    folder that can't be written is told of once and does no harm.

    Parameters
    ----------
    folder : Path
        Made if there is none.

    Raises
    ------
    SettingsError
        If it is a file.

    Examples
    --------
    >>> import tempfile
    >>> cache = FitCache(Path(tempfile.mkdtemp()))
    >>> cache.put("key", FitResult({"sample": 0.5}, 1.0))
    >>> cache.get("key").predictions, cache.get("other")
    ({'sample': 0.5}, None)
    """

    def __init__(self, folder: Path) -> None:
        if folder.exists() and not folder.is_dir():
            raise SettingsError(f"{folder}: it is a file", cure="name a folder as --cache")
        self.folder = folder
        self._versions = ",".join(deciding_versions().values())
        self._told = False

    def get(self, key: str) -> FitResult | None:
        """Return a finished fit, or None."""
        path = self._path(key)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return FitResult(
                {str(k): float(v) for k, v in content["predictions"].items()},
                float(content["seconds"]),
            )
        except FileNotFoundError:
            return None
        except OSError as error:
            self._tell("read", error)
            return None
        except (ValueError, KeyError, TypeError, AttributeError):
            logger.warning("%s: cannot be read; the fit is done again", path)
            return None

    def put(self, key: str, result: FitResult) -> None:
        """Keep a finished fit."""
        path = self._path(key)
        beside = path.with_name(f".{uuid.uuid4().hex}")
        content = {"predictions": result.predictions, "seconds": round(result.seconds, 3)}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(content), encoding="utf-8")
            os.replace(beside, path)
        except OSError as error:
            self._tell("written", error)

    def _tell(self, what: str, error: OSError) -> None:
        if not self._told:
            logger.warning("%s: cannot be %s (%s)", self.folder, what, error.strerror or error)
        self._told = True

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(f"{key} {self._versions}".encode()).hexdigest()[:32]
        return self.folder / name[:2] / f"{name}.json"
