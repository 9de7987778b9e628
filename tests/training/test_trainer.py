"""The trainer from end to end, on a store in memory: who is counted, what is published, what survives failures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from collector.layout import TRAINER_PROGRESS, TRAINER_STATUS, tombstone_key
from collector.object_store import MemoryStore, StoreError
from tests.training.contributing import NOON, contribute, contribute_all
from training.artifact import check_artifact
from training.families import Family, Resume, family_named
from training.reference import reference_drawings
from training.registry import Registry, RegistryError
from training.status import TrainerStatus, parse_status
from training.trainer import Trainer

DRAWINGS = reference_drawings("replay")[::7]
RASH = Resume("sgd", 5.0, batches=30, batch_size=100, copies=2, pull=0.0, replay=0.01)


def trainer_of(store: MemoryStore, family: Family, retrain_after: int = 3) -> Trainer:
    return Trainer(store, retrain_after, threading.Event(), [family], first_models=store)


def status(store: MemoryStore) -> TrainerStatus:
    return parse_status(store.get(TRAINER_STATUS))


def version(store: MemoryStore) -> str:
    champion = Registry(store).champion("original")
    assert champion is not None
    return champion.version


def test_new_drawings_make_a_new_champion(store: MemoryStore, family: Family) -> None:
    before = version(store)
    contribute_all(store, DRAWINGS[:3])

    (outcome,) = trainer_of(store, family).poll()

    after = version(store)
    assert outcome.verdict.accepted, outcome.verdict.reasons
    assert after == outcome.artifact.card.version != before
    assert (status(store).state, status(store).version) == ("published", after)
    published = Registry(store).load("original", after)
    check_artifact(published)
    assert (published.card.resumed_from, published.card.replaces) == (before, before)
    assert published.card.trained_on.drawings == 203
    assert Registry(store).figure("original", after, "accuracy.svg")


def test_too_few_are_waited_for_and_told_of(store: MemoryStore, family: Family) -> None:
    contribute_all(store, DRAWINGS[:2])
    contribute_all(store, DRAWINGS[2:6], use="judging")

    outcomes = trainer_of(store, family).poll()

    assert outcomes == []
    told = status(store)
    assert (told.state, told.new_drawings, told.needed, told.new_judging) == ("waiting", 2, 3, 4)


def test_what_was_trained_on_is_not_trained_on_again(store: MemoryStore, family: Family) -> None:
    contribute_all(store, DRAWINGS[:3])
    trainer = trainer_of(store, family)
    trainer.poll()

    assert trainer.poll() == []
    assert trainer_of(store, family).poll() == []
    assert trainer_of(store, family).poll(at_least=1) == []


def test_a_drawing_that_arrives_late_is_not_missed(store: MemoryStore, family: Family) -> None:
    contribute_all(store, DRAWINGS[:3], when=NOON)
    trainer = trainer_of(store, family)
    trainer.poll()

    contribute_all(store, DRAWINGS[3:6], when=NOON - timedelta(minutes=5))

    assert len(trainer.poll()) == 1
    assert trainer.poll() == []


def test_the_same_drawing_arriving_twice_counts_once(store: MemoryStore, family: Family) -> None:
    ids = contribute_all(store, DRAWINGS[:2])
    contribute(store, DRAWINGS[0], known_as=ids[0], when=NOON + timedelta(hours=2))

    assert trainer_of(store, family).poll() == []
    assert status(store).new_drawings == 2


def test_a_deleted_drawing_is_neither_counted_nor_trained_on(store: MemoryStore, family: Family) -> None:
    ids = contribute_all(store, DRAWINGS[:3])
    store.put(tombstone_key(ids[1]), b"")

    assert trainer_of(store, family).poll() == []
    assert status(store).new_drawings == 2


def test_a_challenger_that_forgets_is_refused_and_the_champion_stays(store: MemoryStore, family: Family) -> None:
    before = version(store)
    contribute_all(store, [replace(drawing, label=(drawing.label + 1) % 10) for drawing in DRAWINGS[:3]])

    (outcome,) = trainer_of(store, replace(family, resume=RASH)).poll()

    assert not outcome.verdict.accepted
    assert version(store) == before
    told = status(store)
    assert (told.state, told.family, told.version) == ("refused", "original", outcome.artifact.card.version)
    assert any(reason.startswith("fails:") for reason in told.reasons)


def test_a_refused_challenger_is_kept_with_its_reasons_and_figures(store: MemoryStore, family: Family) -> None:
    before = version(store)
    contribute_all(store, [replace(drawing, label=(drawing.label + 1) % 10) for drawing in DRAWINGS[:3]])

    (outcome,) = trainer_of(store, replace(family, resume=RASH)).poll()

    registry, refused = Registry(store), outcome.artifact.card.version
    assert registry.versions("original") == [before, refused]
    card = registry.card("original", refused)
    assert card.is_refused
    assert tuple(card.gate["reasons"]) == outcome.verdict.reasons
    assert registry.figure("original", refused, "accuracy.svg")
    with pytest.raises(RegistryError, match="no former champion"):
        registry.rollback("original")


def test_a_family_without_a_champion_is_not_trained(family: Family) -> None:
    store = MemoryStore()
    contribute_all(store, DRAWINGS[:3])

    assert Trainer(store, 3, threading.Event(), [family], first_models=store).poll() == []


def test_a_champion_of_another_release_is_left_alone(store: MemoryStore, family: Family) -> None:
    before = version(store)
    contribute_all(store, DRAWINGS[:3])
    trainer = trainer_of(store, replace(family, build_model=family_named("softmax").build_model))

    assert trainer.poll() == []
    assert version(store) == before
    assert status(store).state == "refused"
    assert trainer.poll() == []


class Failing(MemoryStore):
    """Copies a store, and fails where it is told to."""

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


@pytest.mark.parametrize("fails_at", ["models/", TRAINER_PROGRESS])
def test_dying_between_training_and_its_note_loses_nothing(store: MemoryStore, family: Family, fails_at: str) -> None:
    contribute_all(store, DRAWINGS[:3])
    failing = Failing(store)
    failing.fails_at = fails_at
    with pytest.raises(StoreError):
        trainer_of(failing, family).poll()

    failing.fails_at = None
    (outcome,) = trainer_of(failing, family).poll()

    assert version(failing) == (outcome.artifact.card.version if outcome.verdict.accepted else version(failing))
    assert trainer_of(failing, family).poll() == []


def test_a_store_that_fails_is_waited_for(store: MemoryStore, family: Family) -> None:
    contribute_all(store, DRAWINGS[:1])
    failing = Failing(store)
    failing.fails_at = "arrivals/"
    stop = threading.Event()
    trainer = Trainer(failing, 3, stop, [family], first_models=store)
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
    trainer = Trainer(store, 3, stop, [family], first_models=store)
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
