"""Drawings of an earlier release get their entries in the index by contributor, unless they are deleted or damaged."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.contribution.layout import drawing_key, index_key, parse_index_key, tombstone_key
from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.stored_drawing import parse_stored_drawing
from collector.upload.indexing import index_older_drawings
from collector.upload.uploader import Uploader
from tests.collector.contributions import make_contribution

ANN, BEN = "a" * 32, "b" * 32
RELEASE_0_1 = Path(__file__).parents[2] / "compatibility" / "release_0_1" / "bucket"


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool.sqlite")
    yield spool
    spool.close()


def upload(spool: Spool, store: MemoryStore, contributor: str) -> str:
    drawing = spool.accept(make_contribution(), contributor).id
    Uploader(spool, store).drain()
    return drawing


def index(store: MemoryStore | FolderStore) -> int:
    return index_older_drawings(store, threading.Event())


def test_an_upload_puts_the_drawing_into_the_index_of_its_contributor(spool: Spool) -> None:
    store = MemoryStore()

    drawing = upload(spool, store, ANN)

    assert list(store.keys("contributors/")) == [index_key(ANN, drawing)]
    assert store.get(index_key(ANN, drawing)) == b""


def test_a_bucket_of_release_0_1_is_indexed_once(tmp_path: Path) -> None:
    shutil.copytree(RELEASE_0_1, tmp_path / "store")
    store = FolderStore(tmp_path / "store")

    added, again = index(store), index(store)

    found = {parse_index_key(key) for key in store.keys("contributors/")}
    expected = [parse_stored_drawing(store.get(key)) for key in store.keys("drawings/")]
    assert found == {(stored.contributor, stored.id) for stored in expected}
    assert (added, again) == (len(expected), 0)


def test_only_missing_entries_are_added(spool: Spool) -> None:
    store = MemoryStore()
    one, other = upload(spool, store, ANN), upload(spool, store, BEN)
    store.delete(index_key(BEN, other))

    added = index(store)

    assert added == 1
    assert set(store.keys("contributors/")) == {index_key(ANN, one), index_key(BEN, other)}


def test_damaged_and_deleted_drawings_get_no_entry(spool: Spool) -> None:
    store = MemoryStore()
    damaged, deleted = upload(spool, store, ANN), upload(spool, store, ANN)
    for key in list(store.keys("contributors/")):
        store.delete(key)
    store.put(drawing_key(damaged), b"{}")
    store.put(tombstone_key(deleted), b"")

    index(store)

    assert list(store.keys("contributors/")) == []


def test_a_drawing_that_is_deleted_while_it_is_indexed_gets_no_entry(spool: Spool) -> None:
    class DeletedMeanwhile(MemoryStore):
        def put(self, key: str, body: bytes) -> None:
            super().put(key, body)
            if armed and key.startswith("contributors/"):
                super().put(tombstone_key(drawing), b"")

    store, armed = DeletedMeanwhile(), False
    drawing = upload(spool, store, ANN)
    store.delete(index_key(ANN, drawing))
    armed = True

    index(store)

    assert list(store.keys("contributors/")) == []
