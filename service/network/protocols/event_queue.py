"""Hands the events of one websocket to its ASGI application, in order."""

from __future__ import annotations

import asyncio

from starlette.types import Message


class EventQueue:
    """For one reader in the loop that puts; never full, because the connection reads nothing while it isn't empty."""

    __slots__ = ("_events", "_waiter")

    def __init__(self) -> None:
        self._events: list[Message] = []  # no deque, whose room for 64 an idle socket would keep
        self._waiter: asyncio.Future[None] | None = None

    def __bool__(self) -> bool:
        return bool(self._events)

    def put(self, event: Message) -> None:
        self._events.append(event)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> Message:
        while not self._events:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._events.pop(0)
