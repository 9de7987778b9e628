"""A trainer for a test, and what it left to be read in the store."""

from __future__ import annotations

import threading
from collections.abc import Callable

from collector.contribution.layout import TRAINER_STATUS
from collector.storage.memory_store import MemoryStore
from training.families.recipes import Family
from training.learning.trainer import Trainer
from training.models.registry import Registry
from training.models.status import TrainerStatus, parse_status
from training.webhook import VersionEvent

NOTHING_SHIPPED = MemoryStore()  # and so nothing that doubts a label


def trainer_of(
    store: MemoryStore,
    family: Family,
    retrain_after: int = 3,
    shipped: MemoryStore | None = None,
    tell: Callable[[VersionEvent], None] = lambda _event: None,
    shadow_seconds: float = 0.0,
) -> Trainer:
    return Trainer(
        store,
        retrain_after,
        threading.Event(),
        [family],
        first_models=shipped or NOTHING_SHIPPED,
        tell=tell,
        shadow_seconds=shadow_seconds,
    )


def status(store: MemoryStore) -> TrainerStatus:
    return parse_status(store.get(TRAINER_STATUS))


def version(store: MemoryStore) -> str:
    champion = Registry(store).champion("original")
    assert champion is not None
    return champion.version
