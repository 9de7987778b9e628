"""Visitors who draw over sockets that the service may close; one in four contributes."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from infra.harness.clients.client import PROTOCOL
from infra.harness.data.frames import make_frames

FRAMES_PER_SECOND = 10
ONE_IN = 4  # contributes
RECONNECT_SECONDS = 0.05


@dataclass(slots=True)
class Visitors:
    """Ids of what all of them sent, and of what the service answered."""

    url: str
    texts: Iterator[tuple[str, str]]
    frames_between: int  # contributions
    frames: list[bytes] = field(default_factory=lambda: make_frames("path48", 10))
    end: asyncio.Event = field(default_factory=asyncio.Event)
    sent: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    away: list[float] = field(default_factory=list)  # seconds from a close to the first prediction elsewhere

    async def visit_once(self, number: int) -> int | None:
        """Draws until the service closes the socket; returns its close code."""
        async with connect(self.url, subprotocols=[PROTOCOL], compression=None, open_timeout=60) as socket:
            # The connection may be cut while the close is answered; its code is known.
            with suppress(ConnectionClosed):
                async with aclosing(self._replies(socket, number, {})) as replies:
                    async for _ in replies:
                        pass
            return socket.close_code

    async def visit(self, number: int) -> None:
        """Draws until `end`, and connects again whenever a socket is closed, as the page does."""
        waiting: dict[str, str] = {}  # contributions without an answer, which are sent again
        closed_at: float | None = None
        while not (self.end.is_set() and not waiting):
            with suppress(OSError, WebSocketException, TimeoutError):
                async with (
                    connect(self.url, subprotocols=[PROTOCOL], compression=None, open_timeout=5) as socket,
                    aclosing(self._replies(socket, number, waiting)) as replies,
                ):
                    async for reply in replies:
                        if reply["type"] == "prediction" and closed_at is not None:
                            self.away.append(time.monotonic() - closed_at)
                            closed_at = None
                        if self.end.is_set() and not waiting:
                            return
            closed_at = closed_at or time.monotonic()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _replies(
        self, socket: ClientConnection, number: int, waiting: dict[str, str]
    ) -> AsyncGenerator[dict[str, Any], None]:
        drawing = asyncio.create_task(self._draw(socket, number % ONE_IN == 0, waiting))
        try:
            async for message in socket:
                reply = json.loads(message)
                if reply["type"] in ("accepted", "refused"):
                    waiting.pop(reply["id"], None)
                    (self.accepted if reply["type"] == "accepted" else self.refused).add(reply["id"])
                yield reply
        finally:
            drawing.cancel()

    async def _draw(self, socket: ClientConnection, contributes: bool, waiting: dict[str, str]) -> None:
        with suppress(WebSocketException):
            for text in list(waiting.values()):
                await socket.send(text)
            seq = 0
            while True:
                seq += 1
                await socket.send(self.frames[seq % len(self.frames)])
                if contributes and seq % self.frames_between == 0 and not self.end.is_set():
                    name, text = next(self.texts)
                    self.sent.add(name)
                    waiting[name] = text
                    await socket.send(text)
                await asyncio.sleep(1 / FRAMES_PER_SECOND)
