"""Several processes on one listening socket. What each of them does is `server.py`'s."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # of linux/prctl.h
PARENT_SECONDS = 0.5  # between looks for the parent, where the system doesn't tell

log = logging.getLogger(__name__)


class NoSeveralProcesses(RuntimeError):
    """This system can't fork."""


def run_workers(count: int, work: Callable[[int], None]) -> int:
    """Forks `count` processes that each do `work(number)`, until one ends or SIGTERM or SIGINT comes; then ends all.

    To be called before there are threads or connections: a fork would leave the one without the other.

    Returns:
        0 after a signal, else the exit code of the one that ended first, 1 in place of 0: none is to end by itself.

    Raises:
        NoSeveralProcesses: not on this system.
    """
    if not hasattr(os, "fork"):
        raise NoSeveralProcesses("several workers need a system that can fork; leave MIDSTROKE_WORKERS at 1")
    running = {_fork(number, work) for number in range(count)}
    asked = _Asked(running)
    before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    ended, status = os.wait()
    running.discard(ended)
    code = os.waitstatus_to_exitcode(status)
    asked.stop()
    while running:
        running.discard(os.wait()[0])
    for signalled, handler in before.items():
        signal.signal(signalled, handler)
    return 0 if asked.by_signal else abs(code) or 1


class _Asked:
    """The handler that passes a signal on as SIGTERM."""

    def __init__(self, running: set[int]) -> None:
        self._running = running
        self.by_signal = False

    def __call__(self, *_: object) -> None:
        self.by_signal = True
        self.stop()

    def stop(self) -> None:
        for process in list(self._running):
            os.kill(process, signal.SIGTERM)


def _fork(number: int, work: Callable[[int], None]) -> int:
    parent = os.getpid()
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        _end_with(parent)
        work(number)
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    except BaseException:
        log.exception("worker %d failed", number)
    finally:
        os._exit(code)  # never back into the parent's code


def _end_with(parent: int) -> None:
    """Sends SIGTERM to this process when its parent is gone, however that ended."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it was gone before
            os.kill(os.getpid(), signal.SIGTERM)
    else:
        threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
