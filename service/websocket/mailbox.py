"""Holds snapshots between a socket's reader and its replier: the latest of each kind, or all in order."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from service.wire.messages import Slot, Snapshot

MAX_WAITING = 64  # queued snapshots; then the reader waits, and with it the client


class Waiting(NamedTuple):
    """A snapshot, and when it was read, by `now_ns`."""

    snapshot: Snapshot
    read_at: int = 0


class Room:
    """Lets one task wait until another signals room. Creates its event only while waiting: idle sockets have none."""

    __slots__ = ("_awaited",)

    def __init__(self) -> None:
        self._awaited: asyncio.Event | None = None

    def give(self) -> None:
        if self._awaited is not None:
            self._awaited.set()

    async def wait(self) -> None:
        self._awaited = asyncio.Event()
        await self._awaited.wait()
        self._awaited = None


class Mailbox:
    """One slot for each kind of snapshot, where the latest wins; without `coalesce`, a bounded queue.

    For one event loop.
    """

    __slots__ = ("_queue", "_room", "_slots", "coalesce")

    def __init__(self) -> None:
        self.coalesce = True
        self._slots: dict[Slot, Waiting] = {}
        self._queue: list[Waiting] = []  # no deque: even an empty one allocates room for 64
        self._room = Room()

    def __bool__(self) -> bool:
        return bool(self._slots or self._queue)

    async def put(self, snapshot: Snapshot, read_at: int = 0) -> None:
        waiting = Waiting(snapshot, read_at)
        if self.coalesce:
            self._slots[snapshot.slot] = waiting
            return
        while len(self._queue) >= MAX_WAITING:
            await self._room.wait()
        self._queue.append(waiting)

    def take(self) -> Waiting:
        """Removes and returns the next snapshot: queued ones first, which are older.

        Raises:
            IndexError: the mailbox is empty.
        """
        if self._queue:
            self._room.give()
            return self._queue.pop(0)
        if not self._slots:
            raise IndexError("the mailbox is empty")
        return self._slots.pop(next(iter(self._slots)))
