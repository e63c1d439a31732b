"""A job's own process: reads or runs, says how far it is, and ends with the server."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

from radiosens.errors import RadiosensError, RadiosensWarning
from radiosens.runs.files import atomic_write
from radiosens.runs.lock import locked
from radiosens.web import flows
from radiosens.web.jobs import Job, JobStore

__all__ = ["main"]

_MOST_NOTES = 60


class _Notes(logging.Handler):
    """Keeps what the library tells while it reads."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        if line not in self.lines and len(self.lines) < _MOST_NOTES:
            self.lines.append(line)


def main(folder: Path, memory: int) -> int:
    """Do what a job's directory asks for, and leave ``outcome.json`` there.

    Parameters
    ----------
    folder : Path
        The job's.
    memory : int
        Bytes of data that this process may have.
    """
    _end_with_parent()
    _limit(memory)
    store = JobStore(folder.parent)
    with locked(folder):
        job = store.get(folder.name)
        if job is None:
            return 1
        outcome = _outcome(store, job)
        _write(folder / "outcome.json", outcome)
    return 0


def _outcome(store: JobStore, job: Job) -> dict[str, Any]:
    """Do the job's phase and say what came of it; a refusal is an outcome too."""
    folder = store.path(job)

    def step(words: str, share: float) -> None:
        _write(folder / "progress.json", {"step": words, "share": share})

    notes = _Notes()
    logger = logging.getLogger("radiosens")
    logger.setLevel(logging.INFO)
    logger.addHandler(notes)
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", RadiosensWarning)
            if job.phase == "read":
                understood = flows.read(store, job, step)
                said = [str(w.message) for w in told if issubclass(w.category, RadiosensWarning)]
                understood["notes"] = [
                    _without_paths(line, store, job)
                    for line in dict.fromkeys([*said, *notes.lines])
                ]
                _write(folder / "understood.json", understood)
                return {"state": "understood"}
            flows.run(store, job, step)
            return {"state": "done"}
    except RadiosensError as error:
        return {"state": "failed", "error": _without_paths(str(error), store, job)}
    except MemoryError:
        return {"state": "failed", "error": "memory does not suffice for this file"}
    except Exception as error:
        logging.getLogger(__name__).exception("a fault of ours")
        what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        what = _without_paths(what, store, job)
        return {"state": "failed", "error": f"a fault of ours, not of your data ({what})"}


def _without_paths(text: str, store: JobStore, job: Job) -> str:
    """Name files as the user does, and no folder of this machine."""
    for place in (store.uploads(job), store.result(job), store.path(job)):
        text = text.replace(f"{place}{os.sep}", "").replace(str(place), "the result")
    for kept, given in job.files.items():
        text = text.replace(kept, given)
    return text


def _write(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, default=str)
    atomic_write(path, lambda p: p.write_text(text, encoding="utf-8"))


def _end_with_parent() -> None:
    """End when the server is gone, however it went; a new one begins the job anew."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _limit(memory: int) -> None:
    """Leave processors to whoever is waiting for an answer, and memory to others."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
