"""Runs an uploader for the spool of each symbol set, from when the spool appears.

The digits' spool is `<var>/spool.sqlite`, that of another set `<var>/sets/<id>/spool.sqlite`: what the sets hold is
apart on disk as it is in the store.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from collector.spool.group_commit import SpoolError
from collector.spool.spool import Spool
from collector.storage.object_store import ObjectStore
from collector.storage.symbol_sets import read_set, store_of
from collector.symbols.symbol_set import DIGITS_ID, PLACES_MAX
from collector.symbols.text import ID
from collector.upload.ownership import Ownership
from collector.upload.uploader import Uploader

SETS = "sets"
SPOOL = "spool.sqlite"
LOOK_SECONDS = 1.0  # between looks for the spools of new sets

log = logging.getLogger(__name__)


def set_spool_file(var: Path, set_id: str) -> Path:
    """The file of a set's spool."""
    return var / SPOOL if set_id == DIGITS_ID else var / SETS / set_id / SPOOL


def sets_with_spools(var: Path) -> list[str]:
    """The ids of the sets, other than digits, that have a spool in this folder."""
    return sorted(
        file.parent.name for file in (var / SETS).glob(f"*/{SPOOL}") if ID.fullmatch(file.parent.name) is not None
    )


def upload_sets(var: Path, store: ObjectStore, stop: threading.Event) -> None:
    """Uploads what the sets' spools hold, each to its part of `store`, until `stop` is set."""
    running: dict[str, tuple[Spool, threading.Thread]] = {}
    while not stop.is_set():
        for set_id in sets_with_spools(var):
            if set_id not in running:
                try:
                    spool = Spool(set_spool_file(var, set_id), labels=PLACES_MAX)
                except SpoolError as error:  # another process may hold its lock
                    log.warning("the spool of set %s can't be opened yet: %s", set_id, error)
                    continue
                running[set_id] = spool, _start(set_id, spool, store, stop)
        stop.wait(LOOK_SECONDS)
    for spool, thread in running.values():
        thread.join()
        spool.close()


def make_uploader(set_id: str, spool: Spool, store: ObjectStore) -> Uploader:
    """The uploader of a set's spool to its part of the store."""
    if set_id == DIGITS_ID:
        return Uploader(spool, store, ownership=Ownership(store, spool.name))
    part = store_of(store, set_id)
    return Uploader(spool, part, ownership=Ownership(part, spool.name), symbols=lambda: read_set(store, set_id))


def _start(set_id: str, spool: Spool, store: ObjectStore, stop: threading.Event) -> threading.Thread:
    uploader = make_uploader(set_id, spool, store)
    thread = threading.Thread(target=uploader.run, args=(stop,), name=f"uploader-{set_id}", daemon=True)
    thread.start()
    return thread
