"""Decides whether the client of an idle websocket is still there, by what it has done since the last look. No I/O."""

from __future__ import annotations

from enum import Enum, auto


class Finding(Enum):
    STUCK = auto()  # it has taken nothing of the answers that wait for it
    SILENT = auto()  # it has not answered a ping
    BEHIND = auto()  # it takes answers, slowly
    FINE = auto()  # ping it


class Liveness:
    __slots__ = ("_pinged", "_unread", "heard")

    def __init__(self) -> None:
        self.heard = True  # something came since the last ping
        self._pinged = False
        self._unread = 0

    def look(self, unread: int, listening: bool) -> Finding:
        """One look of many at equal times.

        Args:
            unread: bytes that wait for the client, 0 unless it is too far behind to be sent more.
            listening: what it sends is being read.
        """
        if self._unread and unread >= self._unread:
            return Finding.STUCK
        self._unread = unread
        if self._pinged and not self.heard and listening:
            return Finding.SILENT
        if unread:
            return Finding.BEHIND
        self.heard, self._pinged = False, True
        return Finding.FINE
