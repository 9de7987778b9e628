"""Removes the path prefix from requests of a proxy that passes it on."""

from __future__ import annotations

from fastapi import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.middleware.headers import ALWAYS


class RootPath:
    """Serves the application under `prefix`, such as "/digits", and without it as well.

    Every address that the service sends is relative, so nothing but the routing depends on the prefix.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            path = scope["path"]
            if path == self._prefix and scope["type"] == "http":
                # Without the slash, the page's relative addresses would leave the prefix out.
                folder = self._prefix.rsplit("/", 1)[-1] + "/"
                response = Response(status_code=308, headers={**ALWAYS, "Location": folder})
                await response(scope, receive, send)
                return
            if path.startswith(f"{self._prefix}/"):
                scope = {**scope, "path": path.removeprefix(self._prefix)}
        await self._app(scope, receive, send)
