"""Evidence on models, kept in the cache so that it is gathered once a model."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict, replace
from pathlib import Path

from pydantic import TypeAdapter

from radiosens.errors import RunError
from radiosens.explain.fits import explain_fit
from radiosens.explain.verdict import Evidence
from radiosens.models.bundle import Bundle
from radiosens.predictors.fingerprint import code_fingerprint
from radiosens.runs.files import atomic_write
from radiosens.sources.download import cache_folder

__all__ = ["known_evidence", "remember_evidence"]

logger = logging.getLogger(__name__)


def known_evidence(bundle: Bundle) -> Evidence | None:
    """Return what was found of a model before, by the same code; None if nothing was."""
    try:
        told = json.loads(_file(bundle).read_text(encoding="utf-8"))
        found = TypeAdapter(Evidence).validate_python(told)
    except (OSError, ValueError, RecursionError):
        return None
    return replace(found, lineage_names=found.lineage_names[:60])


def remember_evidence(bundle: Bundle, evidence: Evidence) -> None:
    """Keep it; a cache that can't be written is told and does no harm."""
    text = json.dumps(asdict(evidence))
    file = _file(bundle)
    try:
        atomic_write(file, lambda p: p.write_text(text, encoding="utf-8"))
    except (OSError, RunError) as error:
        logger.warning("evidence on the model can't be kept in %s: %s", file.parent, error)


def _file(bundle: Bundle) -> Path:
    content = [bundle.card.model_dump_json(), code_fingerprint([explain_fit.__module__])]
    key = hashlib.sha256("\n".join(content).encode()).hexdigest()[:32]
    return cache_folder() / "explain" / f"{key}.json"
