"""Contributes as the page does: keeps each contribution until it is answered, and resends it after a lost socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from infra.harness.clients.client import PROTOCOL

SOCKETS = 4
WAITING_MAX = 24  # unanswered on one socket, below the service's limit
RECONNECT_SECONDS = (0.05, 0.15)  # sooner than a page, which waits at least half a second
RETRY_SECONDS = 0.5  # after `busy` or `spool_full`
ANSWER_SECONDS = 180.0  # a limit for a busy machine, not a promise


class Sender:
    """One run; any thread may read its figures."""

    def __init__(
        self, url: str, texts: Iterator[tuple[str, str]], per_second: float, sockets: int = SOCKETS, seed: int = 1
    ) -> None:
        self.sent: set[str] = set()
        self.accepted: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.refused: Counter[str] = Counter()  # by code; all but `rejected` were resent
        self.rejected: list[dict[str, Any]] = []  # refused without retry
        self._url = url
        self._texts = texts
        self._gap = sockets / per_second
        self._sockets = sockets
        self._rng = random.Random(seed)
        self._waiting: list[dict[str, str]] = [{} for _ in range(sockets)]
        self._no_more = threading.Event()
        self._end = threading.Event()

    @property
    def unanswered(self) -> int:
        return sum(map(len, self._waiting))

    def stop(self) -> None:
        """Sends no new ones."""
        self._no_more.set()

    def finish(self) -> None:
        """Sends no new ones, and returns when all are answered or after ANSWER_SECONDS."""
        self.stop()
        self.wait_for(lambda: not self.unanswered, ANSWER_SECONDS)

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> None:
        """Returns when the condition is true, or after so many seconds."""
        deadline = time.monotonic() + seconds
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.02)

    def run(self) -> None:
        """Sends until `end`, in a thread of its own."""
        asyncio.run(self._run())

    def end(self) -> None:
        self._no_more.set()
        self._end.set()

    async def _run(self) -> None:
        sockets = [asyncio.create_task(self._keep_open(waiting)) for waiting in self._waiting]
        while not self._end.is_set():
            await asyncio.sleep(0.05)
        for socket in sockets:
            socket.cancel()
        await asyncio.gather(*sockets, return_exceptions=True)

    async def _keep_open(self, waiting: dict[str, str]) -> None:
        while True:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                async with connect(self._url, subprotocols=[PROTOCOL], compression=None, close_timeout=1) as socket:
                    await self._talk(socket, waiting)
            await asyncio.sleep(self._rng.uniform(*RECONNECT_SECONDS))

    async def _talk(self, socket: ClientConnection, waiting: dict[str, str]) -> None:
        for text in list(waiting.values()):
            await socket.send(text)
        feeding = asyncio.create_task(self._feed(socket, waiting))
        try:
            async for message in socket:
                await self._take(json.loads(message), socket, waiting)
        finally:
            feeding.cancel()

    async def _feed(self, socket: ClientConnection, waiting: dict[str, str]) -> None:
        while not self._no_more.is_set():
            await asyncio.sleep(self._gap * self._rng.uniform(0.5, 1.5))
            if len(waiting) < WAITING_MAX and not self._no_more.is_set():
                drawing, text = next(self._texts)
                waiting[drawing] = text
                self.sent.add(drawing)
                await socket.send(text)

    async def _take(self, reply: dict[str, Any], socket: ClientConnection, waiting: dict[str, str]) -> None:
        if reply["type"] == "accepted":
            self.accepted[reply["id"]].append(reply)
            waiting.pop(reply["id"], None)
        elif reply["type"] == "refused":
            self.refused[reply["code"]] += 1
            if not reply["retry"]:
                self.rejected.append(reply)
                waiting.pop(reply["id"], None)
                return
            asyncio.get_running_loop().call_later(
                RETRY_SECONDS, lambda: asyncio.ensure_future(_send_again(socket, waiting, reply["id"]))
            )


async def _send_again(socket: ClientConnection, waiting: dict[str, str], drawing: str) -> None:
    # A lost socket resends everything that waits when it reconnects.
    with contextlib.suppress(WebSocketException):
        if text := waiting.get(drawing):
            await socket.send(text)


@contextlib.contextmanager
def sending(
    url: str, texts: Iterator[tuple[str, str]], per_second: float, sockets: int = SOCKETS, seed: int = 1
) -> Iterator[Sender]:
    """A running sender, ended with the block."""
    sender = Sender(url, texts, per_second, sockets, seed)
    thread = threading.Thread(target=sender.run, name="sender", daemon=True)
    thread.start()
    try:
        yield sender
    finally:
        sender.end()
        thread.join()
