"""Uploads the spools of a folder to their end, for a replica that goes away."""

from __future__ import annotations

import fcntl
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic

from collector.spool.spool import Spool
from collector.storage.object_store import ObjectStore, StoreError
from collector.storage.shared_key import agree_on_key
from collector.symbols.symbol_set import DIGITS_ID, PLACES_MAX
from collector.upload.set_uploads import make_uploader, set_spool_file, sets_with_spools
from collector.upload.uploader import Uploader

LOOK_SECONDS = 0.2

log = logging.getLogger(__name__)


def drain(var: Path, store: ObjectStore, key: bytes, seconds: float) -> str:
    """Returns a description of what is left in the folder's spools after at most `seconds`; empty if the store has all.

    Uploads by itself unless a running service does; then it waits.

    Raises:
        OtherKey: the store belongs to services with another contributor key.
        SpoolError: a spool can't be read.
    """
    with ExitStack() as opened:
        spools: list[tuple[Spool, Uploader]] = []
        for set_id in [DIGITS_ID] * set_spool_file(var, DIGITS_ID).exists() + sets_with_spools(var):
            spool = Spool(set_spool_file(var, set_id), labels=PLACES_MAX)
            opened.callback(spool.close)
            spools.append((spool, make_uploader(set_id, spool, store)))
        return _drain(spools, set_spool_file(var, DIGITS_ID), store, key, monotonic() + seconds)


def _drain(
    spools: Sequence[tuple[Spool, Uploader]], spool_file: Path, store: ObjectStore, key: bytes, end: float
) -> str:
    stop, error = threading.Event(), ""
    while left := "; ".join(filter(None, (left_in(spool) for spool, _ in spools))):
        if monotonic() > end:
            return f"{left}: {error}" if error else left
        with _is_alone(spool_file) as is_alone:
            try:
                if is_alone:
                    agree_on_key(store, key)
                    for _, uploader in spools:
                        uploader.drain()
            except StoreError as failure:
                error = str(failure)
        stop.wait(LOOK_SECONDS)
    return ""


def left_in(spool: Spool) -> str:
    """Describes what the store does not have yet; empty when it has everything."""
    waiting, deleted = spool.uploads.backlog().drawings, len(spool.removals.pending(1))
    quarantined = spool.uploads.count_quarantined()[0]
    parts = [
        f"{waiting} drawings wait for upload" if waiting else "",
        f"{quarantined} of them in quarantine" if quarantined else "",
        "deleted drawings wait for their removal" if deleted else "",
    ]
    return ", ".join(part for part in parts if part)


@contextmanager
def _is_alone(spool_file: Path) -> Iterator[bool]:
    """False while a service's uploader works on this spool."""
    with spool_file.with_suffix(".uploading").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        except OSError as error:  # some network shares have no locks
            log.debug("%s can't be locked: %s", lock.name, error)
        yield True
