"""Work in threads at the expense of the connection that asked for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import thread_time
from typing import TypeVar

from service.network.budget import Budget

Result = TypeVar("Result")


async def in_thread(budget: Budget, work: Callable[..., Result], *arguments: object) -> Result:
    """What `work` returns or raises; the processor time that it took is spent from the budget."""
    seconds = 0.0

    def run() -> Result:
        nonlocal seconds
        before = thread_time()
        try:
            return work(*arguments)
        finally:
            seconds = thread_time() - before

    try:
        return await asyncio.to_thread(run)
    finally:
        budget.spend(seconds)
