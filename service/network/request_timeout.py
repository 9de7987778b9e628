"""Connections that are opened and then never ask for anything: closed, so that they can't be all there are."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

FIRST_REQUEST_SECONDS = 10.0  # from connecting to the end of a request's head; uvicorn itself would wait for ever


class PromptHttp(H11Protocol):
    """uvicorn's HTTP, for clients that say in time what they want."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._silence = self.loop.call_later(FIRST_REQUEST_SECONDS, self._close_if_silent)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._silence.cancel()  # it would keep this protocol for as long, which is as large as the websocket's own
        super().handle_websocket_upgrade(event)

    def _close_if_silent(self) -> None:
        if self.cycle is None:  # no request yet
            self.transport.close()
