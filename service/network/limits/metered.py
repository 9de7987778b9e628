"""Work at the expense of the connection that asked for it: its processor time is spent from the connection's budget."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextvars import ContextVar
from functools import partial
from time import thread_time
from typing import Any, Generic, TypeVar

from service.network.limits.budget import Budget

Result = TypeVar("Result")

_of_request: ContextVar[Budget | None] = ContextVar("budget of the request's connection", default=None)


class Timed(Generic[Result]):
    """A call, for any thread, that notes how much processor time it took."""

    def __init__(self, work: Callable[..., Result], *arguments: object) -> None:
        self.seconds = 0.0
        self._work = partial(work, *arguments)

    def __call__(self) -> Result:
        before = thread_time()
        try:
            return self._work()
        finally:
            self.seconds = thread_time() - before


async def in_thread(budget: Budget, work: Callable[..., Result], *arguments: object) -> Result:
    """Returns the result of `work`, and spends its processor time from the budget."""
    timed = Timed(work, *arguments)
    try:
        return await asyncio.to_thread(timed)
    finally:
        budget.spend(timed.seconds)


async def charge(budget: Budget, work: Coroutine[Any, Any, Result]) -> Result:
    """Runs `work` as the answer to a request: `budget` pays for it and for what it calls."""
    _of_request.set(budget)
    return await _Steps(budget, work)


async def in_request_thread(work: Callable[..., Result], *arguments: object) -> Result:
    """As `in_thread`; the request that is being answered pays. Outside of a request no budget is charged."""
    budget = _of_request.get()
    return await (asyncio.to_thread(work, *arguments) if budget is None else in_thread(budget, work, *arguments))


def spend_for_request(seconds: float) -> None:
    """Takes processor time that was spent elsewhere on the request that is being answered."""
    budget = _of_request.get()
    if budget is not None:
        budget.spend(seconds)


class _Steps(Generic[Result]):
    """Awaits a coroutine and spends the processor time of each of its steps, not of what runs between them."""

    def __init__(self, budget: Budget, work: Coroutine[Any, Any, Result]) -> None:
        self._budget = budget
        self._work = work

    def __await__(self) -> Generator[Any, None, Result]:
        step: Callable[[], Any] = partial(self._work.send, None)
        while True:
            before = thread_time()
            try:
                awaited = step()
            except StopIteration as end:
                result: Result = end.value
                return result
            finally:
                self._budget.spend(thread_time() - before)
            try:
                yield awaited
            except GeneratorExit:
                self._work.close()
                raise
            except BaseException as error:
                step = partial(self._work.throw, error)
            else:
                step = partial(self._work.send, None)
