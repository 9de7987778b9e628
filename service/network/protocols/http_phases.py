"""The phases of an HTTP exchange, and the progress of its answer. No I/O.

A phase follows from what has come and gone, so a client that stops at any byte is in one of them.
"""

from __future__ import annotations

from enum import Enum, auto

import h11
from uvicorn.protocols.http.h11_impl import RequestResponseCycle

LEAST_PROGRESS = 16 * 1024  # bytes of an answer in each phase's time


class Phase(Enum):
    HEAD = auto()  # the connection waits for a request, or one has begun
    BODY = auto()
    ANSWER = auto()  # the application works, or its answer goes out
    IDLE = auto()
    CLOSING = auto()


def phase_of(conn: h11.Connection, cycle: RequestResponseCycle | None, held: bool) -> Phase:
    """The phase of an open connection; `held` is true while bytes of the client wait to be parsed."""
    if conn.their_state is h11.SEND_BODY:
        return Phase.BODY
    if cycle is not None and not cycle.response_complete:
        return Phase.ANSWER
    if conn.their_state is h11.IDLE and conn.our_state is h11.IDLE:
        has_begun = cycle is None or bool(conn.trailing_data[0]) or held
        return Phase.HEAD if has_begun else Phase.IDLE
    return Phase.IDLE


class AnswerProgress:
    """Follows how much of the answer the client has taken, one look in each phase's time."""

    __slots__ = ("_resumed", "_waiting")

    def __init__(self) -> None:
        self._waiting = 0  # bytes that the client had not taken at the last look
        self._resumed = False  # it has taken some since

    def start(self, waiting: int) -> None:
        self._waiting, self._resumed = waiting, False

    def resumed(self) -> None:
        """The transport accepts writes again."""
        self._resumed = True

    def look(self, waiting: int) -> bool:
        """True if the client takes the answer: of `waiting` bytes, enough have gone since the last look."""
        moves = not waiting or self._resumed or waiting <= self._waiting - LEAST_PROGRESS or not self._waiting
        self.start(waiting)
        return moves
