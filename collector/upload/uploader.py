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

from collector.contribution.layout import ARRIVALS, PROBE, arrival_key, drawing_key, is_contributor
from collector.spool.pending_drawing import BadPendingDrawing
from collector.spool.spool import PendingDrawing, Spool, SpoolError
from collector.storage.object_store import BadKey, ObjectStore, StoreError
from collector.storage.stored_drawing import BadStoredDrawing
from collector.symbols.symbol_set import DIGITS, SymbolSet
from collector.upload.ownership import Claim, Ownership
from collector.upload.prepared import prepare
from collector.upload.removal import remove_deleted

log = logging.getLogger(__name__)

WORKERS = 8  # concurrent uploads; below the number of connections that the S3 client keeps
BATCH = 4 * WORKERS  # drawings read from the spool at once
IDLE_SECONDS = 0.5  # how late a stop, or a drawing accepted by another process, is seen
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 10.0  # how late the return of the store is seen
REFUSALS = 4  # failures at one key, each while the store accepted a probe, before the drawing goes into quarantine
CONFIRMATIONS = 8  # further failures in a row that confirm it
SAME_TIME = timedelta(milliseconds=1)  # what a stored drawing's time is rounded to
RETRY_AFTER = timedelta(hours=1)  # for a drawing that the store refused; its policy may have been mended
PROBE_BODY = b"Put and deleted by the uploader, to learn whether the store accepts objects.\n"

OWN_FAULTS = (BadPendingDrawing, BadStoredDrawing, BadKey)  # no later attempt can succeed


class _PutFailed(Exception):
    """The store failed for one key."""

    def __init__(self, key: str, error: Exception) -> None:
        super().__init__(f"{error}")
        # An arrival's key changes with the time of each attempt.
        self.key = ARRIVALS if key.startswith(ARRIVALS) else key


@dataclass(slots=True)
class _Pass:
    """The outcome of one pass over the pending drawings."""

    uploaded: int = 0
    failed: int = 0
    quarantined: int = 0
    error: Exception | None = None
    store_works: bool | None = None  # the probe's answer, None until it was asked


class Uploader:
    """Every key depends on the drawing's id alone, so that each step may be repeated."""

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
        self._refusals: dict[int, tuple[str, int]] = {}  # by seq: the key that failed while the store worked, how often
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
            self._spool.note_upload_trouble(trouble)
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
                batch = self._spool.pending(BATCH, after, self._clock())
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
            symbols = self._symbols() if self._spool.unremoved(1) else DIGITS
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
            done.store_works = self._probe()
        if not done.store_works:
            return len(failed) < len(batch)
        for pending, error in others:
            if isinstance(error, _PutFailed):
                self._count_refusal(pending, error, done)
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

    def _count_refusal(self, pending: PendingDrawing, failure: _PutFailed, done: _Pass) -> None:
        key, refusals = self._refusals.get(pending.seq, ("", 0))
        # Another key each time is a store that fails at random, not one that refuses this drawing.
        refusals = refusals + 1 if key == failure.key else 1
        self._refusals[pending.seq] = (failure.key, refusals)
        if refusals >= REFUSALS and self._refuses(pending, failure.key):
            self._quarantine(pending, f"the store refused it: {failure}", done, self._clock() + RETRY_AFTER)

    def _refuses(self, pending: PendingDrawing, key: str) -> bool:
        """Confirms that the store refuses this object, several times at once: one success means it only fails often."""
        prepared = prepare(pending)
        bodies = {**dict(prepared.samples), drawing_key(pending.id): prepared.document}
        if prepared.index is not None:
            bodies[prepared.index] = b""
        name, body = (arrival_key(self._clock(), pending.id), b"") if key == ARRIVALS else (key, bodies[key])
        for _ in range(CONFIRMATIONS):
            try:
                self._store.put(name, body)
            except Exception as error:
                log.debug("%s is still refused: %s", name, error)
            else:
                self._refusals.pop(pending.seq, None)
                return False
        return True

    def _quarantine(self, pending: PendingDrawing, reason: str, done: _Pass, retry_at: datetime | None) -> None:
        try:
            self._spool.quarantine(pending.seq, reason, self._clock(), retry_at)
        except SpoolError as error:
            done.error = done.error or error
            return
        self._refusals.pop(pending.seq, None)
        done.quarantined += 1
        log.error("drawing %s is in quarantine (midstroke spool list): %s", pending.id or pending.seq, reason)

    def _probe(self) -> bool:
        """True when the store accepts an object now, though it failed for some drawings."""
        try:
            self._store.put(PROBE, PROBE_BODY)
            self._store.delete(PROBE)
        except Exception as error:
            log.debug("the probe failed: %s", error)
            return False
        return True

    def _try(self, pending: PendingDrawing, stop: threading.Event) -> Exception | None:
        if stop.is_set():
            return InterruptedError("stopped")
        try:
            self._upload(pending)
        except Exception as error:  # HTTP clients have raised AttributeError for a broken answer
            return error
        self._refusals.pop(pending.seq, None)
        return None

    def _upload(self, pending: PendingDrawing) -> None:
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
        self._spool.mark_uploaded(pending.id)

    def _is_elsewhere(self, pending: PendingDrawing) -> bool:
        """True for an id that another replica has uploaded for another contributor, or removed: dropped here."""
        if self._ownership is None or not is_contributor(pending.contributor):
            return False
        self._check_claim(pending)
        stored = self._ownership.stored(pending.id)
        if stored is not None and stored.contributor != pending.contributor:
            log.warning("drawing %s is another contributor's in the store; the later one is dropped", pending.id)
            self._spool.give_up(pending.id, stored.contributor)
            return True
        if stored is not None and _is_other_time(stored.received_at, pending.received_at):
            # Sent again to another replica, which brings it to its end; with this time, it is this one's earlier try.
            self._spool.mark_uploaded(pending.id)
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
            raise _PutFailed(key, error) from error


def backoff_seconds(failures: int, jitter: float) -> float:
    """0.5 s doubling to 10 s, minus a random half (`jitter` 0 to 1) so that instances spread."""
    longest = min(FIRST_DELAY_SECONDS * 2.0 ** min(failures - 1, 16), LONGEST_DELAY_SECONDS)
    return longest * (0.5 + 0.5 * jitter)


def _is_other_time(stored: datetime, pending: str) -> bool:
    try:
        return abs(stored - datetime.fromisoformat(pending)) > SAME_TIME
    except (TypeError, ValueError):  # a damaged row, or a time without a zone in a drawing that someone else wrote
        return False


def _summary(done: _Pass) -> str:
    if not done.failed:
        return f"{done.uploaded} drawings uploaded, but not all deleted ones are removed"
    return f"{done.failed} drawings not uploaded, {done.uploaded} were"
