"""Finds a symbol set by its id, and announces changes; alone, it knows digits only."""

from __future__ import annotations

from collections.abc import Callable

from collector.symbols.symbol_set import DIGITS_ID, BadSymbols, SymbolSet
from service.inference.live_models import Listener
from service.inference.served import Served
from service.sets.running_set import RunningSet
from service.sets.scope import SetScope
from service.wire.schemas import ListedSet

SET_IN_SCOPE = "midstroke.set"  # of an ASGI scope: the set that the address names


class Sets:
    """Digits, and the other sets that a store defines. For any thread."""

    def __init__(self, digits: SetScope) -> None:
        self.digits = digits
        self._running: dict[str, RunningSet] = {}
        self._listeners: list[Listener] = []

    def find(self, set_id: str | None) -> SetScope | None:
        """The set of this id, digits without one; None where the service has none such."""
        if set_id is None or set_id == DIGITS_ID:
            return self.digits
        running = self._running.get(set_id)
        return None if running is None else running.scope

    def running(self, set_id: str) -> RunningSet | None:
        """The set of this id, other than digits."""
        return self._running.get(set_id)

    @property
    def ids(self) -> list[str]:
        """The ids of all sets, digits first."""
        return [DIGITS_ID, *sorted(self._running)]

    @property
    def scopes(self) -> list[SetScope]:
        """All sets, digits first."""
        return [self.digits, *(running.scope for running in list(self._running.values()))]

    def listed(self) -> list[ListedSet]:
        """All sets as clients see them, digits first."""
        return [scope.listed() for scope in self.scopes]

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` after each change of a set other than digits, until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def create(self, symbols: SymbolSet) -> None:
        """Stores a new set and serves it.

        Raises:
            BadSymbols: it is no valid set, or there are too many.
            StoreError: the store failed.
        """
        raise BadSymbols(f"this service keeps no symbol sets, and so no {symbols.id}")

    def change(self, symbols: SymbolSet) -> None:
        """Stores a changed set and serves it; as `create`."""
        self.create(symbols)

    def changed(self, before: Served, after: Served) -> None:
        for listener in list(self._listeners):
            listener(before, after)
