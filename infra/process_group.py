"""Runs several processes as one group and prefixes their output."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

KILL_SECONDS = 10.0  # longer than the service takes to close its sockets
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PRINT_SECONDS = 1.0  # for the last lines; a grandchild may hold the pipe open

# Stops the processes' groups ("$@") when its stdin ends, which it does even when this process gets `kill -9`.
GUARD = 'read _; kill -TERM "$@" 2>/dev/null; sleep $0; kill -KILL "$@" 2>/dev/null'

Process = subprocess.Popen[bytes]


def run_together(commands: Mapping[str, Sequence[str]], env: Mapping[str, str]) -> int:
    """Runs the commands until one ends or SIGINT, SIGTERM or SIGHUP comes, then stops all.

    Returns:
        0 after a signal, otherwise the exit code of the one that ended first (128 + n if signal n ended it).
    """
    # A SimpleQueue, because a signal handler may put while this thread gets.
    ended: queue.SimpleQueue[Process | None] = queue.SimpleQueue()
    before = {number: signal.signal(number, lambda *_: ended.put(None)) for number in SIGNALS}
    lines, processes = _Lines(max(map(len, (*commands, "system")))), list[Process]()
    printing: list[threading.Thread] = []
    try:
        for name, command in commands.items():
            process = _start(command, env)
            processes.append(process)
            lines.write("system", f"{name} started (pid={process.pid})")
            printing.append(_in_thread(partial(lines.copy, name, process)))
            _in_thread(partial(_put_at_end, process, ended))
        with _guarded(processes):
            first = ended.get()
            _stop(processes)
        for name, process in zip(commands, processes, strict=True):
            lines.write("system", f"{name} stopped (rc={process.returncode})")
    finally:
        _signal(processes, signal.SIGKILL)
        for thread in printing:
            thread.join(PRINT_SECONDS)
        for number, handler in before.items():
            signal.signal(number, handler)
    if first is None:
        return 0
    return first.returncode if first.returncode >= 0 else 128 - first.returncode


def _start(command: Sequence[str], env: Mapping[str, str]) -> Process:
    # A session of its own: a terminal's Ctrl-C reaches this process alone, which then stops the others.
    return subprocess.Popen(
        command,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


@contextlib.contextmanager
def _guarded(processes: Sequence[Process]) -> Iterator[None]:
    groups = [str(-process.pid) for process in processes]
    command = ["sh", "-c", GUARD, str(KILL_SECONDS), *groups]
    guard = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        guard.kill()
        guard.communicate()


def _stop(processes: Sequence[Process]) -> None:
    _signal(processes, signal.SIGTERM)
    deadline = time.monotonic() + KILL_SECONDS
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
    _signal(processes, signal.SIGKILL)
    for process in processes:
        process.wait()


def _signal(processes: Sequence[Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # the group is empty
            os.killpg(process.pid, number)


def _put_at_end(process: Process, ended: queue.SimpleQueue[Process | None]) -> None:
    process.wait()
    ended.put(process)


def _in_thread(call: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread


class _Lines:
    """Standard output, one writer at a time."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._lock = threading.Lock()

    def copy(self, name: str, process: Process) -> None:
        if process.stdout is not None:
            with process.stdout as pipe:
                for line in pipe:
                    self.write(name, line.decode(errors="replace").rstrip("\r\n"))

    def write(self, name: str, line: str) -> None:
        with self._lock:
            try:
                print(f"{time.strftime('%H:%M:%S')} {name:{self._width}} | {line}", flush=True)
            except OSError:
                # `make run | tee log`: Ctrl-C ends tee first, and an error here would leave the processes running.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
