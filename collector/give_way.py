"""Lets an event loop run beside threads that compute in Python.

Such a thread gives up the interpreter's lock when a switch interval has passed, and the loop asks for the lock after
every system call: an answer with its handful of calls waits for several intervals, and those behind it for theirs. A
thread that pauses by itself before an interval has passed is waited for once at most.
"""

from __future__ import annotations

import threading
import time

WORK_SECONDS = 0.0002  # at a time: two or three answers
PAUSE_SECONDS = 0.001  # in which some ten are given


class _Turn(threading.local):
    since = 0.0


_turn = _Turn()


def give_way() -> None:
    """To be called between steps of a long computation: pauses where the thread has computed for WORK_SECONDS.

    Does nothing in the main thread, whose event loop would be held up by a pause.
    """
    if time.perf_counter() - _turn.since < WORK_SECONDS or threading.current_thread() is threading.main_thread():
        return
    time.sleep(PAUSE_SECONDS)
    _turn.since = time.perf_counter()
