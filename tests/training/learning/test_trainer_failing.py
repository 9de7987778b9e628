"""A trainer that dies, is stopped, or finds its store failing: nothing is trained on twice, and nothing is skipped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from collector.contribution.layout import TRAINER_PROGRESS, TRAINER_STATUS
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError
from tests.training.contributing import contribute_all
from tests.training.trainers import NOTHING_SHIPPED, status, trainer_of, version
from training.data.generated.reference import reference_drawings
from training.families.recipes import Family, Resume
from training.learning.trainer import Trainer
from training.models.card import ContinuedOn
from training.models.registry import Registry
from training.models.status import parse_status

pytestmark = pytest.mark.slow  # trains models

DRAWINGS = reference_drawings("replay")[::7]
RASH = Resume("sgd", 5.0, batches=30, batch_size=100, copies=2, l2_sp=0.0, replay_ratio=0.01)


class Failing(MemoryStore):
    """Copies a store, and fails at the calls that are named."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__()
        for key in store.keys(""):
            super().put(key, store.get(key))
        self.fails_at: str | None = None
        self.failures = 0

    def put(self, key: str, body: bytes) -> None:
        self._fail_at(key)
        super().put(key, body)

    def keys(self, prefix: str = "", after: str = "") -> Iterator[str]:
        self._fail_at(prefix)
        return super().keys(prefix, after)

    def _fail_at(self, key: str) -> None:
        if self.fails_at is not None and key.startswith(self.fails_at):
            self.failures += 1
            raise StoreError("unreachable")


@pytest.mark.parametrize("fails_at", ["models/original/2", TRAINER_STATUS])
def test_dying_before_the_card_is_put_trains_once_more(store: MemoryStore, family: Family, fails_at: str) -> None:
    contribute_all(store, DRAWINGS[:3])
    failing = Failing(store)
    failing.fails_at = fails_at
    with pytest.raises(StoreError):
        trainer_of(failing, family).poll()

    failing.fails_at = None
    (outcome,) = trainer_of(failing, family).poll()

    assert version(failing) == outcome.artifact.card.version
    assert trainer_of(failing, family).poll() == []


@pytest.mark.parametrize("fails_at", ["models/original/champion.json", TRAINER_PROGRESS])
def test_dying_after_the_card_was_put_does_not_train_on_the_same_again(
    store: MemoryStore, family: Family, fails_at: str
) -> None:
    before = version(store)
    contribute_all(store, DRAWINGS[:3])
    failing = Failing(store)
    failing.fails_at = fails_at
    with pytest.raises(StoreError):
        trainer_of(failing, family).poll()

    failing.fails_at = None
    outcomes = trainer_of(failing, family).poll()

    assert outcomes == []
    card = Registry(failing).card("original", version(failing))
    assert card.replaces == before
    assert card.continued_on == ContinuedOn(first=1, last=3, drawings=3, total=3)


def test_a_challenger_refused_by_a_trainer_that_died_stays_refused(store: MemoryStore, family: Family) -> None:
    before = version(store)
    contribute_all(store, [replace(drawing, label=(drawing.label + 1) % 10) for drawing in DRAWINGS[:3]])
    failing = Failing(store)
    failing.fails_at = TRAINER_PROGRESS
    rash = replace(family, resume=RASH)
    with pytest.raises(StoreError):
        trainer_of(failing, rash).poll()

    failing.fails_at = None
    outcomes = trainer_of(failing, rash).poll()

    assert (outcomes, version(failing)) == ([], before)


def test_a_store_that_fails_is_waited_for(store: MemoryStore, family: Family) -> None:
    contribute_all(store, DRAWINGS[:1])
    failing = Failing(store)
    failing.fails_at = "arrivals/"
    stop = threading.Event()
    trainer = Trainer(failing, 3, stop, [family], first_models=NOTHING_SHIPPED)
    running = threading.Thread(target=trainer.run, args=(0.01,))

    running.start()
    while not failing.failures:
        stop.wait(0.01)
    failing.fails_at = None
    while not list(failing.keys(TRAINER_STATUS)):
        stop.wait(0.01)
    stop.set()
    running.join(timeout=30)

    assert not running.is_alive()
    assert status(failing).new_drawings == 1


def test_being_stopped_in_the_middle_of_training_ends_the_run(store: MemoryStore, family: Family) -> None:
    contribute_all(store, DRAWINGS[:3])
    stop = threading.Event()
    trainer = Trainer(store, 3, stop, [family], first_models=NOTHING_SHIPPED)
    before = version(store)
    put = store.put

    def put_and_stop(key: str, body: bytes) -> None:
        put(key, body)
        if key == TRAINER_STATUS and parse_status(body).state == "training":
            stop.set()

    store.put = put_and_stop  # type: ignore[method-assign]
    trainer.run(0.01)

    assert version(store) == before


def test_progress_that_cannot_be_read_begins_anew(store: MemoryStore, family: Family) -> None:
    contribute_all(store, DRAWINGS[:3])
    store.put(TRAINER_PROGRESS, b"{}")

    assert len(trainer_of(store, family).poll()) == 1
