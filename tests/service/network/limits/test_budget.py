"""The budget of a connection: what it allows at once, in the long run, and to clients that behave."""

from __future__ import annotations

import pytest

from service.network.limits.budget import (
    BURST_BYTES,
    BURST_SECONDS,
    BYTES_PER_SECOND,
    FIRST_SECONDS,
    Budget,
    share_of,
)
from service.settings import Settings


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_saved_tokens_may_be_spent_at_once() -> None:
    clock = Clock()
    budget = Budget(0.1, clock)
    clock.now += 10

    budget.spend(BURST_SECONDS, BURST_BYTES)

    assert budget.wait() == 0


def test_time_that_is_overdrawn_is_repaid_at_the_share() -> None:
    clock = Clock()
    budget = Budget(0.1, clock)

    budget.spend(FIRST_SECONDS + 0.02)
    before = budget.wait()
    clock.now += 0.15
    after = budget.wait()

    assert [before, after] == pytest.approx([0.2, 0.05])


def test_bytes_that_are_overdrawn_are_repaid_at_their_rate() -> None:
    budget = Budget(0.1, Clock())

    budget.spend(size=BURST_BYTES + BYTES_PER_SECOND)

    assert budget.wait() == pytest.approx(1)


def test_saved_tokens_are_bounded() -> None:
    clock = Clock()
    budget = Budget(0.1, clock)
    clock.now += 86_400

    budget.spend(BURST_SECONDS + 0.01)

    assert budget.wait() == pytest.approx(0.1)


def test_the_defaults_never_slow_60_snapshots_a_second_and_a_full_size_contribution() -> None:
    clock = Clock()
    budget = Budget(share_of(Settings().frames_per_second), clock)

    waits = []
    for number in range(6000):
        clock.now += 1 / 60
        budget.spend(seconds=0.0005, size=450)  # several times what a snapshot takes
        if number % 600 == 599:
            budget.spend(seconds=0.1, size=2**20)
        waits.append(budget.wait())

    assert max(waits) == 0


def test_a_socket_that_is_allowed_more_snapshots_gets_a_larger_share() -> None:
    assert [share_of(rate) for rate in (1, 1000, 2000, 1_000_000)] == pytest.approx([0.05, 0.15, 0.3, 1])
