"""The uploader as a process of its own, started by the service: python -m collector.upload.uploader_process SPOOL.

In the service's own interpreter, uploads would make every prediction wait for its turn. The process runs until its
standard input ends, which happens however the service ends.
"""

from __future__ import annotations

import fcntl
import logging
import os
import random
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collector.log_format import start_log
from collector.settings import StoreSettings, contributor_key, open_store
from collector.spool.group_commit import SpoolError
from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from collector.storage.object_store import ObjectStore
from collector.storage.shared_key import OtherKey, agree_on_key
from collector.tracing import NoOpenTelemetry, start_tracing, stop_tracing
from collector.upload.indexing import keep_indexing
from collector.upload.ownership import Ownership
from collector.upload.set_uploads import upload_sets
from collector.upload.uploader import Uploader, backoff_seconds

log = logging.getLogger(__name__)

NICE = 5  # predictions are more urgent than uploads
LAST_SECONDS = 4.0  # for the uploads under way after a stop; the next process repeats them
READ_BYTES = 4096


def main(spool_file: Path) -> None:
    """Uploads the spool's drawings to the store that the environment names."""
    # A Ctrl-C or a service manager's SIGTERM reaches the whole group; the service alone decides when to stop.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    stop = threading.Event()
    threading.Thread(target=_stop_with_input, args=(stop,), daemon=True).start()
    with _alone(spool_file):
        # A process that waited here for another to end may have been stopped in the meantime.
        if not stop.is_set():
            _upload(spool_file, stop)


def _upload(spool_file: Path, stop: threading.Event) -> None:
    settings = StoreSettings()
    try:
        start_tracing(settings.trace_address, settings.trace_percent, "uploader")
    except NoOpenTelemetry as error:  # the service has logged it, unless it runs in another environment
        log.warning("%s", error)
    store = open_store(settings)
    if isinstance(store, FolderStore):
        _sweep(store)
    if not _agree_on_key(store, contributor_key(settings), stop):
        return
    spool = _open_spool(spool_file, stop)
    if spool is not None:
        threading.Thread(target=keep_indexing, args=(store, stop), name="indexing", daemon=True).start()
        sets = threading.Thread(target=upload_sets, args=(spool_file.parent, store, stop), name="set-uploads")
        sets.start()
        Uploader(spool, store, ownership=Ownership(store, spool.name)).run(stop)
        sets.join()
        spool.close()
    stop_tracing()


def _sweep(store: FolderStore) -> None:
    try:
        store.sweep()
    except OSError as error:  # unfinished files cost room and nothing else
        log.warning("unfinished files were not removed: %s", error)


def _agree_on_key(store: ObjectStore, key: bytes, stop: threading.Event) -> bool:
    """Tries until the store has answered; false after a stop.

    With another key than the store's nothing is uploaded: the hashes of contributors would be wrong. The service finds
    the same, and ends.
    """
    failures = 0
    while not stop.is_set():
        try:
            agree_on_key(store, key)
        except OtherKey as error:
            log.error("nothing is uploaded: %s", error)
            stop.wait()
        except Exception as error:  # HTTP clients have raised AttributeError for a broken answer
            failures += 1
            delay = backoff_seconds(failures, random.random())  # noqa: S311 - spreads instances, keeps no secret
            log.warning("the store's key fingerprint can't be read, next try in %.1f s: %s", delay, error)
            stop.wait(delay)
        else:
            return True
    return False


def _open_spool(spool_file: Path, stop: threading.Event) -> Spool | None:
    """Tries until it succeeds, for another process may hold the file's lock; None after a stop."""
    failures = 0
    while not stop.is_set():
        try:
            return Spool(spool_file)
        except SpoolError as error:
            failures += 1
            delay = backoff_seconds(failures, random.random())  # noqa: S311 - spreads instances, keeps no secret
            log.warning("the spool can't be opened, next try in %.1f s: %s", delay, error)
            stop.wait(delay)
    return None


def _stop_with_input(stop: threading.Event) -> None:
    # Not by `sys.stdin`: its lock, held by this thread at the interpreter's end, would abort the process.
    while os.read(0, READ_BYTES):
        pass
    stop.set()
    threading.Timer(LAST_SECONDS, os._exit, (0,)).start()


@contextmanager
def _alone(spool_file: Path) -> Iterator[None]:
    """Waits for the uploader of a killed service to end: it might put objects that this one has just removed."""
    with spool_file.with_suffix(".uploading").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:  # some network shares have no locks
            log.warning("%s can't be locked, so a second uploader may run beside this one: %s", lock.name, error)
        yield


if __name__ == "__main__":
    start_log(os.environ.get("MIDSTROKE_LOG_LEVEL", "info"), StoreSettings().log_format)
    main(Path(sys.argv[1]))
