"""The server: pages for people, ``/api`` for scripts, both on the same jobs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from radiosens.errors import RadiosensError
from radiosens.web import api, views
from radiosens.web.guard import Guard
from radiosens.web.jobs import JobStore
from radiosens.web.queue import Queue
from radiosens.web.settings import ServeSettings

__all__ = ["make_app"]


def make_app(settings: ServeSettings) -> Any:
    """Return the ASGI application.

    Parameters
    ----------
    settings : ServeSettings
    """
    store = JobStore(settings.folder)
    queue = Queue(store, settings)

    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        work = asyncio.create_task(queue.work())
        yield
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work

    app = Starlette(
        routes=[
            Route("/", views.home),
            Route("/new/{flow}", views.form),
            Route("/new/{flow}", views.begin, methods=["POST"]),
            Route("/example/{flow}", views.example, methods=["POST"]),
            Route("/jobs/{key}", views.job_page),
            Route("/jobs/{key}/run", views.go_on, methods=["POST"]),
            Route("/jobs/{key}/cancel", views.cancel, methods=["POST"]),
            Route("/jobs/{key}/delete", views.delete, methods=["POST"]),
            Route("/jobs/{key}/result/{name}", views.result_file),
            Route("/jobs/{key}/result.zip", views.result_zip),
            Route("/static/{name}", views.static),
            Route("/docs", views.docs),
            Route("/favicon.ico", views.no_icon),
            *api.ROUTES,
        ],
        lifespan=life,
        exception_handlers={HTTPException: _refused, RadiosensError: _refused},
    )
    app.state.settings, app.state.store, app.state.queue = settings, store, queue
    app.state.uploading = asyncio.Semaphore(4)  # more at once wait for their turn
    return Guard(app, settings)


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    said = error.detail if isinstance(error, HTTPException) else str(error)
    if request.url.path.startswith("/api"):
        return JSONResponse({"error": said}, status)
    return views.page(request, "error.html.j2", status=status, said=said)
