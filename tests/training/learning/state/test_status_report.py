"""The trainer's status while it trains."""

from __future__ import annotations

import threading

import pytest

from collector.contribution.layout import TRAINER_STATUS
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError
from training.learning.state.status_report import StatusReport
from training.models.status import parse_status


class Watched(MemoryStore):
    """A store that counts the statuses put into it, and fails on request."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses = 0
        self.fails = False
        self.repeated = threading.Semaphore(0)

    def put(self, key: str, body: bytes) -> None:
        self.statuses += 1
        self.repeated.release()
        if self.fails:
            raise StoreError("no answer")
        super().put(key, body)


@pytest.fixture
def store() -> Watched:
    return Watched()


def wait_for(store: Watched, statuses: int) -> None:
    for _ in range(statuses):
        assert store.repeated.acquire(timeout=10)


def test_a_training_is_reported_again_and_again_until_it_ends(store: Watched) -> None:
    report = StatusReport(store, needed=20, repeat_seconds=0.01)

    with report.training("path", 24):
        wait_for(store, 4)
        status = parse_status(store.get(TRAINER_STATUS))
        assert (status.state, status.family, status.new_drawings) == ("training", "path", 24)
    reported = store.statuses
    report.not_trainable("path", "another release")

    assert store.statuses == reported + 1
    assert parse_status(store.get(TRAINER_STATUS)).state == "refused"


def test_a_store_that_fails_does_not_end_the_training(store: Watched) -> None:
    report = StatusReport(store, needed=20, repeat_seconds=0.01)

    with report.training("path", 24):
        wait_for(store, 1)
        store.fails = True
        wait_for(store, 3)
        store.fails = False
        wait_for(store, 2)

    assert parse_status(store.get(TRAINER_STATUS)).state == "training"
