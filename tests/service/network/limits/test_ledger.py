"""The ledger: what is held in all stays below its limit, and the oldest that may go makes room."""

from __future__ import annotations

from service.network.limits.ledger import Ledger


class Guest:
    def __init__(self) -> None:
        self.evicted = False

    def evict(self) -> None:
        self.evicted = True


def test_the_oldest_makes_room() -> None:
    ledger = Ledger(2)
    first, second, third = Guest(), Guest(), Guest()

    held = [ledger.hold(guest, 1) for guest in (first, second, third)]

    assert held == [True, True, True]
    assert (first.evicted, second.evicted, third.evicted) == (True, False, False)
    assert ledger.total == 2


def test_a_pinned_entry_stays() -> None:
    ledger = Ledger(2)
    first, second, third = Guest(), Guest(), Guest()
    ledger.hold(first, 1)
    ledger.pin(first)
    ledger.hold(second, 1)

    ledger.hold(third, 1)

    assert (first.evicted, second.evicted) == (False, True)


def test_nothing_is_held_where_no_room_can_be_made() -> None:
    ledger = Ledger(1)
    first, second = Guest(), Guest()
    ledger.hold(first, 1)
    ledger.pin(first)

    held = ledger.hold(second, 1)

    assert not held
    assert (first.evicted, second.evicted, ledger.total) == (False, False, 1)


def test_one_that_was_pinned_is_the_newest_afterwards() -> None:
    ledger = Ledger(2)
    first, second, third = Guest(), Guest(), Guest()
    ledger.hold(first, 1)
    ledger.hold(second, 1)
    ledger.pin(first)
    ledger.unpin(first)

    ledger.hold(third, 1)

    assert (first.evicted, second.evicted) == (False, True)


def test_amounts_that_grow_are_counted_once_and_given_back_once() -> None:
    ledger = Ledger(100)
    guest = Guest()

    ledger.hold(guest, 10)
    ledger.hold(guest, 60)
    total = ledger.total
    ledger.release(guest)
    ledger.release(guest)

    assert (total, ledger.total) == (60, 0)


def test_one_that_wants_more_than_there_is_gets_nothing() -> None:
    ledger = Ledger(100)
    guest = Guest()

    held = ledger.hold(guest, 101)

    assert (held, ledger.total) == (False, 0)
