"""From the spool to the object store, for as long as it takes, and out of it what contributors deleted.

The only one that takes drawings out of the spool.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from collector.contribution.layout import arrival_key, drawing_key
from collector.spool.spool import PendingDrawing, Spool
from collector.storage.object_store import ObjectStore
from collector.storage.stored_drawing import parse_stored_drawing
from collector.upload.removal import remove_deleted

log = logging.getLogger(__name__)

WORKERS = 8  # drawings on their way at once; below the connections that the S3 client keeps
BATCH = 4 * WORKERS  # drawings read from the spool at once
IDLE_SECONDS = 0.5  # how late a stop, or what another process put into the spool, is seen
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 10.0  # how late it may see that the store is back


@dataclass(slots=True)
class _Pass:
    """One walk through what waits."""

    uploaded: int = 0
    failed: int = 0
    error: Exception | None = None


class Uploader:
    """Every key comes from the drawing's id, so that doing any step twice does no harm."""

    def __init__(
        self,
        spool: Spool,
        store: ObjectStore,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._spool = spool
        self._store = store
        self._clock = clock
        self._jitter = jitter

    def run(self, stop: threading.Event) -> None:
        """Uploads what comes until `stop` is set; never raises. A stop waits for the drawings that are on their way."""
        failures = 0
        with ThreadPoolExecutor(WORKERS, "uploader") as pool:
            while not stop.is_set():
                done = self._walk(pool, stop)
                if done.error is None:
                    failures = 0
                    self._spool.wait_for_arrival(IDLE_SECONDS)
                    continue
                failures = 1 if done.uploaded else failures + 1
                delay = backoff_seconds(failures, self._jitter())
                log.warning("%s, next try in %.1f s: %s", _told(done), delay, done.error)
                stop.wait(delay)

    def drain(self) -> int:
        """Tries all that waits once; returns how many drawings went up. What failed still waits."""
        with ThreadPoolExecutor(WORKERS, "uploader") as pool:
            done = self._walk(pool, threading.Event())
        if done.error is not None:
            log.warning("%s: %s", _told(done), done.error)
        return done.uploaded

    def _walk(self, pool: ThreadPoolExecutor, stop: threading.Event) -> _Pass:
        """Oldest first to the end, past drawings that fail; but a batch of failures alone ends it."""
        done, after = _Pass(), 0
        while not stop.is_set():
            try:
                batch = self._spool.pending(BATCH, after)
            except Exception as error:  # uploads go on for ever, whatever the disk says
                done.error = error
                return done
            # Between uploads, never beside them: one that was under way when its drawing was deleted has ended.
            removal_error = remove_deleted(self._spool, self._store, pool, stop)
            done.error = done.error or removal_error
            if not batch:
                return done
            after = batch[-1].seq
            errors = [e for e in pool.map(lambda pending: self._try(pending, stop), batch) if e is not None]
            done.uploaded += len(batch) - len(errors)
            done.failed += len(errors)
            done.error = errors[0] if errors else done.error
            if len(errors) == len(batch):
                return done
        return done

    def _try(self, pending: PendingDrawing, stop: threading.Event) -> Exception | None:
        if stop.is_set():
            return InterruptedError("stopped")
        try:
            self._upload(pending)
        except Exception as error:  # HTTP clients have raised AttributeError for a broken answer
            return error
        return None

    def _upload(self, pending: PendingDrawing) -> None:
        if self._spool.was_deleted(pending.id):
            return
        document, pngs = pending.unpack()
        for sample, png in zip(parse_stored_drawing(document).samples, pngs, strict=True):
            self._store.put(sample.key, png)
        if not self._spool.was_deleted(pending.id):
            self._store.put(drawing_key(pending.id), document)
            # Last: who reads the arrival finds the drawing whole.
            self._store.put(arrival_key(self._clock(), pending.id), b"")
        self._spool.mark_uploaded(pending.id)


def backoff_seconds(failures: int, jitter: float) -> float:
    """0.5 s doubling to 10 s, of which a random half (`jitter` 0 to 1) is left out so that instances spread."""
    longest = min(FIRST_DELAY_SECONDS * 2.0 ** min(failures - 1, 16), LONGEST_DELAY_SECONDS)
    return longest * (0.5 + 0.5 * jitter)


def _told(done: _Pass) -> str:
    if not done.failed:
        return f"{done.uploaded} drawings uploaded, but not all that was deleted is removed"
    return f"{done.failed} drawings not uploaded, {done.uploaded} were"
