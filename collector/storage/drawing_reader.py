"""Reads many stored drawings in order, some ahead; damaged ones are logged and left out."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from collector.contribution.layout import DRAWINGS, NotInLayout, drawing_key, parse_drawing_key
from collector.storage.object_store import NoSuchObject, ObjectStore
from collector.storage.stored_drawing import BadStoredDrawing, StoredDrawing, parse_stored_drawing

READERS = 16  # threads; a store answers in milliseconds, which are waited for together
READ_AHEAD = 4 * READERS
MAX_DRAWING_BYTES = 8 * 2**20  # of a drawing's JSON; a contribution has at most 1 MiB

log = logging.getLogger(__name__)


def drawing_ids(store: ObjectStore, after: str = "") -> Iterator[str]:
    """The ids of all drawings with a JSON that sort after `after`, in their order.

    Raises:
        StoreError: the listing failed; it may fail after some ids.
    """
    for key in store.keys(DRAWINGS, drawing_key(after) if after else ""):
        try:
            yield parse_drawing_key(key)
        except NotInLayout:
            continue


def read_drawings(store: ObjectStore, drawings: Iterable[str]) -> Iterator[StoredDrawing]:
    """The drawings in the order of the ids, without missing and damaged ones; holds READ_AHEAD in memory.

    Raises:
        StoreError: the store could not be read.
    """
    waiting: deque[Future[StoredDrawing | None]] = deque()
    with ThreadPoolExecutor(READERS, thread_name_prefix="read-drawing") as readers:
        try:
            for drawing in drawings:
                waiting.append(readers.submit(read_drawing, store, drawing))
                if len(waiting) >= READ_AHEAD and (found := waiting.popleft().result()) is not None:
                    yield found
            while waiting:
                if (found := waiting.popleft().result()) is not None:
                    yield found
        finally:
            for future in waiting:  # the caller has given up
                future.cancel()


def read_drawing(store: ObjectStore, drawing: str) -> StoredDrawing | None:
    """The drawing; None where it is missing or damaged.

    Raises:
        StoreError: the store could not be read.
    """
    try:
        body = store.get(drawing_key(drawing))
    except NoSuchObject:
        return None
    try:
        if len(body) > MAX_DRAWING_BYTES:
            raise BadStoredDrawing(f"{len(body)} bytes, at most {MAX_DRAWING_BYTES}")
        stored = parse_stored_drawing(body)
        if stored.id != drawing:
            raise BadStoredDrawing(f"it is drawing {stored.id}")
    except BadStoredDrawing as error:
        log.warning("%s is damaged and left out: %s", drawing_key(drawing), ascii(str(error))[1:201])
        return None
    return stored
