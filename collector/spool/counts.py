"""Running counts of the drawings in the spool, kept up to date as rows come and go."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from collector.ink.drawing import DIGITS
from collector.spool.deletions import Erased


@dataclass(frozen=True, slots=True)
class Counts:
    """Drawings accepted and not deleted: all, this contributor's, and all by label 0 to 9."""

    total: int
    yours: int
    by_label: tuple[int, ...]


class Counted:
    """Running counts of the rows up to `seq`, without those of the deletions up to `deletions`."""

    def __init__(self, deletions: int = 0) -> None:
        self.seq = 0
        self.deletions = deletions
        self._by_label = [0] * DIGITS
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
