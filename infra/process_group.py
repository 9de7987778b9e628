"""Processes that live and die together, each line they write led by its name: honcho, made to end cleanly."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping

from honcho.manager import Manager  # type: ignore[import-untyped]  # it ships no types
from honcho.printer import Message, Printer  # type: ignore[import-untyped]

ASK_AGAIN_SECONDS = 0.1
KILL_SECONDS = 10.0  # longer than the service takes to say goodbye to its sockets


def run_together(commands: Mapping[str, str], env: Mapping[str, str]) -> int:
    """Runs the shell commands until one ends or SIGINT or SIGTERM comes, then stops all.

    Returns:
        0 after a signal, else the exit code of the one that ended first (128 + n where signal n ended it).
    """
    manager = _Together(_Printer(sys.stdout))
    for name, command in commands.items():
        manager.add_process(name, command, env=dict(env))
    manager.loop()
    if manager.asked_to_stop:
        return 0
    code: int = manager.returncode or 0
    return code if code >= 0 else 128 - code


class _Together(Manager):  # type: ignore[misc]
    """honcho's manager, without three of its gaps; each is told where it is closed."""

    asked_to_stop = False

    def terminate(self) -> None:
        states = self._processes.values()
        # From honcho's signal handler all are still running; from its loop one has ended by itself.
        if not any("returncode" in state for state in states):
            self.asked_to_stop = True
        if not all("pid" in state for state in states):
            # honcho learns a process's id from its first message, and before that its handler raises KeyError.
            _later(ASK_AGAIN_SECONDS, self.terminate)
            return
        super().terminate()
        # honcho's own clock starts when one has ended: two that both ignore SIGTERM would stay for ever.
        _later(KILL_SECONDS, self.kill)


class _Printer(Printer):  # type: ignore[misc]
    def write(self, message: Message) -> None:
        try:
            super().write(message)
        except OSError:
            # `make run | tee log`: Ctrl-C ends tee first, and an error here would leave the processes running.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _later(seconds: float, call: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()
