"""Calls a function after the first signal to stop, outside of the handler."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Self

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopSignals:
    """Calls a function once, in a thread, after the first SIGTERM or SIGINT while its block runs. For the main thread.

    Python runs a handler between any two steps of the main thread. If the main thread holds a lock at that moment, a
    handler that takes the same lock waits forever; `Event.set` and `Thread.start` take such locks. So `handle` only
    notes the signal and writes into a pipe. If one came, further ones are ignored after the block: the process is about
    to end, and is not to be killed at its last step.
    """

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self.came = False  # at once; the call follows

    def handle(self, _number: int, _frame: FrameType | None) -> None:
        """The handler, also for others that set their own."""
        if not self.came:
            self.came = True
            os.write(self._writing, b"\0")

    def __enter__(self) -> Self:
        self._reading, self._writing = os.pipe()
        self._thread = threading.Thread(target=self._relay, name="signals", daemon=True)
        self._thread.start()
        self._before = {number: signal.signal(number, self.handle) for number in STOP_SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, former in self._before.items():
            signal.signal(number, signal.SIG_IGN if self.came else former)
        os.close(self._writing)
        self._thread.join()
        os.close(self._reading)

    def _relay(self) -> None:
        if os.read(self._reading, 1):
            self._call()
