"""Running counts of the drawings in the spool, kept up to date as rows come and go."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from time import monotonic

from collector.ink.drawing import DIGITS
from collector.spool.deletions import LATEST, Erased
from collector.spool.reader import Reader

RECOUNT_SECONDS = 5.0  # between counts of all rows, however often other processes delete

# Rows are blanked, never removed, and `seq` grows in the order of commits: only new rows are read.
_NEW_ROWS = (
    "SELECT seq, label, contributor FROM drawings "
    "WHERE seq > ? AND label BETWEEN 0 AND ? AND typeof(label) = 'integer' ORDER BY seq"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Drawings accepted and not deleted: all, this contributor's, and all by label, from 0."""

    total: int
    yours: int
    by_label: tuple[int, ...]


class _Counted:
    """Running counts of the rows up to `seq`, without those of the deletions up to `deletions`."""

    def __init__(self, labels: int, deletions: int = 0) -> None:
        self.seq = 0
        self.deletions = deletions
        self._by_label = [0] * labels
        self._by_contributor: Counter[str] = Counter()

    def add(self, seq: int, label: int, contributor: str) -> None:
        self.seq = seq
        self._by_label[label] += 1
        self._by_contributor[contributor] += 1

    def remove(self, erased: Erased) -> None:
        """Subtracts a deleted row, unless another process deleted in between: then only a new count is right."""
        if erased.deletion != self.deletions + 1:
            return
        self.deletions = erased.deletion
        if erased.seq <= self.seq:  # a row that was not read yet will not be found
            self._by_label[erased.label] -= 1
            self._by_contributor[erased.contributor] -= 1

    def counts_for(self, contributor: str | None) -> Counts:
        yours = self._by_contributor.get(contributor, 0) if contributor else 0
        return Counts(sum(self._by_label), yours, tuple(self._by_label))


class RunningCounts:
    """The counts of one spool, for many threads: each call reads the rows that are new."""

    def __init__(self, reader: Reader, labels: int = DIGITS) -> None:
        self._reader = reader
        self._labels = labels
        self._lock = threading.Lock()
        self._counted = _Counted(labels)
        self._recount_after = 0.0

    def of(self, contributor: str | None) -> Counts:
        """Counts with `yours` for this contributor.

        Raises:
            SpoolError: the file can't be read.
        """
        with self._lock:
            self._look_for_deletions()
            for seq, label, who in self._reader.rows(_NEW_ROWS, self._counted.seq, self._labels - 1):
                self._counted.add(seq, label, who)
            return self._counted.counts_for(contributor)

    @property
    def counted_to(self) -> int:
        """The last row counted."""
        with self._lock:
            return self._counted.seq

    def remove(self, erased: Erased, counted_to: int) -> None:
        """Subtracts a row that this process deleted; `counted_to` is from before the deletion was written."""
        with self._lock:
            if self._counted.seq == counted_to:
                self._counted.remove(erased)
            else:  # rows were read in between, before or after this one was blanked
                self._counted = _Counted(self._labels)

    def _look_for_deletions(self) -> None:
        """Starts a new count when another process deleted something: the row no longer names its contributor."""
        ((latest,),) = self._reader.rows(LATEST)
        if latest == self._counted.deletions or monotonic() < self._recount_after:
            return
        if self._counted.seq:
            self._recount_after = monotonic() + RECOUNT_SECONDS
        self._counted = _Counted(self._labels, latest)
