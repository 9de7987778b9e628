"""Reading drawings from the store: in order, each once, without deleted and damaged ones."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from collector.contribution.layout import arrival_key, drawing_key, sample_key, tombstone_key
from collector.storage.memory_store import MemoryStore
from tests.training.contributing import NOON, STEPS, contribute, contribute_all
from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings
from training.data.stored.picture_reading import MANY, PictureReader
from training.data.stored.stored_drawings import READ_AHEAD, StoredDrawings

DRAWINGS = reference_drawings("replay")


def test_deleted_unfinished_and_damaged_drawings_are_left_out() -> None:
    store = MemoryStore()
    kept, deleted, unreadable, gone = contribute_all(store, DRAWINGS[:4])
    unfinished = contribute(store, DRAWINGS[5], finished=False)
    store.put(tombstone_key(deleted), b"")
    store.put(drawing_key(unreadable), b"{}")
    store.delete(drawing_key(gone))

    drawings = StoredDrawings(store).read([kept, deleted, unreadable, gone, unfinished])

    assert [drawing.id for drawing in drawings] == [kept]


def test_a_drawing_deleted_after_it_was_read_is_left_out_from_then_on() -> None:
    store = MemoryStore()
    ids = contribute_all(store, DRAWINGS[:2])
    stored = StoredDrawings(store)
    stored.read(ids)

    store.put(tombstone_key(ids[0]), b"")

    assert [drawing.id for drawing in stored.read(ids)] == ids[1:]


def test_a_drawing_with_damaged_samples_keeps_its_strokes() -> None:
    store = MemoryStore()
    one = contribute(store, DRAWINGS[7], png=b"\x89PNG no more")

    (drawing,) = StoredDrawings(store).read([one])

    assert drawing.pictures == ()
    assert len(drawing.lines) == len(DRAWINGS[7].lines)


def test_arrivals_come_in_order_each_drawing_once() -> None:
    store = MemoryStore()
    ids = contribute_all(store, DRAWINGS[:3])
    store.put(arrival_key(NOON + timedelta(hours=1), ids[0]), b"")
    store.put("arrivals/v1/what-is-this", b"")

    arrivals = StoredDrawings(store).arrivals()

    assert [arrival.drawing for arrival in arrivals] == ids


@pytest.mark.slow  # draws some hundred pictures
def test_many_drawings_are_read_in_order_a_few_at_a_time() -> None:
    class Waiting(MemoryStore):
        most = given = 0

        def get(self, key: str) -> bytes:
            if key.startswith("drawings/"):
                Waiting.given += 1
            return super().get(key)

    store = Waiting()
    ids = contribute_all(store, DRAWINGS[:3]) * 100
    with PictureReader() as pictures:
        each = StoredDrawings(store).read_each(ids, pictures)
        for number, (drawing, found) in enumerate(zip(ids, each, strict=True)):
            Waiting.most = max(Waiting.most, Waiting.given - number)
            assert isinstance(found, LabelledDrawing)
            assert found.id == drawing

    assert Waiting.most <= READ_AHEAD


@pytest.mark.slow  # starts processes
def test_samples_decoded_by_several_processes_equal_those_decoded_in_one(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    ids = contribute_all(store, DRAWINGS[:MANY])
    store.put(sample_key(DRAWINGS[1].label, ids[1], 3), b"\x89PNG no more")
    store.delete(sample_key(DRAWINGS[2].label, ids[2], 0))
    here = StoredDrawings(store).read(ids)
    caplog.clear()

    with caplog.at_level(logging.WARNING):
        there = StoredDrawings(store).read(ids, processes=2)

    assert [drawing.id for drawing in there] == ids
    assert [len(drawing.pictures) for drawing in there[:4]] == [len(STEPS) - broken for broken in (0, 1, 1, 0)]
    assert sorted(record.getMessage().split()[0] for record in caplog.records) == sorted(
        [sample_key(DRAWINGS[1].label, ids[1], 3), sample_key(DRAWINGS[2].label, ids[2], 0)]
    )
    for one, other in zip(here, there, strict=True):
        for picture, same in zip(one.pictures, other.pictures, strict=True):
            assert picture.ink == same.ink
            assert picture.ink20.place == same.ink20.place
            assert (picture.ink20.cells == same.ink20.cells).all()
            assert (picture.canvas20 == same.canvas20).all()
