"""Take what a form sends: to disk as it comes, under names of ours, within limits."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from radiosens.errors import InputError
from radiosens.web.jobs import Job, JobStore, safe_name
from radiosens.web.settings import ServeSettings

__all__ = ["corrections", "form_of", "keep_example", "keep_uploads"]

_MOST_FIELDS = 5000
_LONGEST_FIELD = 5_000_000
_LONGEST_NAME = 300


async def form_of(request: Request, settings: ServeSettings) -> FormData:
    """Return a request's form; files are on disk already, spooled as they came.

    Raises
    ------
    InputError
        If it is no form, or holds too much.
    """
    from starlette.exceptions import HTTPException

    try:
        return await request.form(
            max_files=settings.most_files, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD
        )
    except HTTPException as error:
        if error.status_code != 400:  # of the guard, which counts what comes
            raise
        raise InputError(f"the form can't be read ({error.detail})", cure="send less") from None


async def keep_uploads(form: FormData, store: JobStore, job: Job) -> Job:
    """Move a form's files into a job's directory, and return the job that knows them.

    Raises
    ------
    InputError
        If there is no data file, or one is empty.
    """
    files: dict[str, str] = {}
    roles: dict[str, str] = {}
    for role in ("data", "sheet"):
        for upload in form.getlist(role):
            if not isinstance(upload, UploadFile) or not upload.filename:
                continue
            name = safe_name(len(files) + 1, upload.filename)
            size = await run_in_threadpool(_copy, upload.file, store.uploads(job) / name)
            given = upload.filename.replace("\\", "/").rsplit("/", 1)[-1][:_LONGEST_NAME]
            if not size:
                raise InputError("the file is empty", where=given, cure="choose another file")
            files[name], roles[name] = given, role
    if "data" not in roles.values():
        raise InputError("no file was chosen", cure="choose a file, or try the example")
    return store.save(job, files=files, roles=roles)


def _copy(source: Any, target: Path) -> int:
    with target.open("xb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
        return file.tell()


def keep_example(files: tuple[tuple[str, str, bytes], ...], store: JobStore, job: Job) -> Job:
    """Write an example's files into a job's directory, and return the job that knows them."""
    names: dict[str, str] = {}
    roles: dict[str, str] = {}
    for number, (role, given, content) in enumerate(files, start=1):
        name = safe_name(number, given)
        (store.uploads(job) / name).write_bytes(content)
        names[name], roles[name] = given, role
    return store.save(job, files=names, roles=roles)


def corrections(form: Mapping[str, Any], understood: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a form: scale, orientation, lines as the user left them.

    Rows come as ``line-0``, ``tissue-0`` and so on, in the order in which they were shown.
    """
    options: dict[str, Any] = {
        name: str(form.get(name, ""))[:100] for name in ("scale", "model", "control")
    }
    options |= {
        name: bool(form.get(name)) for name in ("flip", "together", "keep_unlike", "explain")
    }
    rows, changed = [], False
    for i, row in enumerate(understood.get("table", [])):
        line = str(form.get(f"line-{i}", row["line"])).strip()[:500]
        tissue = str(form.get(f"tissue-{i}", row["tissue"])).strip()[:200]
        changed |= line != row["line"] or tissue != row["tissue"]
        rows.append({"sample": row["sample"], "line": line, "tissue": tissue})
    if changed or options["flip"]:
        options["table"] = rows
    return options
