"""Runs the service in several processes; `server.py` is what each of them does."""

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
    """Forks `count` processes that run `work(number)`. When one ends, or on SIGTERM or SIGINT, ends all.

    Call it before any thread or connection exists: threads don't survive a fork, connections do.

    Returns:
        0 after a signal, else the exit code of the first that ended; 1 instead of 0, since none should end by itself.

    Raises:
        NoSeveralProcesses: this system can't fork.
    """
    if not hasattr(os, "fork"):
        raise NoSeveralProcesses("several workers need a system that can fork; leave MIDSTROKE_WORKERS at 1")
    running = {_fork(number, work) for number in range(count)}
    handler = _SignalHandler(running)
    before = {number: signal.signal(number, handler) for number in (signal.SIGTERM, signal.SIGINT)}
    ended, status = os.wait()
    running.discard(ended)
    code = os.waitstatus_to_exitcode(status)
    handler.stop()
    while running:
        running.discard(os.wait()[0])
    for number, former in before.items():
        signal.signal(number, signal.SIG_IGN if handler.by_signal else former)  # not killed at the last step
    return 0 if handler.by_signal else abs(code) or 1


class _SignalHandler:
    """Forwards a signal to every process as SIGTERM."""

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
        os._exit(code)  # never return into the parent's code


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
