"""Compaction takes each arrival into one shard, removes deleted drawings, and lists nothing twice."""

from __future__ import annotations

import contextlib
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from collector.contribution.layout import ARRIVALS, SHARDS, arrival_key, drawing_key, tombstone_key
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError
from tests.training.contributing import NOON, contribute, contribute_all
from training.data.contributed import contributed_drawings
from training.data.generated.reference import reference_drawings
from training.data.shards.compaction import Compaction, live_and_left
from training.data.shards.files import ShardFiles
from training.data.stored.stored_drawings import StoredDrawings

DRAWINGS = reference_drawings("replay")[::3]


def compaction_of(store: MemoryStore) -> Compaction:
    return Compaction(store, ShardFiles(store))


def in_shards(store: MemoryStore) -> Counter[str]:
    """The number of times that each drawing is in the shards of a trainer that starts now."""
    compaction = compaction_of(store)
    compaction.run()
    return Counter(drawing.id for drawing in compaction.shards.drawings())


def test_an_arrived_drawing_is_in_a_shard_and_its_arrival_is_gone() -> None:
    store = MemoryStore()
    ids = contribute_all(store, DRAWINGS[:3])

    compaction_of(store).run()

    assert in_shards(store) == Counter(ids)
    assert list(store.keys(ARRIVALS)) == []
    assert len(list(store.keys(SHARDS))) == 1


def test_a_drawing_from_a_shard_is_the_drawing_that_was_stored() -> None:
    store = MemoryStore()
    ids = contribute_all(store, DRAWINGS[:4])
    stored = StoredDrawings(store).read(ids)
    compaction = compaction_of(store)

    compaction.run()

    for ours, theirs in zip(compaction.shards.drawings(), stored, strict=True):
        assert (ours.id, ours.label, ours.contributor, ours.use, ours.source, ours.canvas) == (
            theirs.id, theirs.label, theirs.contributor, theirs.use, theirs.source, theirs.canvas,
        )  # fmt: skip
        assert [line.tolist() for line in ours.lines] == [line.tolist() for line in theirs.lines]
        assert [(p.ink, p.ink20.place) for p in ours.pictures] == [(p.ink, p.ink20.place) for p in theirs.pictures]
        for one, other in zip(ours.pictures, theirs.pictures, strict=True):
            assert (one.ink20.cells == other.ink20.cells).all()
            assert (one.canvas20 == other.canvas20).all()


@pytest.mark.slow  # draws some hundred pictures
def test_drawings_that_come_one_by_one_end_in_few_shards_in_their_order() -> None:
    store = MemoryStore()
    compaction = compaction_of(store)

    ids = []
    for n in range(21):
        ids.append(contribute(store, DRAWINGS[n % 20], use="validation" if n % 5 == 0 else "training"))
        compaction.run()

    assert len(list(store.keys(SHARDS))) <= 5
    found = [*compaction.shards.since(1, 100), *compaction.shards.since(1, 100, validation=True)]
    assert [each.drawing for each in sorted(found, key=lambda each: each.number)] == ids
    assert [each.number for each in compaction.shards.since(18, 2)] == [18, 19]
    assert in_shards(store) == Counter(ids)


def test_a_drawing_whose_arrival_sorts_before_all_others_is_taken_in() -> None:
    store = MemoryStore()
    compaction = compaction_of(store)
    contribute_all(store, DRAWINGS[:3])
    compaction.run()

    late = contribute(store, DRAWINGS[3], when=NOON - timedelta(days=400))
    compaction.run()

    (found,) = compaction.shards.since(4, 10)
    assert (found.number, found.drawing) == (4, late)


def test_an_arrival_that_is_put_again_makes_no_second_row() -> None:
    store = MemoryStore()
    (one,) = contribute_all(store, DRAWINGS[:1])
    compaction = compaction_of(store)
    compaction.run()

    store.put(arrival_key(NOON + timedelta(hours=1), one), b"")
    compaction.run()

    assert in_shards(store) == Counter([one])
    assert list(store.keys(ARRIVALS)) == []


def test_a_deleted_drawing_leaves_its_shard_and_is_counted() -> None:
    store = MemoryStore()
    compaction = compaction_of(store)
    kept, deleted = contribute_all(store, DRAWINGS[:2])
    decide = contribute(store, DRAWINGS[2], use="validation")
    compaction.run()

    for drawing in (deleted, decide):
        store.put(tombstone_key(drawing), b"")
        store.delete(drawing_key(drawing))
    compaction.run()

    body = b"".join(store.get(key) for key in store.keys(SHARDS))
    assert [drawing.id for drawing in compaction.shards.drawings()] == [kept]
    assert compaction.shards.withdrawn == 1  # validation drawings are never trained on, nor withdrawn
    assert uuid.UUID(deleted).bytes not in body
    assert uuid.UUID(kept).bytes in body


def test_numbers_are_not_given_again_when_the_newest_drawing_is_deleted() -> None:
    store = MemoryStore()
    ids = contribute_all(store, DRAWINGS[:2])
    compaction_of(store).run()
    for drawing in ids:
        store.put(tombstone_key(drawing), b"")
    compaction_of(store).run()

    new = contribute(store, DRAWINGS[3])
    compaction = compaction_of(store)
    compaction.run()

    (found,) = compaction.shards.since(1, 10)
    assert (found.number, found.drawing) == (3, new)


def test_a_drawing_deleted_before_it_is_taken_in_never_is() -> None:
    store = MemoryStore()
    kept, deleted = contribute_all(store, DRAWINGS[:2])
    store.put(tombstone_key(deleted), b"")

    assert in_shards(store) == Counter([kept])
    assert list(store.keys(ARRIVALS)) == []


def test_a_drawing_deleted_while_it_is_being_read_is_out_again_after_the_same_look() -> None:
    class DeletedMeanwhile(MemoryStore):
        def put(self, key: str, body: bytes) -> None:
            super().put(key, body)
            if key.startswith(SHARDS):
                super().put(tombstone_key(ids[0]), b"")

    store = DeletedMeanwhile()
    ids = contribute_all(store, DRAWINGS[:2])
    compaction = compaction_of(store)

    compaction.run()

    assert [drawing.id for drawing in compaction.shards.drawings()] == ids[1:]


def test_one_that_cannot_be_read_waits_for_a_release_that_can() -> None:
    store = MemoryStore()
    unreadable, fine = contribute_all(store, DRAWINGS[:2])
    whole = store.get(drawing_key(unreadable))
    store.put(drawing_key(unreadable), b"{}")
    compaction = compaction_of(store)
    compaction.run()
    compaction.run()

    store.put(drawing_key(unreadable), whole)

    assert [drawing.id for drawing in compaction.shards.drawings()] == [fine]
    assert in_shards(store) == Counter([unreadable, fine])


class Counting(MemoryStore):
    """Tells which keys were listed."""

    def __init__(self) -> None:
        super().__init__()
        self.listed: list[str] = []

    def keys(self, prefix: str = "", after: str = "") -> Iterator[str]:
        for key in super().keys(prefix, after):
            self.listed.append(key)
            yield key


def test_an_idle_look_lists_no_drawing_that_was_seen() -> None:
    store = Counting()
    contribute_all(store, DRAWINGS[:5])
    compaction = compaction_of(store)
    compaction.run()
    store.listed.clear()

    compaction.run()

    assert store.listed == []


class Dying(MemoryStore):
    """Fails at the n-th put or delete from now, before or after it was done, as a kill or an outage would have it."""

    def __init__(self, at: int, done: bool) -> None:
        super().__init__()
        self.left: int | None = None
        self._at, self._done = at, done

    def arm(self) -> None:
        self.left = self._at

    def put(self, key: str, body: bytes) -> None:
        self._count(lambda: MemoryStore.put(self, key, body))

    def delete(self, key: str) -> None:
        self._count(lambda: MemoryStore.delete(self, key))

    def _count(self, call: object) -> None:
        assert callable(call)
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                if self._done and self.left == -1:
                    call()
                raise StoreError("gone")
        call()


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("at", range(9))
def test_failing_at_any_step_leaves_every_drawing_in_the_shards_once(at: int, done: bool) -> None:
    store = Dying(at, done)
    first = contribute_all(store, DRAWINGS[:3])
    compaction = compaction_of(store)
    compaction.run()
    second = contribute_all(store, DRAWINGS[3:6])
    store.put(tombstone_key(first[0]), b"")

    store.arm()
    with contextlib.suppress(StoreError):
        compaction.run()
    store.left = None

    assert in_shards(store) == Counter([*first[1:], *second])
    compaction.run()
    assert Counter(drawing.id for drawing in compaction.shards.drawings()) == Counter([*first[1:], *second])
    left = live_and_left(store.keys(SHARDS))[1]
    assert left == []
    assert compaction.shards.withdrawn == 1


def test_drawings_that_two_trainers_compact_at_once_are_neither_lost_nor_kept_twice() -> None:
    store = MemoryStore()
    one, other = compaction_of(store), compaction_of(store)
    one.run()
    other.run()
    ids = contribute_all(store, DRAWINGS[:2])
    one.run()
    more = contribute_all(store, DRAWINGS[2:5])
    other.run()

    found = in_shards(store)

    assert found == Counter([*ids, *more])
    assert live_and_left(store.keys(SHARDS))[1] == []


def test_a_shard_within_a_larger_one_is_left_over_and_so_is_one_that_was_written_anew() -> None:
    def key(first: int, last: int, rewritten: int = 0, digest: str = "0" * 12) -> str:
        return f"{SHARDS}{first:012d}-{last:012d}_{rewritten:06d}_{digest}.parquet"

    live, left = live_and_left([key(1, 4), key(1, 8), key(5, 8), key(9, 9), key(9, 9, 1), f"{SHARDS}what-is-this"])

    assert live == [key(1, 8), key(9, 9, 1)]
    assert left == [key(1, 4), key(5, 8), key(9, 9)]


def test_training_from_nothing_sees_shards_and_what_waits_and_writes_nothing() -> None:
    store = MemoryStore()
    ids = contribute_all(store, DRAWINGS[:3])
    compaction_of(store).run()
    ids += contribute_all(store, DRAWINGS[3:5])
    store.put(tombstone_key(ids[1]), b"")
    before = list(store.keys())

    found = contributed_drawings(store)

    assert [drawing.id for drawing in found] == [ids[0], *ids[2:]]
    assert list(store.keys()) == before
