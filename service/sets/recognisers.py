"""Keeps the recognisers that are fitted to examples, the operator's together with one visitor's."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from service.personal.embedder import STAGES
from service.personal.vote import Memory, join_memories
from training.models.few_shot.recogniser import Examples, FewShot

KEPT = 32  # of visitors who draw now; others are fitted again
SMALL = 30  # examples that are fitted at once, within milliseconds


class Recognisers:
    """Of one embedding and one definition. `find` is for the event loop, `prepare` for other threads."""

    def __init__(self, places: Sequence[int]) -> None:
        """`places` are those of the classes that can be drawn."""
        self._places = frozenset(places)
        # Memories are compared by identity: they never change, and are replaced as a whole.
        self._kept: OrderedDict[tuple[int, int], tuple[Memory | None, Memory | None, FewShot | None]] = OrderedDict()
        self._lock = threading.Lock()
        self._fitting: set[tuple[int, int]] = set()
        self._threads = ThreadPoolExecutor(1, "fit")

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
        count = sum(memory.count for memory in (shared, own) if memory is not None)
        if count <= SMALL:
            return self.prepare(shared, own)
        with self._lock:
            if key not in self._fitting:
                self._fitting.add(key)
                self._threads.submit(self.prepare, shared, own)
            former = [each for each in reversed(self._kept.values()) if each[1] is own or each[0] is shared]
        return next((fitted for _, _, fitted in former if fitted is not None), None)

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
