"""Accepts or refuses websockets, counts them, and wakes every session when the models change."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable

from fastapi import WebSocket
from starlette.types import ASGIApp, Receive, Scope, Send

from collector.log_format import name_socket
from service.admission.origins import Origins
from service.metrics.metrics import Metrics
from service.sets.sets import SET_IN_SCOPE, Sets
from service.websocket.session import Session, end
from service.wire.protocol import SUBPROTOCOL, CloseCode

PATH = "/ws"
WOKEN_AT_ONCE, WAKING_SECONDS = 5, 0.002  # sessions woken together, and the pause after them

log = logging.getLogger(__name__)


class SocketsFirst:
    """Serves websockets before the framework routes them: its routing would keep 10 kB for each open socket."""

    def __init__(self, app: ASGIApp, serve: Callable[[WebSocket], Awaitable[None]]) -> None:
        self._app = app
        self._serve = serve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"] == PATH:
            await self._serve(WebSocket(scope, receive, send))
        else:
            await self._app(scope, receive, send)


class Sockets:
    """All open sessions. For one event loop."""

    def __init__(
        self,
        sets: Sets,
        origins: Origins,
        max_sockets: int,
        frames_per_second: float,
        metrics: Metrics,
    ) -> None:
        self._metrics = metrics
        self._sets = sets
        self._origins = origins
        self._max_sockets = max_sockets
        self._frames_per_second = frames_per_second
        self._sessions: set[Session] = set()
        self._large_texts = asyncio.Semaphore(1)  # more threads would delay predictions by a turn each

    async def serve(self, socket: WebSocket) -> None:
        """Serves one websocket from handshake to close."""
        name_socket(secrets.token_hex(4))
        offered = socket.scope.get("subprotocols", [])
        # Refused sockets are accepted and closed: browsers don't show the reason of a refused handshake.
        await socket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
        scope = self._sets.find(socket.scope.get(SET_IN_SCOPE)) or self._sets.digits
        refusal = self._refusal(socket, offered)
        if refusal is not None:
            log.debug("a socket was refused: %d %s", *refusal)
            await end(socket, *refusal)
            return
        session = Session(socket, self._sets, scope, self._frames_per_second, self._large_texts, self._metrics)
        self._sessions.add(session)
        log.debug("a socket was opened")
        self._metrics.socket_opened()
        try:
            await session.run()
        except* Exception:
            log.exception("a session failed")
            await end(socket, CloseCode.SERVER_ERROR, "internal error")
        finally:
            self._sessions.discard(session)
            log.debug("a socket has ended")
            self._metrics.socket_ended()

    async def wake_all(self) -> None:
        """Wakes all sessions, a few at a time so that predictions are answered in between."""
        for number, session in enumerate(list(self._sessions), 1):
            session.wake()
            if number % WOKEN_AT_ONCE == 0:
                await asyncio.sleep(WAKING_SECONDS)

    def _refusal(self, socket: WebSocket, offered: list[str]) -> tuple[CloseCode, str] | None:
        refusal = self._origins.refusal(socket.headers)
        if refusal is not None:
            return CloseCode.ORIGIN_NOT_ALLOWED, refusal
        if offered and SUBPROTOCOL not in offered:
            return CloseCode.NOT_THIS_PROTOCOL, f"this service speaks {SUBPROTOCOL}"
        if len(self._sessions) >= self._max_sockets:
            return CloseCode.TOO_MANY_SOCKETS, f"{self._max_sockets} sockets are open already"
        return None
