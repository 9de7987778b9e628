"""Serves all of a symbol set under `/s/<id>/`: page, websocket and HTTP calls, as at the root for digits."""

from __future__ import annotations

import re

from fastapi import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from collector.symbols.text import ID
from service.http.middleware.headers import ALWAYS
from service.sets.sets import SET_IN_SCOPE, Sets

PATH = re.compile(rf"/s/({ID.pattern})(/.*)?", re.ASCII | re.DOTALL)


class SetPath:
    """Removes the prefix and notes the set. Every address on the page is relative, so that it needs no other change."""

    def __init__(self, app: ASGIApp, sets: Sets) -> None:
        self._app = app
        self._sets = sets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = PATH.fullmatch(scope["path"]) if scope["type"] in ("http", "websocket") else None
        if found is None or self._sets.find(found[1]) is None:  # left to the routes, which have no such address
            await self._app(scope, receive, send)
        elif found[2] is None and scope["type"] == "http":
            # Without the slash, the page's relative addresses would leave the set out.
            response = Response(status_code=308, headers={**ALWAYS, "Location": f"{found[1]}/"})
            await response(scope, receive, send)
        else:
            await self._app({**scope, "path": found[2] or "/", SET_IN_SCOPE: found[1]}, receive, send)
