"""Removes deleted drawings from the object store and leaves a tombstone for each."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from collector.contribution.layout import (
    ARRIVALS,
    CONTRIBUTORS,
    NotInLayout,
    arrival_key,
    drawing_key,
    hidden_key,
    index_key,
    is_contributor,
    parse_arrival,
    parse_index_key,
    relabelled_prefix,
    samples_prefix,
    tombstone_key,
    verdict_key,
)
from collector.spool.deletions import Unremoved
from collector.spool.spool import Spool
from collector.storage.object_store import NoSuchObject, ObjectStore
from collector.storage.stored_drawing import BadStoredDrawing, parse_stored_drawing
from collector.symbols.symbol_set import DIGITS, SymbolSet
from collector.upload.ownership import Claim, Ownership

BATCH = 32  # drawings removed at once, and looked for in one walk through the arrivals
CLOCK_SLACK = timedelta(days=1)  # by which the clock may have been set back between receiving and uploading


def remove_deleted(
    spool: Spool,
    store: ObjectStore,
    pool: ThreadPoolExecutor,
    stop: threading.Event,
    ownership: Ownership | None = None,
    symbols: SymbolSet = DIGITS,
) -> Exception | None:
    """Removes every deleted drawing that may still be there, oldest first, past those that fail, until `stop` is set.

    Every step may be done twice. Not while a drawing is being uploaded: what is put behind its back would stay.

    Returns:
        The first error; what it is about still waits in the spool.
    """
    first: Exception | None = None
    after = 0
    try:
        while not stop.is_set() and (batch := spool.removals.pending(BATCH, after)):
            after = batch[-1].seq
            batch = _own(spool, batch, ownership)
            outcomes = list(pool.map(lambda deleted: _try(store, deleted, stop, symbols), batch))
            done = [(deleted, outcome) for deleted, outcome in zip(batch, outcomes, strict=True)]
            gone = [deleted for deleted, outcome in done if isinstance(outcome, bool)]
            first = first or next((outcome for outcome in outcomes if isinstance(outcome, Exception)), None)
            if not gone and batch:
                return first  # A store that is down is not asked for every one.
            if not gone:
                continue  # others' ids, or contested ones
            _remove_arrivals(store, gone)
            _remove_index_entries(store, {deleted.id for deleted, outcome in done if outcome is False})
            for deleted in gone:
                spool.removals.mark_removed(deleted.id)
            if ownership is not None:
                ownership.release()
            spool.removals.forget_traces()
    except Exception as error:  # as for uploads: this goes on for ever, whatever disk and store say
        return first or error
    return first


def _own(spool: Spool, batch: Sequence[Unremoved], ownership: Ownership | None) -> list[Unremoved]:
    """Those that are their deleter's to remove; an id that another contributor has in the store is left alone."""
    if ownership is None:
        return list(batch)
    claimed = [each for each in batch if each.contributor is not None]
    now = datetime.now(UTC).isoformat()
    waiting = ownership.claim([Claim(now, str(each.contributor), each.id) for each in claimed]) if claimed else set()
    own = []
    for deleted in batch:
        stored = None if deleted.contributor is None else ownership.stored(deleted.id)
        if stored is not None and stored.contributor != deleted.contributor:
            spool.removals.take_back(deleted.id)
            spool.uploads.give_up(deleted.id, stored.contributor)
        elif deleted.id not in waiting:
            own.append(deleted)
    return own


def _try(store: ObjectStore, deleted: Unremoved, stop: threading.Event, symbols: SymbolSet) -> Exception | bool:
    if stop.is_set():
        return InterruptedError("stopped")
    try:
        return _remove_objects(store, deleted, symbols)
    except Exception as error:  # HTTP clients have raised AttributeError for a broken answer
        return error


def _remove_objects(store: ObjectStore, deleted: Unremoved, symbols: SymbolSet = DIGITS) -> bool:
    """Removes all but the arrivals; returns whether the index entry was among it."""
    # First: from now on nobody trains on it, whatever else is still there.
    store.put(tombstone_key(deleted.id), b"")
    contributor = _contributor_of(store, deleted.id)  # the spool has forgotten who it was
    store.delete(drawing_key(deleted.id))
    if contributor is not None:
        store.delete(index_key(contributor, deleted.id))
    store.delete(verdict_key(deleted.id))
    store.delete(hidden_key(deleted.id))
    for key in list(store.keys(relabelled_prefix(deleted.id))):
        store.delete(key)
    place = deleted.label
    classes = symbols.classes if place is None or place >= len(symbols.classes) else symbols.classes[place : place + 1]
    for each in classes:
        # Listed, not counted from its JSON: an upload that was cut short left samples without one.
        for key in list(store.keys(samples_prefix(each.id, deleted.id))):
            store.delete(key)
    return contributor is not None


def remove_drawing(store: ObjectStore, drawing: str) -> None:
    """Removes one drawing from the store, as an operator asks for it, and leaves its tombstone.

    Raises:
        StoreError: something of it may still be there; the tombstone keeps it out of use.
    """
    deleted = Unremoved(0, drawing, None, None)
    had_entry = _remove_objects(store, deleted)
    _remove_arrivals(store, [deleted])
    if not had_entry:
        _remove_index_entries(store, {drawing})


def _contributor_of(store: ObjectStore, drawing: str) -> str | None:
    try:
        contributor = parse_stored_drawing(store.get(drawing_key(drawing))).contributor
    except (NoSuchObject, BadStoredDrawing):
        return None
    return contributor if is_contributor(contributor) else None


def _remove_index_entries(store: ObjectStore, drawings: set[str]) -> None:
    """One walk for the drawings whose JSON is missing or damaged: most were deleted before their upload."""
    if not drawings:
        return
    for key in [key for key in store.keys(CONTRIBUTORS) if _indexed(key) in drawings]:
        store.delete(key)


def _indexed(key: str) -> str | None:
    try:
        return parse_index_key(key)[1]
    except NotInLayout:
        return None


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
