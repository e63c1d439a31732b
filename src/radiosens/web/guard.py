"""Who may ask, and what a browser may do with the answer."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from radiosens.web.settings import ServeSettings

__all__ = ["Guard"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_COOKIE = "radiosens_token"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer, forms come from the origin "null"
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


class Guard:
    """Middleware: refuses other hosts' names, other sites' forms, strangers, bodies too large.

    Parameters
    ----------
    app : ASGI application
    settings : ServeSettings
    """

    def __init__(self, app: Any, settings: ServeSettings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def dressed(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    given.setdefault(name, value)
            await send(message)

        answer = self._refusal(scope, headers)
        if answer is not None:
            await answer(scope, receive, dressed)
            return
        await self.app(scope, self._counted(receive), dressed)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        if not self.settings.knows_host(headers.get("host", "")):
            return _plain("This server does not go by that name.", 421)
        if scope["method"] not in ("GET", "HEAD") and not self._own_site(headers):
            return _plain("A form of another site may not be sent here.", 403)
        if self.settings.token and not self._has_token(headers):
            return self._ask_token(scope)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self.settings.most_bytes:
            return self._too_large()
        return None

    def _own_site(self, headers: Headers) -> bool:
        """Browsers name the page a form comes from; scripts name none."""
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = headers.get("origin")
        return origin is None or urlsplit(origin).netloc.lower() == headers["host"].lower()

    def _has_token(self, headers: Headers) -> bool:
        cookies = dict(
            part.strip().split("=", 1)
            for part in headers.get("cookie", "").split(";")
            if "=" in part
        )
        bearer = headers.get("authorization", "").removeprefix("Bearer ").strip()
        return any(self._is_token(one) for one in (bearer, cookies.get(_COOKIE, "")))

    def _is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(), self.settings.token.encode())

    def _ask_token(self, scope: Scope) -> Response:
        """Take a token from the address once, and keep it in a cookie from then on."""
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        if scope["method"] == "GET" and self._is_token(given):
            answer = RedirectResponse(scope["path"], status_code=303)
            answer.set_cookie(_COOKIE, given, httponly=True, samesite="strict")
            return answer
        return _plain("This server wants its token: open the address with ?token= once.", 401)

    def _too_large(self) -> Response:
        return _plain(self._limit(), 413)

    def _limit(self) -> str:
        return f"More than {self.settings.most_bytes / 1e6:,.0f} MB at once are not taken."

    def _counted(self, receive: Receive) -> Receive:
        """Count a body's bytes as they come: a length that is promised may be a lie."""
        seen = 0

        async def counted() -> MutableMapping[str, Any]:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.settings.most_bytes:
                raise HTTPException(413, self._limit(), {"Connection": "close"})
            return message

        return counted


def _plain(text: str, status: int) -> Response:
    return PlainTextResponse(text + "\n", status, headers={"Connection": "close"})
