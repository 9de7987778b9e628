"""Looks in the store for drawings that another replica has taken, before one of the same id is accepted here.

A contribution never waits for a store that is slow or away: the uploader looks again before it writes anything.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateAnswer
from time import monotonic

from collector.spool.deletions import WasDeleted
from collector.storage.object_store import ObjectStore
from collector.upload.ownership import has_tombstone, stored_in

WAIT_SECONDS = 0.3  # for both answers of the store
REST_SECONDS = 5.0  # without looking, after the store failed or was late
THREADS = 8

log = logging.getLogger(__name__)


class Elsewhere:
    """`owner` blocks for WAIT_SECONDS at most: call it in a thread."""

    def __init__(self, store: ObjectStore, clock: Callable[[], float] = monotonic) -> None:
        self._store = store
        self._clock = clock
        self._pool = ThreadPoolExecutor(THREADS, "elsewhere")
        self._lock = threading.Lock()
        self._rest_until = clock()

    def owner(self, drawing: str) -> str | None:
        """The contributor whose drawing the store has under this id; None without one, and where it can't tell now.

        Raises:
            WasDeleted: the store has its tombstone.
        """
        with self._lock:
            if self._clock() < self._rest_until:
                return None
        try:
            return self._pool.submit(self._look, drawing).result(WAIT_SECONDS)
        except WasDeleted:
            raise
        except LateAnswer:
            reason = f"no answer within {WAIT_SECONDS:g} s"
        except Exception as error:  # HTTP clients have raised AttributeError for a broken answer
            reason = str(error)
        with self._lock:
            self._rest_until = self._clock() + REST_SECONDS
        log.debug("the store was not asked for %s: %s", drawing, reason)
        return None

    def stop(self) -> None:
        """Ends the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _look(self, drawing: str) -> str | None:
        stored = stored_in(self._store, drawing)
        if stored is None and has_tombstone(self._store, drawing):
            raise WasDeleted(f"drawing {drawing} was deleted")
        return None if stored is None else stored.contributor
