"""Gives drawings that an earlier release uploaded their entries in the index by contributor, once."""

from __future__ import annotations

import logging
import threading
import uuid

from collector.contribution.layout import (
    CONTRIBUTORS,
    DRAWINGS,
    NotInLayout,
    drawing_key,
    index_key,
    is_contributor,
    parse_drawing_key,
    parse_index_key,
    tombstone_key,
)
from collector.storage.object_store import NoSuchObject, ObjectStore, exists
from collector.storage.stored_drawing import BadStoredDrawing, parse_stored_drawing

RETRY_SECONDS = 60.0  # after the store failed

log = logging.getLogger(__name__)


def keep_indexing(store: ObjectStore, stop: threading.Event) -> None:
    """Calls `index_older_drawings` until it succeeds or `stop` is set; never raises."""
    while not stop.is_set():
        try:
            added = index_older_drawings(store, stop)
        except Exception as error:  # HTTP clients have raised AttributeError for a broken answer
            log.warning("older drawings are not all in the index yet, next try in %g s: %s", RETRY_SECONDS, error)
            stop.wait(RETRY_SECONDS)
        else:
            if added:
                log.info("%d older drawings are in the index by contributor now", added)
            return


def index_older_drawings(store: ObjectStore, stop: threading.Event) -> int:
    """Adds the missing entries; returns their number. Lists both folders, reads only drawings without an entry.

    Raises:
        StoreError: the store failed; the next call goes on.
    """
    indexed = {uuid.UUID(drawing).bytes for drawing in map(_indexed, store.keys(CONTRIBUTORS)) if drawing}
    added = 0
    for key in store.keys(DRAWINGS):
        if stop.is_set():
            break
        try:
            drawing = parse_drawing_key(key)
        except NotInLayout:
            continue
        if uuid.UUID(drawing).bytes not in indexed:
            added += _add(store, drawing)
    return added


def _add(store: ObjectStore, drawing: str) -> bool:
    try:
        contributor = parse_stored_drawing(store.get(drawing_key(drawing))).contributor
    except (NoSuchObject, BadStoredDrawing):
        return False  # deleted in between, or damaged: the trainer records it
    if not is_contributor(contributor) or exists(store, tombstone_key(drawing)):
        return False
    store.put(index_key(contributor, drawing), b"")
    # A deletion between reading the drawing and this put found no entry to delete.
    if exists(store, tombstone_key(drawing)):
        store.delete(index_key(contributor, drawing))
        return False
    return True


def _indexed(key: str) -> str | None:
    try:
        return parse_index_key(key)[1]
    except NotInLayout:
        return None
