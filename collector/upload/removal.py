"""Removes deleted drawings from the object store and leaves a tombstone for each."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from collector.contribution.layout import (
    ARRIVALS,
    NotInLayout,
    arrival_key,
    drawing_key,
    parse_arrival,
    samples_prefix,
    tombstone_key,
    verdict_key,
)
from collector.ink.drawing import DIGITS
from collector.spool.spool import Spool, Unremoved
from collector.storage.object_store import ObjectStore

BATCH = 32  # drawings removed at once, and looked for in one walk through the arrivals
CLOCK_SLACK = timedelta(days=1)  # by which the clock may have been set back between receiving and uploading


def remove_deleted(
    spool: Spool, store: ObjectStore, pool: ThreadPoolExecutor, stop: threading.Event
) -> Exception | None:
    """Removes every deleted drawing that may still be there, oldest first, past those that fail, until told to stop.

    Every step may be done twice. Not while a drawing is being uploaded: what is put behind its back would stay.

    Returns:
        The first error; what it is about still waits in the spool.
    """
    first: Exception | None = None
    after = 0
    try:
        while not stop.is_set() and (batch := spool.unremoved(BATCH, after)):
            after = batch[-1].seq
            errors = list(pool.map(lambda deleted: _try(store, deleted, stop), batch))
            gone = [deleted for deleted, error in zip(batch, errors, strict=True) if error is None]
            first = first or next((error for error in errors if error is not None), None)
            if not gone:
                return first  # A store that is down is not asked for every one.
            _remove_arrivals(store, gone)
            for deleted in gone:
                spool.mark_removed(deleted.id)
            spool.forget_traces()
    except Exception as error:  # as for uploads: this goes on for ever, whatever disk and store say
        return first or error
    return first


def _try(store: ObjectStore, deleted: Unremoved, stop: threading.Event) -> Exception | None:
    if stop.is_set():
        return InterruptedError("stopped")
    try:
        _remove_objects(store, deleted)
    except Exception as error:  # HTTP clients have raised AttributeError for a broken answer
        return error
    return None


def _remove_objects(store: ObjectStore, deleted: Unremoved) -> None:
    # First: from now on nobody trains on it, whatever else is still there.
    store.put(tombstone_key(deleted.id), b"")
    store.delete(drawing_key(deleted.id))
    store.delete(verdict_key(deleted.id))
    labels = range(DIGITS) if deleted.label is None else [deleted.label]
    for label in labels:
        # Listed, not counted from its JSON: an upload that was cut short left samples without one.
        for key in list(store.keys(samples_prefix(label, deleted.id))):
            store.delete(key)


def _remove_arrivals(store: ObjectStore, batch: Sequence[Unremoved]) -> None:
    """One walk for all: an arrival's key begins with the time of an upload, which nobody has noted."""
    ids = {deleted.id for deleted in batch}
    known = [deleted.received_at for deleted in batch if deleted.received_at is not None]
    after = _just_before(min(known)) if len(known) == len(batch) else ""
    for key in [key for key in store.keys(ARRIVALS, after=after) if _drawing_of(key) in ids]:
        store.delete(key)


def _just_before(received_at: datetime) -> str:
    return arrival_key(received_at - CLOCK_SLACK, "")


def _drawing_of(key: str) -> str | None:
    try:
        return parse_arrival(key)[1]
    except NotInLayout:
        return None
