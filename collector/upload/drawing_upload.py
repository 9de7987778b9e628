"""Uploads one drawing: its samples, its JSON, its index entry and its arrival, in the order that readers rely on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from collector.contribution.layout import ARRIVALS, arrival_key, drawing_key, is_contributor
from collector.spool.pending_drawing import PendingDrawing
from collector.spool.spool import Spool
from collector.storage.object_store import BadKey, ObjectStore, StoreError
from collector.upload.ownership import Ownership
from collector.upload.prepared import prepare

log = logging.getLogger(__name__)

SAME_TIME = timedelta(milliseconds=1)  # what a stored drawing's time is rounded to


class PutFailed(Exception):
    """The store failed for one key."""

    def __init__(self, key: str, error: Exception) -> None:
        super().__init__(f"{error}")
        # An arrival's key changes with the time of each attempt.
        self.key = ARRIVALS if key.startswith(ARRIVALS) else key


class DrawingUpload:
    """Safe for many threads; every key depends on the drawing's id alone, so that each step may be repeated."""

    def __init__(
        self, spool: Spool, store: ObjectStore, clock: Callable[[], datetime], ownership: Ownership | None
    ) -> None:
        self._spool = spool
        self._store = store
        self._clock = clock
        self._ownership = ownership

    def upload(self, pending: PendingDrawing) -> None:
        """Brings the drawing to the store, or drops it where it was deleted or is another contributor's.

        Raises:
            PutFailed: the store failed for one of the keys.
            BadPendingDrawing, BadStoredDrawing, BadKey: the drawing can't be stored.
            StoreError, SpoolError: the store or the spool failed.
        """
        if self._spool.was_deleted(pending.id):
            return
        drawing = prepare(pending)
        if self._is_elsewhere(pending):
            return
        for key, png in drawing.samples:
            self._put(key, png)
        if not self._spool.was_deleted(pending.id):
            self._check_claim(pending)
            self._put(drawing_key(pending.id), drawing.document)
            # After the JSON: whoever finds the entry can read the drawing, and a removal finds the entry by the JSON.
            if drawing.index is not None:
                self._put(drawing.index, b"")
            # Last: whoever reads the arrival finds the drawing complete.
            self._put(arrival_key(self._clock(), pending.id), b"")
            self._look_for_tombstone(pending)
        self._spool.uploads.mark_uploaded(pending.id)

    def _is_elsewhere(self, pending: PendingDrawing) -> bool:
        """True for an id that another replica has uploaded for another contributor, or removed: dropped here."""
        if self._ownership is None or not is_contributor(pending.contributor):
            return False
        self._check_claim(pending)
        stored = self._ownership.stored(pending.id)
        if stored is not None and stored.contributor != pending.contributor:
            log.warning("drawing %s is another contributor's in the store; the later one is dropped", pending.id)
            self._spool.uploads.give_up(pending.id, stored.contributor)
            return True
        if stored is not None and _is_other_time(stored.received_at, pending.received_at):
            # Sent again to another replica, which brings it to its end; with this time, it is this one's earlier try.
            self._spool.uploads.mark_uploaded(pending.id)
            return True
        return self._look_for_tombstone(pending)

    def _look_for_tombstone(self, pending: PendingDrawing) -> bool:
        """True for a drawing that was deleted at another replica: this one's remover takes out what was put since."""
        if self._ownership is None or not self._ownership.is_deleted(pending.id):
            return False
        self._spool.delete(pending.id)
        return True

    def _check_claim(self, pending: PendingDrawing) -> None:
        if self._ownership is not None and is_contributor(pending.contributor) and not self._ownership.is_valid:
            raise StoreError(f"the store is too slow: the claim of {pending.id} has run out")

    def _put(self, key: str, body: bytes) -> None:
        try:
            self._store.put(key, body)
        except Exception as error:
            if isinstance(error, BadKey):
                raise
            raise PutFailed(key, error) from error


def _is_other_time(stored: datetime, pending: str) -> bool:
    try:
        return abs(stored - datetime.fromisoformat(pending)) > SAME_TIME
    except (TypeError, ValueError):  # a damaged row, or a time without a zone in a drawing that someone else wrote
        return False
