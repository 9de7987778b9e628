"""Damaged objects: each is named once, recorded, and left out, while everything else is compacted and read."""

from __future__ import annotations

import json
import logging

import pytest

from collector.contribution import layout
from collector.contribution.layout import TRAINER_DAMAGED, drawing_key, sample_key, tombstone_key
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError
from tests.training import damage
from tests.training.contributing import STEPS, contribute, contribute_all
from training.data.generated.reference import reference_drawings
from training.data.shards.compaction import Compaction
from training.data.shards.files import ShardFiles
from training.data.stored.damaged import DamagedObjects

DRAWINGS = reference_drawings("replay")[::3]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def ids(store: MemoryStore) -> list[str]:
    """Three contributed drawings; the tests damage the second."""
    return contribute_all(store, DRAWINGS[:3])


def new_compaction(store: MemoryStore) -> Compaction:
    return Compaction(store, ShardFiles(store))


def found(compaction: Compaction) -> list[str]:
    return [drawing.id for drawing in compaction.shards.drawings()]


def selectable(compaction: Compaction) -> list[str]:
    return [row.drawing for row in compaction.shards.since(1, 100)]


def named(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The names in the log's lines."""
    return [
        record.getMessage().split(" is damaged")[0] for record in caplog.records if record.levelno >= logging.WARNING
    ]


def recorded(store: MemoryStore) -> dict[str, str]:
    return dict(json.loads(store.get(TRAINER_DAMAGED))["objects"])


@pytest.mark.parametrize("kind", damage.DRAWINGS)
def test_a_damaged_drawing_is_left_out(
    kind: str, store: MemoryStore, ids: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    damage.damage_drawing(store, ids[1], damage.DRAWINGS[kind])
    compaction = new_compaction(store)

    compaction.run()
    compaction.run()
    new_compaction(store).run()

    assert found(compaction) == [ids[0], ids[2]]
    assert named(caplog) == [drawing_key(ids[1])]
    assert list(recorded(store)) == [drawing_key(ids[1])]


@pytest.mark.parametrize("kind", damage.SAMPLES)
def test_a_damaged_png_costs_the_sample_and_not_the_drawing(
    kind: str, store: MemoryStore, ids: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    damage.damage_sample(store, ids[1], damage.SAMPLES[kind])
    compaction = new_compaction(store)

    compaction.run()

    _, damaged, _ = compaction.shards.drawings()
    assert found(compaction) == ids
    assert len(damaged.pictures) == len(STEPS) - 1
    assert named(caplog) == [sample_key(damaged.label, ids[1], 0)]


@pytest.fixture
def two_shards(store: MemoryStore, ids: list[str]) -> tuple[str, list[str], list[str]]:
    """The key of the first shard, the drawings in it, and those in the second, which is too small to merge with."""
    compaction = new_compaction(store)
    compaction.run()
    more = contribute_all(store, DRAWINGS[3:4])
    compaction.run()
    first, _ = store.keys(layout.SHARDS)
    return first, ids, more


@pytest.mark.parametrize("kind", damage.SHARDS)
def test_a_damaged_shard_is_left_out_and_left_alone(
    kind: str, store: MemoryStore, two_shards: tuple[str, list[str], list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    key, _, others = two_shards
    store.put(key, damage.SHARDS[kind](store.get(key)))
    damaged = store.get(key)
    compaction = new_compaction(store)

    compaction.run()
    assert (found(compaction), selectable(compaction)) == (others, others)
    new = contribute(store, DRAWINGS[5])
    compaction.run()

    assert found(compaction) == [*others, new]
    assert compaction.last == 5  # numbers of a damaged shard are not given again
    assert store.get(key) == damaged
    (name,) = named(caplog)
    assert name.startswith(key)
    assert name in recorded(store)


@pytest.mark.parametrize("kind", damage.ROWS)
def test_a_damaged_row_is_left_out(
    kind: str, store: MemoryStore, two_shards: tuple[str, list[str], list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    key, ids, others = two_shards
    store.put(key, damage.ROWS[kind](store.get(key)))
    compaction = new_compaction(store)

    compaction.run()
    compaction.run()
    rows = compaction.shards.since(1, 100)

    assert [drawing.id for drawing in compaction.shards.read(rows)] == [*ids[1:], *others]
    assert len(named(caplog)) == 1


def test_names_that_are_no_arrival_and_no_tombstone_are_left_out(
    store: MemoryStore, ids: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    odd = [f"{layout.ARRIVALS}what-is-this", f"{layout.TOMBSTONES}{ids[0].upper()}x"]
    for key in odd:
        store.put(key, b"")
    compaction = new_compaction(store)

    compaction.run()
    compaction.run()
    new_compaction(store).run()

    assert found(compaction) == ids
    assert sorted(named(caplog)) == odd


def test_a_repaired_drawing_is_taken_in_by_the_next_process(store: MemoryStore, ids: list[str]) -> None:
    whole = store.get(drawing_key(ids[1]))
    store.put(drawing_key(ids[1]), b"{}")
    new_compaction(store).run()

    store.put(drawing_key(ids[1]), whole)
    compaction = new_compaction(store)
    compaction.run()

    assert sorted(found(compaction)) == sorted(ids)
    assert recorded(store) == {}


def test_a_damaged_drawing_that_is_deleted_leaves_the_record(store: MemoryStore, ids: list[str]) -> None:
    store.put(drawing_key(ids[1]), b"{}")
    compaction = new_compaction(store)
    compaction.run()

    store.put(tombstone_key(ids[1]), b"")
    compaction.run()

    assert recorded(store) == {}
    assert list(store.keys(layout.ARRIVALS)) == []


class PartlyUnreadable(MemoryStore):
    """Fails to read some keys, as a file without permission does."""

    def __init__(self) -> None:
        super().__init__()
        self.unreadable: set[str] = set()

    def get(self, key: str) -> bytes:
        if key in self.unreadable:
            raise StoreError("permission denied")
        return super().get(key)


def test_a_drawing_that_the_store_fails_to_read_waits_while_the_others_are_taken_in(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = PartlyUnreadable()
    ids = contribute_all(store, DRAWINGS[:3])
    store.unreadable = {drawing_key(ids[1])}
    compaction = new_compaction(store)

    compaction.run()
    compaction.run()
    assert found(compaction) == [ids[0], ids[2]]
    assert named(caplog) == [drawing_key(ids[1])]
    store.unreadable = set()
    compaction.run()

    assert sorted(found(compaction)) == sorted(ids)


def test_a_store_that_fails_to_read_everything_is_an_outage(store: MemoryStore) -> None:
    gone = PartlyUnreadable()
    ids = contribute_all(gone, DRAWINGS[:3])
    gone.unreadable = {drawing_key(drawing) for drawing in ids}

    with pytest.raises(StoreError, match="permission denied"):
        new_compaction(gone).run()


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"[" * 100_000, b'{"objects": 5}', b"\xff", b'{"objects": ["x"]}'])
def test_a_damaged_record_starts_anew(body: bytes, store: MemoryStore, ids: list[str]) -> None:
    store.put(TRAINER_DAMAGED, body)
    store.put(drawing_key(ids[1]), b"{}")

    new_compaction(store).run()

    assert list(recorded(store)) == [drawing_key(ids[1])]


def test_reasons_are_one_short_printable_line(store: MemoryStore) -> None:
    damaged = DamagedObjects(store)

    damaged.add("a", ValueError("\ud800\n" * 1000))
    damaged.save()

    (reason,) = recorded(store).values()
    assert reason.isascii()
    assert reason.isprintable()
    assert len(reason) < 3000
