"""The trainer from end to end, on a store in memory: who is counted, what is published, what survives failures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from collector.layout import SHARDS, TRAINER_PROGRESS, TRAINER_STATUS, drawing_key, tombstone_key
from collector.object_store import FolderStore, MemoryStore, StoreError
from tests.training.contributing import NOON, contribute, contribute_all
from training.artifact import check_artifact
from training.card import Learnt, parse_card
from training.families import Family, Resume, family_named
from training.reference import reference_drawings
from training.registry import FIRST_MODELS, Registry, RegistryError
from training.shard_files import ShardFiles
from training.shards import Shards
from training.status import TrainerStatus, TrainingOutcome, parse_status
from training.trainer import Trainer

DRAWINGS = reference_drawings("replay")[::7]
RASH = Resume("sgd", 5.0, batches=30, batch_size=100, copies=2, pull=0.0, replay=0.01)
NOTHING_SHIPPED = MemoryStore()  # and so nothing that doubts a label


def trainer_of(
    store: MemoryStore, family: Family, retrain_after: int = 3, shipped: MemoryStore | None = None
) -> Trainer:
    return Trainer(store, retrain_after, threading.Event(), [family], first_models=shipped or NOTHING_SHIPPED)


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


def test_a_drawing_deleted_after_it_taught_teaches_no_more_and_the_next_card_says_so(
    store: MemoryStore, family: Family
) -> None:
    ids = contribute_all(store, DRAWINGS[:3])
    trainer = trainer_of(store, family)
    trainer.poll()
    store.put(tombstone_key(ids[0]), b"")
    contribute_all(store, DRAWINGS[3:6], when=NOON + timedelta(hours=1))

    (outcome,) = trainer.poll()

    card = outcome.artifact.card
    assert parse_card(card.to_json()).trained_on.withdrawn == 1
    kept = Shards(ShardFiles(store))
    kept.hold(list(store.keys(SHARDS)))
    assert ids[0] not in {drawing.id for drawing in kept.drawings()}


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
    assert card.learnt == Learnt(first=1, last=3, drawings=3, total=3)


def test_what_was_refused_by_a_trainer_that_died_stays_refused(store: MemoryStore, family: Family) -> None:
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


def test_labels_that_the_shipped_model_is_sure_are_wrong_neither_teach_nor_judge(
    store: MemoryStore, family: Family, reader: MemoryStore
) -> None:
    wrong = [replace(drawing, label=(drawing.label + 1) % 10) for drawing in DRAWINGS[3:6]]
    ids = contribute_all(store, [*DRAWINGS[:3], *wrong])
    contribute_all(store, wrong[:2], use="judging")

    waited = trainer_of(store, family, retrain_after=4, shipped=reader).poll()
    told = status(store)
    (outcome,) = trainer_of(store, family, shipped=reader).poll()

    assert waited == []
    assert (told.new_drawings, told.doubted) == (3, 3)
    assert outcome.artifact.card.trained_on.drawings == 203
    assert outcome.artifact.card.metrics.judged_on == "200 reference drawings"
    assert all(store.get(drawing_key(drawing)) for drawing in ids)


@pytest.fixture
def reader() -> MemoryStore:
    """A release with the model that reads best, and nothing else."""
    release, shipped = MemoryStore(), FolderStore(FIRST_MODELS)
    for key in shipped.keys("models/path/"):
        release.put(key, shipped.get(key))
    return release


def test_the_last_outcome_of_a_family_is_told_while_the_next_drawings_are_waited_for(
    store: MemoryStore, family: Family
) -> None:
    contribute_all(store, DRAWINGS[:3])
    (outcome,) = trainer_of(store, family).poll()
    contribute_all(store, DRAWINGS[3:5], when=NOON + timedelta(hours=1))

    trainer_of(store, family).poll()

    told = status(store)
    assert (told.state, told.new_drawings) == ("waiting", 2)
    (last,) = told.outcomes
    assert (last.state, last.version) == ("published", outcome.artifact.card.version)
    assert last.reasons == outcome.verdict.reasons


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


def test_outcomes_are_told_newest_first_and_one_of_each_family(store: MemoryStore, family: Family) -> None:
    former = TrainingOutcome("published", family.name, "20261121T034500Z-1f2e3d", ("no worse",), "2026-11-21T03:45:00Z")
    other = TrainingOutcome("refused", "another", "20261121T034500Z-aa11bb", ("worse",), "2026-11-21T03:45:00Z")
    store.put(TRAINER_STATUS, TrainerStatus("waiting", 0, 3, outcomes=(former, other)).to_json())
    contribute_all(store, DRAWINGS[:3])

    (outcome,) = trainer_of(store, family).poll()

    assert [each.version for each in status(store).outcomes] == [outcome.artifact.card.version, other.version]
