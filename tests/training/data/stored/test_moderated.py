"""Hidden drawings and blocked contributors leave what trains and validates, also out of shards; labels follow."""

from __future__ import annotations

import threading

import pytest

from collector.contribution.layout import blocked_key, hidden_key, relabelled_key
from collector.moderation.moderation import read_moderation
from collector.storage.memory_store import MemoryStore
from tests.training.contributing import NOON, contribute_all, contributor_for
from training.data.contributed import contributed_drawings
from training.data.generated.reference import reference_drawings
from training.data.shards.compaction import Compaction
from training.data.shards.files import ShardFiles
from training.families.recipes import FAMILIES
from training.learning.trainer import Trainer

DRAWINGS = reference_drawings("replay")[:6]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def test_decisions_hold_for_what_is_in_shards_and_what_is_not(store: MemoryStore) -> None:
    blocked = contributor_for("training", 1)
    ids = contribute_all(store, DRAWINGS[:2]) + contribute_all(store, DRAWINGS[2:3], contributor=blocked)
    compaction = Compaction(store, ShardFiles(store))
    compaction.run()
    ids += contribute_all(store, DRAWINGS[3:5])
    for hidden in (ids[0], ids[3]):
        store.put(hidden_key(hidden), b"")
    label = (DRAWINGS[1].label + 1) % 10
    store.put(relabelled_key(ids[1], NOON, label), b"")
    store.put(blocked_key(blocked), b"")

    found = contributed_drawings(store)

    assert {drawing.id: drawing.label for drawing in found} == {ids[1]: label, ids[4]: DRAWINGS[4].label}
    compaction.shards.moderate(read_moderation(store))
    assert [row.drawing for row in compaction.shards.since(1, 10)] == [ids[1]]
    store.delete(hidden_key(ids[0]))
    compaction.shards.moderate(read_moderation(store))
    assert [row.drawing for row in compaction.shards.since(1, 10)] == [ids[0], ids[1]]


def test_the_trainers_next_look_sees_a_decision(store: MemoryStore) -> None:
    ids = contribute_all(store, DRAWINGS)
    trainer = Trainer(store, 1000, threading.Event(), [FAMILIES[0]], first_models=MemoryStore())
    trainer.poll()
    assert len(trainer._shards.since(1, 10)) == 6

    store.put(hidden_key(ids[2]), b"")
    trainer.poll()

    assert [row.drawing for row in trainer._shards.since(1, 10)] == [each for each in ids if each != ids[2]]


def test_validation_drawings_are_moderated_too(store: MemoryStore) -> None:
    ids = contribute_all(store, DRAWINGS[:3], use="validation")
    compaction = Compaction(store, ShardFiles(store))
    compaction.run()
    store.put(hidden_key(ids[1]), b"")

    compaction.shards.moderate(read_moderation(store))

    assert [drawing.id for drawing in compaction.shards.newest_validation(10)] == [ids[0], ids[2]]
