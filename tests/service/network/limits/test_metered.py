"""Processor time is spent from the budget of the connection that asked for the work."""

from __future__ import annotations

import asyncio
import time

import pytest

from service.network.limits.budget import FIRST_SECONDS, Budget
from service.network.limits.metered import charge, in_request_thread, spend_for_request


def new_budget() -> Budget:
    return Budget(1.0, lambda: 0.0)  # nothing spent comes back


def spent(budget: Budget) -> float:
    """Seconds; a whole second more makes the budget overdrawn, so that it can be read."""
    budget.spend(1.0)
    return budget.wait() - 1.0 + FIRST_SECONDS


def work(seconds: float = 0.02) -> str:
    """Takes processor time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    return "done"


def test_a_request_pays_for_its_steps_and_its_threads_and_not_for_what_runs_beside_it() -> None:
    async def answer() -> str:
        work()
        await asyncio.sleep(0)
        spend_for_request(0.5)
        return await in_request_thread(work)

    async def beside() -> None:
        work(0.2)

    async def run() -> tuple[str, float]:
        budget = new_budget()
        result, _ = await asyncio.gather(charge(budget, answer()), beside())
        return result, spent(budget)

    result, seconds = asyncio.run(run())

    assert result == "done"
    assert 0.54 <= seconds < 0.7


def test_a_failure_and_a_cancellation_pass_through_and_are_paid_for() -> None:
    async def fail() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            work()

    async def run() -> float:
        budget = new_budget()
        task = asyncio.create_task(charge(budget, fail()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return spent(budget)

    assert asyncio.run(run()) >= 0.02


def test_outside_of_a_request_nobody_pays() -> None:
    spend_for_request(1.0)

    assert asyncio.run(in_request_thread(work)) == "done"
