"""The pages of the server."""

from __future__ import annotations

import time
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from radiosens import __version__
from radiosens.report.page.render import environment, static_text
from radiosens.web.common import (
    begin_job,
    continue_job,
    facts_of,
    flow_of,
    job_of,
    queue_of,
    refuse_too_many,
    send_file,
    send_zip,
    store_of,
)
from radiosens.web.examples import example_files
from radiosens.web.flows import CURVE_MODELS, FLOWS, LINE_MODELS, SCALES
from radiosens.web.jobs import Job
from radiosens.web.uploads import keep_example

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["page"]

_STATIC = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "app.css": "text/css",
    "app.js": "text/javascript",
}


@cache
def _templates() -> Environment:
    """Return the page's templates with the server's beside them."""
    from jinja2 import ChoiceLoader, PackageLoader

    own = environment()
    return own.overlay(
        loader=ChoiceLoader([PackageLoader("radiosens.web", "templates"), own.loader])  # type: ignore[list-item]
    )


def page(request: Request, name: str, *, status: int = 200, **values: Any) -> Response:
    """Return a template as an answer."""
    text = _templates().get_template(name).render(version=__version__, flows=FLOWS, **values)
    return HTMLResponse(text, status)


async def home(request: Request) -> Response:
    """Show what can be asked, and the jobs that there are."""
    jobs = [(job, _when(job)) for job in store_of(request).all()[:100]]
    settings = request.app.state.settings
    return page(request, "home.html.j2", jobs=jobs, settings=settings)


async def form(request: Request) -> Response:
    """Show the form of a flow."""
    settings = request.app.state.settings
    return page(request, "form.html.j2", flow=flow_of(request), settings=settings)


async def begin(request: Request) -> Response:
    """Take files and have them read."""
    job = await begin_job(request, flow_of(request))
    return RedirectResponse(f"/jobs/{job.id}", 303)


async def example(request: Request) -> Response:
    """Begin a job with the example of a flow."""
    flow, store = flow_of(request), store_of(request)
    refuse_too_many(request)
    made = await run_in_threadpool(example_files, flow.name)
    job = keep_example(made, store, store.new(flow.name))
    queue_of(request).wake()
    return RedirectResponse(f"/jobs/{job.id}", 303)


async def job_page(request: Request) -> Response:
    """Show a job: how far it is, what was understood, or its result."""
    job, store = job_of(request), store_of(request)
    return page(
        request,
        "job.html.j2",
        job=job,
        facts=facts_of(request, job),
        flow=FLOWS[job.flow],
        seen=store.understood(job),
        when=_when(job),
        scales=SCALES,
        models=CURVE_MODELS if job.flow == "survival" else LINE_MODELS,
        settings=request.app.state.settings,
    )


async def go_on(request: Request) -> Response:
    """Take corrections, and read again or run."""
    job = await continue_job(request, job_of(request))
    return RedirectResponse(f"/jobs/{job.id}", 303)


async def cancel(request: Request) -> Response:
    """Stop a job."""
    job = queue_of(request).cancel(job_of(request))
    return RedirectResponse(f"/jobs/{job.id}", 303)


async def delete(request: Request) -> Response:
    """Delete a job with its uploads and its result."""
    job = queue_of(request).cancel(job_of(request))
    store_of(request).delete(job)
    return RedirectResponse("/", 303)


async def result_file(request: Request) -> Response:
    """Send a file of a result."""
    return send_file(request, job_of(request), request.path_params["name"])


async def result_zip(request: Request) -> Response:
    """Send all of a result."""
    return await send_zip(request, job_of(request))


async def static(request: Request) -> Response:
    """Send a style sheet or a script, of those that there are."""
    name = request.path_params["name"]
    if name not in _STATIC:
        raise HTTPException(404, "There is no such file.")
    if name.startswith("page"):
        text = static_text(name)
    else:
        text = (files("radiosens.web") / "static" / name).read_text(encoding="utf-8")
    return Response(text, media_type=_STATIC[name])


async def no_icon(_: Request) -> Response:
    """Answer browsers that ask for an icon of pages that name none."""
    return Response(status_code=204)


async def docs(request: Request) -> Response:
    """Show the interface for scripts."""
    from radiosens.web.api import document

    return page(request, "docs.html.j2", document=document())


def _when(job: Job) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(job.created))
