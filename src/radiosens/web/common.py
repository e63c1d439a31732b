"""What pages and the interface for scripts do alike with jobs."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from radiosens.report.page.kinds import PAGE
from radiosens.report.page.render import policy, static_text
from radiosens.web.flows import FLOWS, Flow
from radiosens.web.jobs import Job, JobStore
from radiosens.web.queue import Queue
from radiosens.web.settings import ServeSettings
from radiosens.web.uploads import corrections, form_of, keep_uploads

__all__ = [
    "begin_job",
    "continue_job",
    "facts_of",
    "flow_of",
    "job_of",
    "queue_of",
    "send_file",
    "send_zip",
    "store_of",
]

_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
_OPEN = ("waiting", "working")


def store_of(request: Request) -> JobStore:
    """Return the server's jobs."""
    store: JobStore = request.app.state.store
    return store


def queue_of(request: Request) -> Queue:
    """Return the server's queue."""
    queue: Queue = request.app.state.queue
    return queue


def flow_of(request: Request) -> Flow:
    """Return the flow that an address names, or answer that there is none."""
    flow = FLOWS.get(request.path_params["flow"])
    if flow is None:
        raise HTTPException(404, "There is no such page.")
    return flow


def job_of(request: Request) -> Job:
    """Return the job that an address names, or answer that there is none."""
    job = store_of(request).get(request.path_params["key"])
    if job is None:
        raise HTTPException(404, "There is no such job: it was deleted, or its time was over.")
    return job


def refuse_too_many(request: Request) -> None:
    """Answer that too many jobs wait."""
    settings: ServeSettings = request.app.state.settings
    if sum(job.state in _OPEN for job in store_of(request).all()) >= settings.most_jobs:
        raise HTTPException(503, "Too many jobs wait already; try again when some have ended.")


async def begin_job(request: Request, flow: Flow) -> Job:
    """Take a form's files and have them read."""
    refuse_too_many(request)
    store, settings = store_of(request), request.app.state.settings
    job = store.new(flow.name)
    try:
        async with request.app.state.uploading:
            form = await form_of(request, settings)
            try:
                job = await keep_uploads(form, store, job)
            finally:
                await form.close()
    except BaseException:
        store.delete(job)
        raise
    queue_of(request).wake()
    return job


async def continue_job(request: Request, job: Job) -> Job:
    """Take corrections, and read again or run."""
    form = await form_of(request, request.app.state.settings)
    if job.state in _OPEN:
        raise HTTPException(409, "This job is at work already.")
    store = store_of(request)
    options = corrections(form, store.understood(job))
    phase = "read" if form.get("do") == "read" else "run"
    if phase == "read":
        options.pop("table", None)
    job = store.save(job, state="waiting", phase=phase, options=options, error="")
    queue_of(request).wake()
    return job


def facts_of(request: Request, job: Job) -> dict[str, Any]:
    """Return what is told of a job, as JSON has it."""
    store = store_of(request)
    ahead = 0
    if job.state == "waiting":
        others = [one.id for one in store.waiting()]
        ahead = others.index(job.id) if job.id in others else 0
        ahead += any(one.state == "working" for one in store.all())
    result = store.result(job)
    there = job.state == "done" and result.is_dir()
    return {
        "id": job.id,
        "flow": job.flow,
        "state": job.state,
        "phase": job.phase,
        "files": list(job.files.values()),
        "error": job.error,
        "created": job.created,
        "ahead": ahead,
        "progress": store.progress(job) if job.state == "working" else {},
        "results": sorted(p.name for p in result.iterdir() if p.name[0] != ".") if there else [],
    }


def send_file(request: Request, job: Job, name: str) -> Response:
    """Send one file of a result: of those that are there, by name, never by a path."""
    if name not in facts_of(request, job)["results"]:
        raise HTTPException(404, "There is no such file in this result.")
    path = store_of(request).result(job) / name
    answer = FileResponse(path, media_type=_TYPES.get(path.suffix, "application/octet-stream"))
    if name == PAGE:
        answer.headers["Content-Security-Policy"] = (
            policy(static_text("page.css"), static_text("page.js")) + "; frame-ancestors 'none'"
        )
    elif path.suffix == ".svg":
        answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return answer


async def send_zip(request: Request, job: Job) -> Response:
    """Send all files of a result in one."""
    names = facts_of(request, job)["results"]
    if not names:
        raise HTTPException(404, "There is no result yet.")
    folder = store_of(request).result(job)

    def packed() -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.write(folder / name, f"radiosens_{job.flow}/{name}")
        return file.getvalue()

    content = await run_in_threadpool(packed)
    name = f"radiosens_{job.flow}_{job.id[:6]}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/zip", headers=headers)
