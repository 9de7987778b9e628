"""Looks at the symbol sets of a store one after the other, and trains those that have something to learn."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

from collector.storage.folder_store import FolderStore
from collector.storage.object_store import ObjectStore
from collector.storage.symbol_sets import store_of, stored_sets
from collector.symbols.symbol_set import SymbolSet
from training.families.recipes import FAMILIES, Family
from training.learning.challenger import Outcome, Run
from training.learning.state.lease import TrainerLease
from training.learning.symbol_sets.examples import ExampleVectors
from training.learning.symbol_sets.set_trainer import SetTrainer
from training.models.registry import Registry
from training.models.shipped import FIRST_MODELS
from training.webhook import VersionEvent

BACK_OFF_SECONDS = 60.0  # of a set after a failure; the others go on

log = logging.getLogger(__name__)


class NoPathModel(Exception):
    """No path model ships, whose embedding sets are recognised by."""


class SetTrainers:
    """One trainer for each set; `poll` looks at the next set, `train` at a certain one."""

    def __init__(
        self,
        store: ObjectStore,
        retrain_after: int,
        stop: threading.Event,
        families: Sequence[Family] = FAMILIES,
        first_models: ObjectStore | None = None,
        run: Run | None = None,
        shard_cache: Path | None = None,
        lease: TrainerLease | None = None,
        tell: Callable[[VersionEvent], None] = lambda _event: None,
        shadow_seconds: float = 0.0,
    ) -> None:
        """`store` is the whole store; `lease` one that is held on it; the rest as `Trainer`'s."""
        self._store = store
        self._retrain_after = retrain_after
        self._stop = stop
        self._families = families
        self._shipped = Registry(first_models or FolderStore(FIRST_MODELS))
        self._run = replace(run or Run(), should_stop=self._should_stop)
        self._shard_cache = shard_cache
        self._lease = lease
        self._tell = tell
        self._shadow_seconds = shadow_seconds
        self._vectors: ExampleVectors | None = None
        self._trainers: dict[str, SetTrainer] = {}
        self._last = ""  # the set that was looked at last
        self._due: dict[str, float] = {}  # sets that failed, and when they are tried again

    def poll(self) -> list[Outcome]:
        """Looks at the next set; a failure is logged, and keeps that set alone waiting.

        Raises:
            StoreError: the sets can't be listed.
        """
        waiting = {symbols.id: symbols for symbols in stored_sets(self._store)}
        for gone in set(self._trainers) - set(waiting):
            del self._trainers[gone]
        ids = [name for name in waiting if self._due.get(name, 0.0) <= monotonic()]
        if not ids:
            return []
        self._last = next((name for name in ids if name > self._last), ids[0])
        try:
            return self.train(waiting[self._last])
        # The edge of one set: whatever its objects make the libraries raise, the other sets go on.
        except Exception as error:
            if self._should_stop():
                return []
            self._due[self._last] = monotonic() + BACK_OFF_SECONDS
            log.warning("set %s is not trained: %s: %s", self._last, type(error).__name__, error, exc_info=True)
            return []

    def train(self, symbols: SymbolSet, at_least: int | None = None) -> list[Outcome]:
        """Looks at one set; raises as `SetTrainer.poll` and `trainer_of` do."""
        return self.trainer_of(symbols).poll(at_least)

    def trainer_of(self, symbols: SymbolSet) -> SetTrainer:
        """The set's trainer, with its present definition.

        Raises:
            NoPathModel: no path model ships.
        """
        found = self._trainers.get(symbols.id)
        if found is None:
            cache = None if self._shard_cache is None else self._shard_cache.with_name("set-shards") / symbols.id
            found = self._trainers[symbols.id] = SetTrainer(
                store_of(self._store, symbols.id), symbols, self._shipped, self._example_vectors(), self._families,
                self._retrain_after, self._run, cache, self._lease, self._tell, self._shadow_seconds,
            )  # fmt: skip
        found.symbols = symbols
        return found

    def _example_vectors(self) -> ExampleVectors:
        if self._vectors is None:
            pointer = self._shipped.champion("path")
            if pointer is None:
                raise NoPathModel("no path model ships, whose embedding sets are recognised by")
            self._vectors = ExampleVectors(self._shipped.load("path", pointer.version))
        return self._vectors

    def _should_stop(self) -> bool:
        return self._stop.is_set() or (self._lease is not None and not self._lease.is_held)
