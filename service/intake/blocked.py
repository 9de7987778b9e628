"""Follows operators' decisions in the store: keeps blocked contributors in memory, and notifies a listener."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from time import monotonic

from collector.moderation.moderation import NO_MODERATION, Moderation, read_moderation
from collector.storage.folder_store import FolderStore
from collector.storage.object_store import ObjectStore

REFRESH_SECONDS = 5.0  # within which every process follows what was decided in another
FOLDER_SECONDS = 0.5  # for a store that is a folder of this machine, where a listing costs next to nothing

log = logging.getLogger(__name__)


class BlockedContributors:
    """`is_blocked` never waits; while the store is away, the last list holds. The trainer leaves out the rest."""

    def __init__(
        self,
        store: ObjectStore,
        clock: Callable[[], float] = monotonic,
        listener: Callable[[Moderation], None] = lambda _moderation: None,
    ) -> None:
        """`store` is the set's part of the store; `listener` gets all decisions in force, once they have changed."""
        self._store = store
        self._listener = listener
        self._known = NO_MODERATION
        self._lock = threading.Lock()  # so that the listener gets changes in their order
        self._seconds = FOLDER_SECONDS if isinstance(store, FolderStore) else REFRESH_SECONDS
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
        with self._lock:
            read = read_moderation(self._store)
            self._blocked = read.blocked
            if read != self._known:
                self._known = read
                self._listener(read)

    def run(self, stop: threading.Event) -> None:
        """Reads the list again and again until `stop`; never raises."""
        while not stop.is_set():
            self._read()
            stop.wait(self._seconds)

    def keep_fresh(self) -> None:
        """Reads the list if it is too old; never raises."""
        if self._read_at is None or self._clock() - self._read_at >= self._seconds:
            self._read()

    def _read(self) -> None:
        self._read_at = self._clock()
        try:
            self.refresh()
        except Exception as error:  # HTTP clients have raised AttributeError for a broken answer
            log.debug("the blocked contributors can't be read: %s", error)
