"""Tells a drawing that the store refuses from a store that fails: by repeated attempts and a probe."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from collector.contribution.layout import ARRIVALS, PROBE, arrival_key, drawing_key
from collector.spool.pending_drawing import PendingDrawing
from collector.storage.object_store import ObjectStore
from collector.upload.drawing_upload import PutFailed
from collector.upload.prepared import prepare

log = logging.getLogger(__name__)

REFUSALS = 4  # failures at one key, each while the store accepted a probe, before the drawing is found refused
CONFIRMATIONS = 8  # further failures in a row that confirm it
PROBE_BODY = b"Put and deleted by the uploader, to learn whether the store accepts objects.\n"


class Refusals:
    """Counts the failures of each drawing while the store works."""

    def __init__(self, store: ObjectStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._counts: dict[int, tuple[str, int]] = {}  # by seq: the key that failed while the store worked, how often

    def forget(self, pending: PendingDrawing) -> None:
        self._counts.pop(pending.seq, None)

    def is_refused(self, pending: PendingDrawing, failure: PutFailed) -> bool:
        """Counts one more failure; True once it is confirmed that the store refuses this drawing."""
        key, count = self._counts.get(pending.seq, ("", 0))
        # Another key each time is a store that fails at random, not one that refuses this drawing.
        count = count + 1 if key == failure.key else 1
        self._counts[pending.seq] = (failure.key, count)
        return count >= REFUSALS and self._is_confirmed(pending, failure.key)

    def _is_confirmed(self, pending: PendingDrawing, key: str) -> bool:
        """Confirms that the store refuses this object, several times at once: one success means it only fails often."""
        prepared = prepare(pending)
        bodies = {**dict(prepared.samples), drawing_key(pending.id): prepared.document}
        if prepared.index is not None:
            bodies[prepared.index] = b""
        name, body = (arrival_key(self._clock(), pending.id), b"") if key == ARRIVALS else (key, bodies[key])
        for _ in range(CONFIRMATIONS):
            try:
                self._store.put(name, body)
            except Exception as error:
                log.debug("%s is still refused: %s", name, error)
            else:
                self.forget(pending)
                return False
        return True

    def store_works(self) -> bool:
        """True when the store accepts an object now, though it failed for some drawings."""
        try:
            self._store.put(PROBE, PROBE_BODY)
            self._store.delete(PROBE)
        except Exception as error:
            log.debug("the probe failed: %s", error)
            return False
        return True
