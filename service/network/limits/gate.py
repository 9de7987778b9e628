"""Paces what one connection sends: a slice at a time is handled, paid from a budget, and reading stops meanwhile."""

from __future__ import annotations

import asyncio
import logging
from time import thread_time
from typing import Protocol

from service.network.limits.budget import Budget

LEAST_WAIT = 0.001  # s; the loop's clock is no finer

log = logging.getLogger(__name__)


class Handler(Protocol):
    """The protocol behind a gate."""

    def may_take(self) -> bool:
        """False while more of what came has to wait for something other than the budget."""
        ...

    def take_slice(self) -> None:
        """Handles some of `held`, little enough for the other connections to get their turn."""
        ...

    def slice_taken(self) -> None:
        """Called after each attempt to take a slice, also when nothing was taken."""
        ...


class Gate:
    """Holds what came until its handler takes it; nothing more is read while it waits.

    It waits while the budget is overdrawn, until others had their turn, and while the handler may not take anything.
    """

    __slots__ = ("_again", "_handler", "_loop", "_transport", "budget", "held", "reading")

    def __init__(
        self, handler: Handler, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, budget: Budget
    ) -> None:
        self.budget = budget
        self.held = b""  # what came and is not handled yet
        self.reading = True
        self._handler: Handler | None = handler
        self._loop = loop
        self._transport = transport
        self._again: asyncio.Handle | None = None  # calls `_work`; nothing is handled until then

    def receive(self, data: bytes) -> None:
        self.held = self.held + data if self.held else data
        if self._again is None:
            self._work()

    def look_again(self) -> None:
        """Tries to take what is held soon: what the handler waited for may have come."""
        if self._again is None and self._handler is not None:
            self._again = self._loop.call_soon(self._work)

    def take(self, size: int) -> bytes:
        """The first bytes held, which are no longer held."""
        data, self.held = self.held[:size], self.held[size:]
        return data

    def read(self, on: bool) -> None:
        if on != self.reading and not self._transport.is_closing():
            self.reading = on
            if on:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    def close(self) -> bytes:
        """Handles nothing from now on; returns what was held."""
        rest, self.held = self.held, b""
        self._handler = None
        if self._again is not None:
            self._again.cancel()
            self._again = None
        return rest

    def _work(self) -> None:
        """Handles a slice of what came, if that may be, and lets the loop call again for the rest."""
        self._again = None
        handler = self._handler
        if handler is None or self._transport.is_closing():
            return
        before, size = thread_time(), len(self.held)
        overdrawn = self.budget.wait() > 0
        try:
            if self.held and not overdrawn and handler.may_take():
                handler.take_slice()
        except Exception as error:
            log.error("a connection is cut off: %r", error)
            self._transport.abort()
            return
        if self._handler is None or self._transport.is_closing():  # by what was handled
            return
        taken = size - len(self.held)
        self.budget.spend(thread_time() - before, taken)
        blocked = not handler.may_take()
        wait = self.budget.wait()
        if wait > 0:
            self._again = self._loop.call_later(max(wait, LEAST_WAIT), self._work)
        elif self.held and not blocked and (taken or overdrawn):
            # Also where time has repaid the budget since it was looked at: nothing else would take what is held.
            self._again = self._loop.call_soon(self._work)
        self.read(on=self._again is None and not blocked)
        handler.slice_taken()
