"""The contributors that operators blocked, as the store lists them; kept in memory for the event of a contribution."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from time import monotonic

from collector.moderation.moderation import read_moderation
from collector.storage.object_store import ObjectStore

REFRESH_SECONDS = 5.0  # within which every process refuses a contributor that was blocked in another

log = logging.getLogger(__name__)


class BlockedContributors:
    """`is_blocked` never waits; while the store is away, the last list holds. The trainer leaves out the rest."""

    def __init__(self, store: ObjectStore, clock: Callable[[], float] = monotonic) -> None:
        """`store` is the set's part of the store."""
        self._store = store
        self._clock = clock
        self._read_at: float | None = None
        self._blocked: frozenset[str] = frozenset()

    def is_blocked(self, contributor: str) -> bool:
        return contributor in self._blocked

    def refresh(self) -> None:
        """Reads the list.

        Raises:
            StoreError: the store can't be listed.
        """
        self._blocked = read_moderation(self._store).blocked

    def run(self, stop: threading.Event) -> None:
        """Reads the list again and again until `stop`; never raises."""
        while not stop.is_set():
            self._read()
            stop.wait(REFRESH_SECONDS)

    def keep_fresh(self) -> None:
        """Reads the list if it is older than REFRESH_SECONDS; never raises."""
        if self._read_at is None or self._clock() - self._read_at >= REFRESH_SECONDS:
            self._read()

    def _read(self) -> None:
        self._read_at = self._clock()
        try:
            self.refresh()
        except Exception as error:  # HTTP clients have raised AttributeError for a broken answer
            log.debug("the blocked contributors can't be read: %s", error)
