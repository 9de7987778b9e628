"""Keeps the recognisers that are fitted to examples, the operator's together with one visitor's."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np

from service.personal.embedder import STAGES
from service.personal.memory import Memory, join_memories
from training.models.few_shot.recogniser import Examples, FewShot

KEPT = 32  # of visitors who draw now; others are fitted again
SMALL = 30  # examples that are fitted on the event loop, within milliseconds
FEW = 120  # that an acknowledgement waits for


@cache
def _fitting_thread() -> ThreadPoolExecutor:
    """One for all sets: fitting is rare, and predictions come first."""
    return ThreadPoolExecutor(1, "fit")


def _count(*memories: Memory | None) -> int:
    return sum(memory.count for memory in memories if memory is not None)


class Recognisers:
    """Of one embedding and one definition. `find` is for the event loop, `prepare` for other threads."""

    def __init__(self, places: Sequence[int]) -> None:
        """`places` are those of the classes that can be drawn."""
        self._places = frozenset(places)
        # Memories are compared by identity: they never change, and are replaced as a whole.
        self._kept: OrderedDict[tuple[int, int], tuple[Memory | None, Memory | None, FewShot | None]] = OrderedDict()
        self._lock = threading.Lock()
        self._fitting: set[tuple[int, int]] = set()

    def prepare(self, shared: Memory | None, own: Memory | None) -> FewShot | None:
        """Fits a recogniser to these examples; takes up to a second for thousands."""
        fitted = self._fit(shared, own)
        with self._lock:
            self._kept[id(shared), id(own)] = shared, own, fitted
            self._fitting.discard((id(shared), id(own)))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return fitted

    def find(self, shared: Memory | None, own: Memory | None) -> FewShot | None:
        """The recogniser of these examples; while it is fitted, that of the operator's or of an earlier state."""
        key = (id(shared), id(own))
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept[2]
        if _count(shared, own) <= SMALL:
            return self.prepare(shared, own)
        self._prepare_soon(shared, own)
        with self._lock:
            kept_now = list(reversed(self._kept.values()))
        former = [each for each in kept_now if each[1] is own or each[0] is shared]
        by_operator = [each for each in kept_now if each[1] is None]
        return next((fitted for _, _, fitted in (*former, *by_operator) if fitted is not None), None)

    def prepare_in_time(self, shared: Memory | None, own: Memory | None) -> None:
        """Fits few examples before it returns, and many in the background, because that takes seconds."""
        if _count(shared, own) <= FEW:
            self.prepare(shared, own)
        else:
            self._prepare_soon(shared, own)

    def _prepare_soon(self, shared: Memory | None, own: Memory | None) -> None:
        with self._lock:
            if (id(shared), id(own)) in self._fitting:
                return
            self._fitting.add((id(shared), id(own)))
        _fitting_thread().submit(self.prepare, shared, own)

    def _fit(self, shared: Memory | None, own: Memory | None) -> FewShot | None:
        memory = shared or own if shared is None or own is None else join_memories(shared, own)
        if memory is None:
            return None
        labels, counts = memory.labels[memory.starts].astype(np.int64), np.bincount(memory.drawings)
        usable = (counts == len(STAGES)) & np.isin(labels, list(self._places))
        if not usable.any():
            return None
        rows = memory.embeddings[usable[memory.drawings]].reshape(int(usable.sum()), len(STAGES), -1)
        return FewShot(Examples(rows, labels[usable]), sorted(set(labels[usable].tolist())))
