"""A store in memory that fails when a test says so."""

from __future__ import annotations

import threading
from collections.abc import Callable

from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError


class FailingStore(MemoryStore):
    """Puts and deletes for which `fails` says so (given the call's number and key) raise, early or after the effect."""

    def __init__(self, fails: Callable[[int, str], bool] = lambda _call, _key: False, late: bool = False) -> None:
        super().__init__()
        self.called: list[str] = []  # the keys of the calls, in order
        self.before_call: Callable[[str], object] = lambda _key: None
        self.fails = fails
        self._late = late
        self._one = threading.Lock()

    def put(self, key: str, body: bytes) -> None:
        self._call(key, lambda: MemoryStore.put(self, key, body))

    def delete(self, key: str) -> None:
        self._call(key, lambda: MemoryStore.delete(self, key))

    def _call(self, key: str, effect: Callable[[], None]) -> None:
        self.before_call(key)
        with self._one:
            self.called.append(key)
            number = len(self.called)
            failing = self.fails(number, key)
        if self._late or not failing:
            effect()
        if failing:
            raise StoreError(f"call {number} fails")
