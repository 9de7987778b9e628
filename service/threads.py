"""Threads that run beside a block of code."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def running_thread(name: str, work: Callable[[], None], stop: threading.Event) -> Iterator[None]:
    """Runs `work` in a thread until the block ends: then `stop` is set, on which `work` has to return."""
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
