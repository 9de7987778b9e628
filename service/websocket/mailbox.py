"""What waits between a socket's reader and its replier: the latest snapshot of each kind, or all in order."""

from __future__ import annotations

import asyncio

from service.wire.messages import Slot, Snapshot

MAX_WAITING = 64  # snapshots in order; the reader waits then, and with it the client


class Room:
    """What one task waits for until another makes it. An event is made for the wait alone: an idle socket has none."""

    __slots__ = ("_awaited",)  # one of what every idle socket keeps

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
    """One slot for each kind of snapshot, latest wins; or, with `coalesce` off, a queue that makes the reader wait.

    For one event loop.
    """

    __slots__ = ("_queue", "_room", "_slots", "coalesce")

    def __init__(self) -> None:
        self.coalesce = True
        self._slots: dict[Slot, Snapshot] = {}
        self._queue: list[Snapshot] = []  # no deque, whose room for 64 an idle socket would keep
        self._room = Room()

    def __bool__(self) -> bool:
        return bool(self._slots or self._queue)

    async def put(self, snapshot: Snapshot) -> None:
        if self.coalesce:
            self._slots[snapshot.slot] = snapshot
            return
        while len(self._queue) >= MAX_WAITING:
            await self._room.wait()
        self._queue.append(snapshot)

    def take(self) -> Snapshot:
        """The next snapshot; those that wait in order come first, for they are the older.

        Raises:
            IndexError: the mailbox is empty.
        """
        if self._queue:
            self._room.give()
            return self._queue.pop(0)
        if not self._slots:
            raise IndexError("no snapshot waits")
        return self._slots.pop(next(iter(self._slots)))
