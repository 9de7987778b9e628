"""Pools for importable functions: processes that end with their parent, or what a caller puts in their place."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from multiprocessing.connection import wait
from typing import Any, Protocol

from collector.malloc import keep_freed_memory

MakePool = Callable[[int], Executor]


class Workers(Protocol):
    """Processes, of any machine, that run importable functions; a call whose process dies is run again."""

    @property
    def cores(self) -> int: ...

    def share(self, value: Any) -> Any:
        """Sends a value once to whoever asks for it; calls take what this returns as an argument in its place."""

    def submit(self, function: Callable[..., Any], /, *args: Any) -> Future[Any]: ...


def process_pool(processes: int) -> Executor:
    """A pool for importable functions; it starts no process before the first call."""
    return _make_pool.get()(processes)


@contextmanager
def pools_made_by(make: MakePool) -> Iterator[None]:
    """Inside the block, in this thread, `process_pool` gives what `make` makes of the number of processes."""
    token = _make_pool.set(make)
    try:
        yield
    finally:
        _make_pool.reset(token)


def _of_this_machine(processes: int) -> Executor:
    # Spawned, not forked: a fork of a process whose TensorFlow has threads may hang.
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _begin)


_make_pool: ContextVar[MakePool] = ContextVar("make_pool", default=_of_this_machine)


def _begin() -> None:
    keep_freed_memory()
    _end_with_parent()


def _end_with_parent() -> None:
    """Without it, a process whose parent was killed would wait for work forever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=lambda: (wait([sentinel]), os._exit(1)), name="end-with-parent", daemon=True).start()
