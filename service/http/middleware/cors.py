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
        origin = headers.get("origin")
        allowed = origin if origin is not None and self._origins.is_allowed(origin) else None

        async def send_with_cors(message: Message) -> None:
            if message["type"] == "http.response.start":
                response = MutableHeaders(scope=message)
                response.add_vary_header("Origin")
                if allowed is not None:
                    response["Access-Control-Allow-Origin"] = allowed
                    response["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
            await send(message)

        if scope["method"] == "OPTIONS" and origin is not None and "access-control-request-method" in headers:
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


def check_origin(origins: Origins, request: Request) -> None:
    """Refuses a request that a page of another origin sent.

    Raises:
        HttpError: 403, naming the origin and the setting that allows it.
    """
    refusal = origins.refusal(request.headers)
    if refusal is not None:
        raise HttpError(403, "origin_not_allowed", refusal)
