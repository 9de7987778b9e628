"""Uploads pending drawings from the spool to the object store, and removes deleted ones from it.

Drawings that fail for a reason of their own go into quarantine; a store that fails is tried again for all of them.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from collector.contribution.layout import is_contributor
from collector.spool.group_commit import SpoolError
from collector.spool.pending_drawing import BadPendingDrawing, PendingDrawing
from collector.spool.spool import Spool
from collector.storage.object_store import BadKey, ObjectStore
from collector.storage.stored_drawing import BadStoredDrawing
from collector.symbols.symbol_set import DIGITS, SymbolSet
from collector.tracing import span
from collector.upload.drawing_upload import DrawingUpload, PutFailed
from collector.upload.ownership import Claim, Ownership
from collector.upload.refusals import Refusals
from collector.upload.removal import remove_deleted

log = logging.getLogger(__name__)

WORKERS = 8  # concurrent uploads; below the number of connections that the S3 client keeps
BATCH = 4 * WORKERS  # drawings read from the spool at once
IDLE_SECONDS = 0.5  # how late a stop, or a drawing accepted by another process, is seen
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 10.0  # how late the return of the store is seen
RETRY_AFTER = timedelta(hours=1)  # for a drawing that the store refused; its policy may have been mended

OWN_FAULTS = (BadPendingDrawing, BadStoredDrawing, BadKey)  # no later attempt can succeed


@dataclass(slots=True)
class _Pass:
    """The outcome of one pass over the pending drawings."""

    uploaded: int = 0
    failed: int = 0
    quarantined: int = 0
    error: Exception | None = None
    store_works: bool | None = None  # the probe's answer, None until it was asked


class Uploader:
    """Uploads by itself until it is stopped (`run`), or once (`drain`)."""

    def __init__(
        self,
        spool: Spool,
        store: ObjectStore,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
        ownership: Ownership | None = None,
        symbols: Callable[[], SymbolSet] = lambda: DIGITS,
    ) -> None:
        """`ownership` decides between replicas; without it, no other replica may write to the store.

        `symbols` reads the definition of the set that spool and store are of.
        """
        self._symbols = symbols
        self._spool = spool
        self._store = store
        self._clock = clock
        self._jitter = jitter
        self._ownership = ownership
        self._upload = DrawingUpload(spool, store, clock, ownership)
        self._refusals = Refusals(store, clock)
        self._noted: str | None = None  # the trouble that other processes were last shown

    def run(self, stop: threading.Event) -> None:
        """Uploads until `stop` is set; never raises. Uploads under way are finished first."""
        failures = 0
        while not stop.is_set():
            try:
                with ThreadPoolExecutor(WORKERS, "uploader") as pool:
                    failures = self._run(pool, stop, failures)
            except Exception as error:  # no thread, no memory, no descriptor: all of these pass
                failures += 1
                self._back_off("the uploader failed", error, failures, stop)

    def _run(self, pool: ThreadPoolExecutor, stop: threading.Event, failures: int) -> int:
        while not stop.is_set():
            done = self._walk(pool, stop)
            if done.error is None:
                failures = 0
                self._note("")
                self._spool.wait_for_arrival(IDLE_SECONDS)
                continue
            failures = 1 if done.uploaded else failures + 1
            self._back_off(_summary(done), done.error, failures, stop)
        return failures

    def _back_off(self, what: str, error: Exception, failures: int, stop: threading.Event) -> None:
        delay = backoff_seconds(failures, self._jitter())
        log.warning("%s, next try in %.1f s: %s", what, delay, error)
        if not stop.is_set():
            self._note(f"{what}: {error}")
        stop.wait(delay)

    def _note(self, trouble: str) -> None:
        if trouble == self._noted:
            return
        try:
            self._spool.uploads.note_trouble(trouble)
        except SpoolError as error:
            log.warning("the uploader's state was not noted: %s", error)
        else:
            self._noted = trouble

    def drain(self) -> int:
        """Tries every pending drawing once; returns how many went up. Failed ones still wait."""
        with ThreadPoolExecutor(WORKERS, "uploader") as pool:
            done = self._walk(pool, threading.Event())
        if done.error is not None:
            log.warning("%s: %s", _summary(done), done.error)
        return done.uploaded

    def _walk(self, pool: ThreadPoolExecutor, stop: threading.Event) -> _Pass:
        """Oldest first to the end, past failing drawings; a batch of failures ends it unless the store works."""
        done, after = _Pass(), 0
        while not stop.is_set():
            try:
                batch = self._spool.uploads.pending(BATCH, after, self._clock())
            except Exception as error:  # uploads go on for ever, whatever the disk does
                done.error = error
                return done
            # Between uploads, never beside them: an upload that was under way during its drawing's deletion has ended.
            removal_error = self._remove(pool, stop)
            done.error = done.error or removal_error
            if not batch:
                return done
            after = batch[-1].seq
            if not self._upload_batch(batch, pool, stop, done):
                return done
        return done

    def _remove(self, pool: ThreadPoolExecutor, stop: threading.Event) -> Exception | None:
        try:
            symbols = self._symbols() if self._spool.removals.pending(1) else DIGITS
        except Exception as error:  # as for uploads
            return error
        return remove_deleted(self._spool, self._store, pool, stop, self._ownership, symbols)

    def _upload_batch(
        self, batch: list[PendingDrawing], pool: ThreadPoolExecutor, stop: threading.Event, done: _Pass
    ) -> bool:
        """Tries each drawing; returns whether the pass should go on."""
        try:
            waiting = self._claim(batch)
        except Exception as failure:  # HTTP clients have raised AttributeError for a broken answer
            done.failed += len(batch)
            done.error = done.error or failure
            return False
        batch = [pending for pending in batch if pending.id not in waiting]
        errors = list(pool.map(lambda pending: self._try(pending, stop), batch))
        self._release()
        failed = [(pending, error) for pending, error in zip(batch, errors, strict=True) if error is not None]
        for pending, error in failed:
            if isinstance(error, OWN_FAULTS):
                self._quarantine(pending, f"{error}", done, retry_at=None)
        others = [(pending, error) for pending, error in failed if not isinstance(error, OWN_FAULTS)]
        done.uploaded += len(batch) - len(failed)
        if not others or stop.is_set():
            return not stop.is_set()
        done.failed += len(others)
        done.error = done.error or others[0][1]
        if done.store_works is None:
            done.store_works = self._refusals.store_works()
        if not done.store_works:
            return len(failed) < len(batch)
        for pending, error in others:
            if isinstance(error, PutFailed) and self._refusals.is_refused(pending, error):
                self._quarantine(pending, f"the store refused it: {error}", done, self._clock() + RETRY_AFTER)
        return True

    def _claim(self, batch: Sequence[PendingDrawing]) -> set[str]:
        if self._ownership is None:
            return set()
        return self._ownership.claim(
            [Claim(each.received_at, each.contributor, each.id) for each in batch if is_contributor(each.contributor)]
        )

    def _release(self) -> None:
        if self._ownership is None:
            return
        try:
            self._ownership.release()
        except Exception as error:  # the next claim replaces it
            log.debug("the claim was not taken back: %s", error)

    def _quarantine(self, pending: PendingDrawing, reason: str, done: _Pass, retry_at: datetime | None) -> None:
        try:
            self._spool.uploads.quarantine(pending.seq, reason, self._clock(), retry_at)
        except SpoolError as error:
            done.error = done.error or error
            return
        self._refusals.forget(pending)
        done.quarantined += 1
        log.error("drawing %s is in quarantine (midstroke spool list): %s", pending.id or pending.seq, reason)

    def _try(self, pending: PendingDrawing, stop: threading.Event) -> Exception | None:
        if stop.is_set():
            return InterruptedError("stopped")
        try:
            with span("upload", pending.id):
                self._upload.upload(pending)
        except Exception as error:  # HTTP clients have raised AttributeError for a broken answer
            return error
        self._refusals.forget(pending)
        return None


def backoff_seconds(failures: int, jitter: float) -> float:
    """0.5 s doubling to 10 s, minus a random half (`jitter` 0 to 1) so that instances spread."""
    longest = min(FIRST_DELAY_SECONDS * 2.0 ** min(failures - 1, 16), LONGEST_DELAY_SECONDS)
    return longest * (0.5 + 0.5 * jitter)


def _summary(done: _Pass) -> str:
    if not done.failed:
        return f"{done.uploaded} drawings uploaded, but not all deleted ones are removed"
    return f"{done.failed} drawings not uploaded, {done.uploaded} were"
