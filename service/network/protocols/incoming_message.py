"""Joins the frames of a websocket message, limits its time, and counts what unfinished messages hold. No I/O."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from websockets.frames import Frame, Opcode

from service.network.limits.ledger import Holder, Ledger

MESSAGE_SECONDS = 60.0  # from a message's first byte to its last: 1 MiB at 17 kB/s
UNCOUNTED_BYTES = 4096  # of an unfinished message that aren't held against the limit of all connections together


class IncomingMessage:
    """The message of one connection that has begun and not ended.

    The connection is passed in where it is needed: kept here, it would outlive its socket until a garbage collection.
    """

    __slots__ = ("_buffered", "_fragments", "_loop", "_timer", "is_text", "size")

    def __init__(self, buffered: Ledger, loop: asyncio.AbstractEventLoop) -> None:
        self.size = 0  # bytes of it that were handled; whoever handles them counts
        self.is_text = False
        self._buffered = buffered
        self._fragments: bytearray | None = None  # None also where the rest of a message is not wanted
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None

    def add(self, frame: Frame) -> bytes | bytearray | memoryview | None:
        """Takes the next data frame, valid in its place; returns the message once that is its last."""
        if frame.opcode is not Opcode.CONT:
            self.is_text = frame.opcode is Opcode.TEXT
            if frame.fin:
                return frame.data
            self._fragments = bytearray(frame.data)
            return None
        data = self._fragments
        if data is None:
            return None
        data += frame.data
        if not frame.fin:
            return None
        self._fragments = None
        return data

    def hold(self, holder: Holder, overdue: Callable[[], None]) -> bool:
        """Begins its time limit, unless it runs, and counts its bytes; False when there is no room for them."""
        if self._timer is None:
            self.allow_more_time(overdue)
        return self.size <= UNCOUNTED_BYTES or self._buffered.hold(holder, self.size)

    def allow_more_time(self, overdue: Callable[[], None]) -> None:
        """Calls `overdue` after `MESSAGE_SECONDS` unless the message has ended."""
        self._timer = self._loop.call_later(MESSAGE_SECONDS, overdue)

    def end(self, holder: Holder) -> None:
        """It is complete, or given up: nothing of it is held from now on."""
        self.size = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._fragments = None
            self._buffered.release(holder)
