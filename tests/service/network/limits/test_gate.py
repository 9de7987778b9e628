"""The gate of a connection: what came is handled in order, a slice at a time, and reading stops while it waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from service.network.limits.budget import BURST_BYTES, FIRST_SECONDS, Budget
from service.network.limits.gate import Gate


class Transport(asyncio.Transport):
    """Notes whether it is read from."""

    def __init__(self) -> None:
        super().__init__()
        self.reading = True
        self.aborted = False

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True


class Taker:
    """Takes three bytes at a time."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.transport = Transport()
        self.budget = Budget(1.0, lambda: 0.0)  # nothing spent comes back
        self.gate = Gate(self, asyncio.get_running_loop(), self.transport, self.budget)
        self.slices: list[bytes] = []
        self.ready = True
        self.fault = fault

    def may_take(self) -> bool:
        return self.ready

    def take_slice(self) -> None:
        if self.fault is not None:
            raise self.fault
        self.slices.append(self.gate.take(3))

    def slice_taken(self) -> None:
        pass


async def turns() -> None:
    """Lets the loop run what is due."""
    for _ in range(10):
        await asyncio.sleep(0)


def in_loop(test: Callable[[Taker], object], fault: Exception | None = None) -> Taker:
    async def run() -> Taker:
        taker = Taker(fault)
        test(taker)
        await turns()
        return taker

    return asyncio.run(run())


def test_received_bytes_are_taken_in_slices_and_others_get_a_turn_after_the_first() -> None:
    at_once: list[list[bytes]] = []

    def receive(taker: Taker) -> None:
        taker.gate.receive(b"abcdefgh")
        at_once.append(list(taker.slices))
        assert not taker.transport.reading

    taker = in_loop(receive)

    assert at_once == [[b"abc"]]
    assert taker.slices == [b"abc", b"def", b"gh"]
    assert taker.transport.reading


def test_nothing_is_taken_or_read_while_the_budget_is_overdrawn() -> None:
    def receive(taker: Taker) -> None:
        taker.budget.spend(size=BURST_BYTES + 1)
        taker.gate.receive(b"abc")

    taker = in_loop(receive)

    assert (taker.slices, taker.gate.held, taker.transport.reading) == ([], b"abc", False)


def test_what_is_held_is_taken_where_the_budget_is_repaid_between_two_looks_at_it() -> None:
    """Nothing else would take it: the client has sent all, and waits for its answer."""

    def receive(taker: Taker) -> None:
        times = iter((0.0, 0.0, 0.0))  # when it is made, overdrawn and first looked at
        taker.gate.budget = Budget(1.0, lambda: next(times, 1.0))
        taker.gate.budget.spend(FIRST_SECONDS + 1e-9)
        taker.gate.receive(b"abc")

    taker = in_loop(receive)

    assert taker.slices == [b"abc"]
    assert taker.transport.reading


def test_a_handler_that_is_not_ready_gets_what_came_once_it_says_so() -> None:
    def receive(taker: Taker) -> None:
        taker.ready = False
        taker.gate.receive(b"abc")
        assert not taker.transport.reading
        taker.ready = True
        taker.gate.look_again()

    taker = in_loop(receive)

    assert taker.slices == [b"abc"]
    assert taker.transport.reading


def test_a_closed_gate_returns_what_is_left_and_takes_no_more() -> None:
    rests: list[bytes] = []

    def receive(taker: Taker) -> None:
        taker.gate.receive(b"abcdef")
        rests.append(taker.gate.close())
        taker.gate.look_again()

    taker = in_loop(receive)

    assert (taker.slices, rests) == ([b"abc"], [b"def"])


def test_a_fault_cuts_the_connection_off_with_one_line(caplog: pytest.LogCaptureFixture) -> None:
    taker = in_loop(lambda taker: taker.gate.receive(b"abc"), fault=ValueError("a fault"))

    assert taker.transport.aborted
    assert [record.getMessage() for record in caplog.records] == ["a connection is cut off: ValueError('a fault')"]
    assert caplog.records[0].exc_info is None
