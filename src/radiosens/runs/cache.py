"""Results of tasks shared by many runs: a folder with one small file a task."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import uuid
import zlib
from collections.abc import Mapping
from pathlib import Path

from radiosens.errors import SettingsError
from radiosens.runs.tasks import TaskResult

__all__ = ["ResultCache"]

logger = logging.getLogger(__name__)


class ResultCache:
    """Finished tasks by key, for runs of any number of processes and machines.

    A result is kept under its key and the versions of the libraries that computed it: other
    versions may round differently, and a run should be of one piece. Files are renamed into
    place, so that nobody reads half of one, and carry their key and a checksum; whatever
    can't be read or is not what it should be counts as not there. A folder that can't be
    written is told of once and does no harm.

    Parameters
    ----------
    folder : Path
        Made if there is none.
    versions : mapping
        Of what computes, see `radiosens.runs.tasks.SharedInputs`.

    Raises
    ------
    SettingsError
        If there is a file of that name.

    Examples
    --------
    >>> import tempfile
    >>> cache = ResultCache(Path(tempfile.mkdtemp()), {"numpy": "2.0"})
    >>> cache.put("key", TaskResult({"sample": 0.5}, 1.0))
    >>> cache.get("key").value, cache.get("other")
    ({'sample': 0.5}, None)
    """

    def __init__(self, folder: Path, versions: Mapping[str, str]) -> None:
        if folder.exists() and not folder.is_dir():
            raise SettingsError(f"{folder}: it is a file", cure="name a folder as --cache")
        self.folder = folder
        self._versions = ",".join(f"{name} {versions[name]}" for name in sorted(versions))
        self._told = False

    def get(self, key: str) -> TaskResult | None:
        """Return a finished task's result, or None."""
        path = self._path(key)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["key"] != key or content["crc"] != _checksum(content["value"]):
                raise ValueError("it is not what was written")
            return TaskResult(content["value"], float(content["seconds"]))
        except FileNotFoundError:
            return None
        except OSError as error:
            self._tell("read", error)
            return None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            logger.warning("%s: it is damaged; the task is done again", path)
            return None

    def put(self, key: str, result: TaskResult) -> None:
        """Keep a finished task's result."""
        path = self._path(key)
        beside = path.with_name(f".{uuid.uuid4().hex}")
        content = {
            "key": key,
            "value": result.value,
            "seconds": round(result.seconds, 3),
            "crc": _checksum(result.value),
        }
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


def _checksum(value: object) -> str:
    return f"{zlib.crc32(json.dumps(value).encode()):08x}"
