"""Commits the writes of many threads to one SQLite file together, with one fsync for each batch."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from collector.spool.network_share import warn_of_network_share

BATCH_MAX = 256  # jobs in one transaction; more would make the first of them wait
BUSY_SECONDS = 5.0  # for another process's write

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "fullfsync=ON",  # macOS answers a plain fsync before the bytes are on disk
    "secure_delete=ON",  # overwrites deleted bytes, which some builds of SQLite leave in free pages
    "journal_size_limit=67108864",  # bytes that the log keeps after a burst
)

Outcome = TypeVar("Outcome")


class SpoolError(Exception):
    """The spool could not complete the call; nothing was acknowledged."""


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[sqlite3.Connection], Any]
    done: Future[Any]


class GroupCommit:
    """`run` returns once the work is on disk. Commits keep the order of the calls."""

    def __init__(self, path: Path, schema: str) -> None:
        """Opens or creates the file.

        Raises:
            SpoolError: the file can't be opened, or is not an SQLite file.
        """
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        # Guards the end of the queue: a job behind the closing mark would wait for ever.
        self._entry = threading.Lock()
        self._closed = False
        self._connection = open_connection(path)
        try:
            self._connection.executescript(schema)
        except sqlite3.Error as error:
            self._connection.close()
            raise SpoolError(f"{path} can't be used: {error}") from error
        self._thread = threading.Thread(target=self._write, name="spool-writer", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[sqlite3.Connection], Outcome]) -> Outcome:
        """Runs `work` in a transaction shared with other waiting jobs; returns when it is committed.

        Raises:
            SpoolError: the disk or SQLite refused; the whole transaction was rolled back.
        """
        job = _Job(work, Future())
        with self._entry:
            if self._closed:
                raise SpoolError("the spool is closed")
            self._jobs.put(job)
        outcome: Outcome = job.done.result()
        return outcome

    def close(self) -> None:
        """Commits pending jobs, then closes the file. Safe to call twice."""
        with self._entry:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._thread.join()
        self._connection.close()

    def _write(self) -> None:
        while batch := self._next_batch():
            self._commit(batch)

    def _next_batch(self) -> list[_Job]:
        """Waits for one job and takes those behind it; empty when everything is done and closed."""
        batch: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            batch.append(job)
            if len(batch) == BATCH_MAX or self._jobs.empty():
                return batch
            job = self._jobs.get()
        # Back into the queue, so that the next call ends at once.
        self._jobs.put(None)
        return batch

    def _commit(self, batch: list[_Job]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = [job.work(self._connection) for job in batch]
            self._connection.execute("COMMIT")
        except Exception as error:  # the thread must outlive any job, and each caller needs an answer
            self._roll_back()
            if len(batch) > 1 and not isinstance(error, sqlite3.OperationalError):
                # One job failed by itself: the others must not fail with it.
                for job in batch:
                    self._commit([job])
                return
            for job in batch:
                job.done.set_exception(SpoolError(f"nothing was written: {error}"))
        else:
            for job, outcome in zip(batch, outcomes, strict=True):
                job.done.set_result(outcome)

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            # SQLite has rolled back by itself; the next BEGIN shows whether the file is usable.
            return


def open_connection(path: Path) -> sqlite3.Connection:
    """A connection whose commits are on disk when they return, for one thread at a time.

    Raises:
        SpoolError: the file can't be opened or created, or is not an SQLite file.
    """
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise SpoolError(f"{path} can't be opened: {error}") from error
    # A damaged text in one row must not hide the others; what reads it checks its form.
    connection.text_factory = lambda text: text.decode(errors="replace")
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        warn_of_network_share(path)
    except sqlite3.Error as error:
        connection.close()
        raise SpoolError(f"{path} can't be opened: {error}") from error
    return connection
