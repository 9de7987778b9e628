"""The trainer from end to end, on a store in memory: who is counted, what is published, what is reported."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from collector.contribution.layout import SHARDS, TRAINER_STATUS, drawing_key, tombstone_key
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from tests.training.contributing import NOON, contribute, contribute_all
from tests.training.trainers import status, trainer_of, version
from training.data.generated.reference import reference_drawings
from training.data.shards.files import ShardFiles
from training.data.shards.reader import Shards
from training.families.recipes import Family, Resume, family_named
from training.learning.trainer import Trainer
from training.models.artifact import check_artifact
from training.models.card_json import card_to_json, parse_card
from training.models.registry import Registry, RegistryError
from training.models.shadow import ShadowStore
from training.models.shipped import FIRST_MODELS
from training.models.status import TrainerStatus, TrainingOutcome
from training.webhook import VersionEvent

pytestmark = pytest.mark.slow  # trains models

DRAWINGS = reference_drawings("replay")[::7]
RASH = Resume("sgd", 5.0, batches=30, batch_size=100, copies=2, l2_sp=0.0, replay_ratio=0.01)


def test_new_drawings_make_a_new_champion(store: MemoryStore, family: Family) -> None:
    before = version(store)
    contribute_all(store, DRAWINGS[:3])

    events: list[VersionEvent] = []

    (outcome,) = trainer_of(store, family, tell=events.append).poll()

    after = version(store)
    assert events == [VersionEvent("published", "original", after, before, tuple(outcome.verdict.reasons))]
    assert outcome.verdict.accepted, outcome.verdict.reasons
    assert after == outcome.artifact.card.version != before
    assert (status(store).state, status(store).version) == ("published", after)
    published = Registry(store).load("original", after)
    check_artifact(published)
    assert (published.card.resumed_from, published.card.replaces) == (before, before)
    assert published.card.trained_on.sources == {"made": 10, "page": 3, "reference": 200}
    assert Registry(store).figure("original", after, "accuracy.svg")


def test_hundreds_of_drawings_are_trained_on_together_and_longer(store: MemoryStore, family: Family) -> None:
    patient = replace(family, long_resume=replace(RASH, learning_rate=0.05, batches=7, replay_ratio=0.5))
    contribute_all(store, reference_drawings("replay")[:90])
    trainer = trainer_of(store, patient)
    (short,) = trainer.poll()
    contribute_all(store, reference_drawings("replay")[90:110], when=NOON + timedelta(hours=1))

    (long,) = trainer.poll()

    assert short.artifact.card.recipe["long"] is False
    assert (long.artifact.card.recipe["long"], long.artifact.card.recipe["batches"]) == (True, 7)


def test_a_challenger_that_waits_for_live_frames_is_trained_past_by_none(store: MemoryStore, family: Family) -> None:
    before = version(store)
    contribute_all(store, DRAWINGS[:3])
    trainer = trainer_of(store, family, shadow_seconds=600)

    assert trainer.poll() == []

    contribute_all(store, DRAWINGS[3:6])
    assert trainer.poll() == []
    assert version(store) == before
    assert len(ShadowStore(store).registry.versions("original")) == 1
    assert status(store).state == "waiting"

    (outcome,) = trainer_of(store, family).poll()  # a trainer without the setting: the first is promoted, the next made

    assert outcome.artifact.card.replaces != before
    assert len(Registry(store).versions("original")) == 3
    assert list(store.keys("shadow/v1/models/")) == []


def test_too_few_drawings_are_reported_and_waited_for(store: MemoryStore, family: Family) -> None:
    contribute_all(store, DRAWINGS[:2])
    contribute_all(store, DRAWINGS[2:6], use="validation")

    outcomes = trainer_of(store, family).poll()

    assert outcomes == []
    reported = status(store)
    assert (reported.state, reported.new_drawings, reported.needed, reported.new_validation) == ("waiting", 2, 3, 4)


def test_drawings_that_were_trained_on_start_no_other_training(store: MemoryStore, family: Family) -> None:
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


def test_a_drawing_deleted_after_training_trains_no_further_and_the_next_card_says_so(
    store: MemoryStore, family: Family
) -> None:
    ids = contribute_all(store, DRAWINGS[:3])
    trainer = trainer_of(store, family)
    trainer.poll()
    store.put(tombstone_key(ids[0]), b"")
    contribute_all(store, DRAWINGS[3:6], when=NOON + timedelta(hours=1))

    (outcome,) = trainer.poll()

    card = outcome.artifact.card
    assert parse_card(card_to_json(card)).trained_on.withdrawn == 1
    kept = Shards(ShardFiles(store))
    kept.hold(list(store.keys(SHARDS)))
    assert ids[0] not in {drawing.id for drawing in kept.drawings()}


def test_a_challenger_that_forgets_is_refused_and_the_champion_stays(store: MemoryStore, family: Family) -> None:
    before = version(store)
    contribute_all(store, [replace(drawing, label=(drawing.label + 1) % 10) for drawing in DRAWINGS[:3]])

    (outcome,) = trainer_of(store, replace(family, resume=RASH)).poll()

    assert not outcome.verdict.accepted
    assert version(store) == before
    reported = status(store)
    assert (reported.state, reported.family, reported.version) == ("refused", "original", outcome.artifact.card.version)
    assert any(reason.startswith("Failed:") for reason in reported.reasons)


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


def test_labels_that_the_shipped_model_rejects_neither_train_nor_validate(
    store: MemoryStore, family: Family, reader: MemoryStore
) -> None:
    wrong = [replace(drawing, label=(drawing.label + 1) % 10) for drawing in DRAWINGS[3:6]]
    ids = contribute_all(store, [*DRAWINGS[:3], *wrong])
    contribute_all(store, wrong[:2], use="validation")

    waited = trainer_of(store, family, retrain_after=4, shipped=reader).poll()
    reported = status(store)
    (outcome,) = trainer_of(store, family, shipped=reader).poll()

    assert waited == []
    assert (reported.new_drawings, reported.filtered) == (3, 3)
    assert outcome.artifact.card.trained_on.drawings == 213
    assert outcome.artifact.card.metrics.evaluated_on == "200 reference drawings"
    assert all(store.get(drawing_key(drawing)) for drawing in ids)


@pytest.fixture
def reader() -> MemoryStore:
    """A release with the model that reads best, and nothing else."""
    release, shipped = MemoryStore(), FolderStore(FIRST_MODELS)
    for key in shipped.keys("models/path/"):
        release.put(key, shipped.get(key))
    return release


def test_the_last_outcome_of_a_family_is_reported_while_the_next_drawings_are_awaited(
    store: MemoryStore, family: Family
) -> None:
    contribute_all(store, DRAWINGS[:3])
    (outcome,) = trainer_of(store, family).poll()
    contribute_all(store, DRAWINGS[3:5], when=NOON + timedelta(hours=1))

    trainer_of(store, family).poll()

    reported = status(store)
    assert (reported.state, reported.new_drawings) == ("waiting", 2)
    (last,) = reported.outcomes
    assert (last.state, last.version) == ("published", outcome.artifact.card.version)
    assert last.reasons == outcome.verdict.reasons


def test_outcomes_are_reported_newest_first_and_one_of_each_family(store: MemoryStore, family: Family) -> None:
    former = TrainingOutcome("published", family.name, "20261121T034500Z-1f2e3d", ("no worse",), "2026-11-21T03:45:00Z")
    other = TrainingOutcome("refused", "another", "20261121T034500Z-aa11bb", ("worse",), "2026-11-21T03:45:00Z")
    store.put(TRAINER_STATUS, TrainerStatus("waiting", 0, 3, outcomes=(former, other)).to_json())
    contribute_all(store, DRAWINGS[:3])

    (outcome,) = trainer_of(store, family).poll()

    assert [each.version for each in status(store).outcomes] == [outcome.artifact.card.version, other.version]
