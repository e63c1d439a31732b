"""The interface for scripts: JSON, described by OpenAPI."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from radiosens import __version__
from radiosens.web.common import (
    begin_job,
    continue_job,
    facts_of,
    flow_of,
    job_of,
    queue_of,
    send_file,
    send_zip,
    store_of,
)
from radiosens.web.flows import CURVE_MODELS, FLOWS, LINE_MODELS, SCALES
from radiosens.web.jobs import STATES

__all__ = ["ROUTES", "document"]


async def _list(request: Request) -> Response:
    return JSONResponse([facts_of(request, job) for job in store_of(request).all()[:100]])


async def _begin(request: Request) -> Response:
    job = await begin_job(request, flow_of(request))
    return JSONResponse(facts_of(request, job), 201)


async def _show(request: Request) -> Response:
    job = job_of(request)
    return JSONResponse(facts_of(request, job) | {"understood": store_of(request).understood(job)})


async def _run(request: Request) -> Response:
    job = await continue_job(request, job_of(request))
    return JSONResponse(facts_of(request, job), 202)


async def _cancel(request: Request) -> Response:
    return JSONResponse(facts_of(request, queue_of(request).cancel(job_of(request))))


async def _delete(request: Request) -> Response:
    store_of(request).delete(queue_of(request).cancel(job_of(request)))
    return Response(status_code=204)


async def _file(request: Request) -> Response:
    return send_file(request, job_of(request), request.path_params["name"])


async def _zip(request: Request) -> Response:
    return await send_zip(request, job_of(request))


async def _document(request: Request) -> Response:
    return JSONResponse(document())


ROUTES = [
    Route("/api/openapi.json", _document),
    Route("/api/jobs", _list),
    Route("/api/jobs/{key}", _show),
    Route("/api/jobs/{key}", _delete, methods=["DELETE"]),
    Route("/api/jobs/{key}/run", _run, methods=["POST"]),
    Route("/api/jobs/{key}/cancel", _cancel, methods=["POST"]),
    Route("/api/jobs/{key}/result.zip", _zip),
    Route("/api/jobs/{key}/result/{name}", _file),
    Route("/api/{flow}", _begin, methods=["POST"]),
]


_TEXT, _BINARY = {"type": "string"}, {"type": "string", "format": "binary"}
#: A job, as answers have it.
_JOB = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "flow": {"enum": list(FLOWS)},
        "state": {"enum": list(STATES)},
        "phase": {"enum": ["read", "run"]},
        "files": {"type": "array", "items": _TEXT},
        "error": _TEXT,
        "created": {"type": "number"},
        "ahead": {"type": "integer", "description": "jobs that are done before it"},
        "progress": {
            "type": "object",
            "properties": {"step": _TEXT, "share": {"type": "number"}},
        },
        "results": {"type": "array", "items": _TEXT},
    },
}
_UPLOAD = {
    "data": {"type": "array", "items": _BINARY},
    "sheet": {**_BINARY, "description": "sample sheet, optional"},
}
_CORRECT = {
    "do": {"enum": ["read", "run"], "default": "run"},
    "scale": {"enum": list(SCALES)},
    "flip": {**_TEXT, "description": "not empty: samples are what was taken for features"},
    "line-0": {**_TEXT, "description": "line of the first sample, line-1 of the second …"},
    "tissue-0": {**_TEXT, "description": "its tissue, tissue-1 of the second …"},
    "together": _TEXT,
    "keep_unlike": _TEXT,
    "explain": {**_TEXT, "description": "not empty: say which genes predictions rest on"},
    "model": {"enum": [*LINE_MODELS, *CURVE_MODELS], "description": "of predictions; of curves"},
    "control": _TEXT,
}


def document() -> dict[str, Any]:
    """Return the description of the interface, OpenAPI 3.1."""
    at = "/api/jobs/{id}"
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "radiosens",
            "version": __version__,
            "description": "Send files, see what was understood, run, fetch the result.",
        },
        "paths": {
            "/api/{flow}": {"post": _operation("Send files and have them read", ["flow"], _UPLOAD)},
            "/api/jobs": {"get": _operation("List jobs, the latest first")},
            at: {
                "get": _operation("Show a job and what was understood", ["id"]),
                "delete": _operation("Delete a job with uploads and result", ["id"]),
            },
            f"{at}/run": {"post": _operation("Correct, and read again or run", ["id"], _CORRECT)},
            f"{at}/cancel": {"post": _operation("Stop a job", ["id"])},
            f"{at}/result/{{name}}": {"get": _operation("Fetch a file", ["id", "name"])},
            f"{at}/result.zip": {"get": _operation("Fetch all files", ["id"])},
        },
        "components": {"schemas": {"Job": _JOB}},
    }


def _operation(
    summary: str, names: list[str] | None = None, fields: dict[str, Any] | None = None
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": summary,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in names or []
        ],
        "responses": {"2XX": {"description": "done"}, "4XX": {"description": "why not"}},
    }
    if fields is not None:
        schema = {"type": "object", "properties": fields}
        described["requestBody"] = {"content": {"multipart/form-data": {"schema": schema}}}
    return described
