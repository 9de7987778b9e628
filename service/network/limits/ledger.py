"""Counts what connections hold of a scarce resource, such as descriptors; at the limit evicts the oldest. No I/O."""

from __future__ import annotations

from typing import Protocol


class Holder(Protocol):
    def evict(self) -> None:
        """Gives back at once what it holds, and ends."""
        ...


class Ledger:
    """At most `limit` in all; whoever has held the longest makes room, for the newcomer may be the honest one.

    A holder that must not be evicted is `pinned`: it counts, but stays. For one event loop.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.total = 0
        self._held: dict[Holder, int] = {}  # the oldest first
        self._pinned: dict[Holder, int] = {}

    def hold(self, holder: Holder, amount: int) -> bool:
        """Holds `amount` from now on, in place of what it held; False, and nothing held, when no room can be made.

        The place in the queue is that of the first hold.
        """
        held = self._pinned if holder in self._pinned else self._held
        self.total += amount - held.get(holder, 0)
        held[holder] = amount
        while self.total > self.limit:
            oldest = next(iter(self._held), holder)
            self.release(oldest)
            if oldest is holder:
                return False
            oldest.evict()
        return True

    def pin(self, holder: Holder) -> None:
        """From now on the holder stays."""
        if holder in self._held:
            self._pinned[holder] = self._held.pop(holder)

    def unpin(self, holder: Holder) -> None:
        """From now on the holder may be evicted, as the newest."""
        amount = self._pinned.pop(holder, None)
        if amount is None:
            amount = self._held.pop(holder, None)
        if amount is not None:
            self._held[holder] = amount

    def release(self, holder: Holder) -> None:
        """Holds nothing from now on; no harm when it held nothing."""
        self.total -= self._held.pop(holder, 0) + self._pinned.pop(holder, 0)
