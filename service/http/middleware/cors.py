"""Cross-origin requests: pages of the allowed origins may call the HTTP API, others get no CORS headers."""

from __future__ import annotations

from fastapi import Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.admission.origins import Origins
from service.http.errors import HttpError, respond_error

METHODS = "GET, HEAD, POST, DELETE"
REQUEST_HEADERS = "authorization, content-type"
EXPOSED_HEADERS = "content-disposition, etag"
PREFLIGHT_SECONDS = 600  # a browser repeats the preflight after that


class Cors:
    """Answers preflights and names the allowed origin in responses; never a wildcard, never with credentials.

    Starlette's middleware can't be used: it compares origins as text, and answers what it refuses in plain text.
    """

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        named = cors_headers(self._origins, headers)

        async def send_with_cors(message: Message) -> None:
            if message["type"] == "http.response.start":
                response = MutableHeaders(scope=message)
                response.add_vary_header(named["Vary"])
                response.update({name: value for name, value in named.items() if name != "Vary"})
            await send(message)

        if scope["method"] == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers:
            await self._answer_preflight(headers)(scope, receive, send_with_cors)
        else:
            await self._app(scope, receive, send_with_cors)

    def _answer_preflight(self, headers: Headers) -> Response:
        refusal = self._origins.refusal(headers)
        if refusal is not None:
            return respond_error(403, "origin_not_allowed", refusal)
        allow = {
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": REQUEST_HEADERS,
            "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        }
        return Response(status_code=204, headers=allow)


def cors_headers(origins: Origins, request: Headers) -> dict[str, str]:
    """The headers of a response to this request: they name its origin if that is allowed."""
    origin = request.get("origin")
    if origin is None or not origins.is_allowed(origin):
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": EXPOSED_HEADERS,
    }


def check_origin(origins: Origins, request: Request) -> None:
    """Refuses a request that a page of another origin sent.

    Raises:
        HttpError: 403, naming the origin and the setting that allows it.
    """
    refusal = origins.refusal(request.headers)
    if refusal is not None:
        raise HttpError(403, "origin_not_allowed", refusal)
