"""Runs the calls that wait for disk or store in threads of their own, of which only so many may wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from collector.spool.group_commit import SpoolError

THREADS = 8
WAITING_MAX = 64  # calls that run or wait; each may hold a full-size message

Outcome = TypeVar("Outcome")


class StorageBusy(SpoolError):
    """Too many calls wait for disk or store; nothing was done."""


class StoragePool:
    """For one event loop. Predictions use other threads, so that a slow disk never delays them."""

    def __init__(self, threads: int = THREADS, waiting_max: int = WAITING_MAX) -> None:
        self._executor = ThreadPoolExecutor(threads, "storage")
        self._waiting_max = waiting_max
        self._under_way = 0

    async def run(self, work: Callable[[], Outcome]) -> Outcome:
        """Does `work` in a thread and returns its outcome.

        Raises:
            StorageBusy: too many calls wait.
        """
        if self._under_way >= self._waiting_max:
            raise StorageBusy(f"{self._under_way} calls wait for the disk, at most {self._waiting_max}")
        loop = asyncio.get_running_loop()
        self._under_way += 1
        try:
            future = self._executor.submit(work)
        except BaseException:
            self._under_way -= 1
            raise
        # Counted until the thread is done, not until the caller gives up.
        future.add_done_callback(lambda _: self._done(loop))
        return await asyncio.wrap_future(future)

    def _done(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            loop.call_soon_threadsafe(self._leave)
        except RuntimeError:  # the loop has ended
            self._leave()

    def _leave(self) -> None:
        self._under_way -= 1
