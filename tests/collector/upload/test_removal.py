"""Deleted drawings leave the store, whatever the store does meanwhile, and never come back to it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.contribution.layout import arrival_key, drawing_key, index_key, sample_key, tombstone_key
from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError
from collector.storage.s3_store import S3Store
from collector.upload.removal import remove_deleted
from collector.upload.uploader import Uploader
from tests.collector.contributions import make_contribution
from tests.collector.failing_store import FailingStore
from tests.collector.s3_servers import S3Server, minio_server, rclone_server

ANN = "a" * 32
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def remove(spool: Spool, store: MemoryStore | FolderStore) -> Exception | None:
    with ThreadPoolExecutor(4) as pool:
        return remove_deleted(spool, store, pool, threading.Event())


def give(spool: Spool, **changes: object) -> str:
    return spool.accept(make_contribution(**changes), ANN, now=NOON).id


@pytest.mark.server
@pytest.mark.parametrize("running", [minio_server, rclone_server])
def test_a_real_server_holds_a_tombstone_and_nothing_else(
    spool: Spool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    running: Callable[..., AbstractContextManager[S3Server]],
) -> None:
    (tmp_path / "server").mkdir()
    with running(tmp_path / "server") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        store = S3Store("drawings", server.endpoint)
        ids = [give(spool) for _ in range(5)]
        uploader = Uploader(spool, store, clock=lambda: NOON)
        uploader.drain()
        before = len(list(store.keys()))

        for drawing in ids:
            spool.delete(drawing)
        uploader.drain()

        assert before == 5 * 11  # the drawing, its index, its arrival and eight samples
        assert list(store.keys()) == sorted(tombstone_key(drawing) for drawing in ids)
        store.close()


def test_a_tombstone_stays_and_nothing_else(spool: Spool) -> None:
    store, kept, deleted = MemoryStore(), give(spool), give(spool)
    Uploader(spool, store, clock=lambda: NOON + timedelta(hours=5)).drain()
    objects_of_kept = [key for key in list(store.keys()) if kept in key]

    spool.delete(deleted)
    error = remove(spool, store)

    assert error is None
    assert sorted(store.keys()) == sorted([*objects_of_kept, tombstone_key(deleted)])
    assert spool.removals.pending(9) == []


def test_a_drawing_deleted_while_it_waits_is_never_uploaded(spool: Spool) -> None:
    store, deleted = MemoryStore(), give(spool)

    spool.delete(deleted)
    Uploader(spool, store).drain()

    assert list(store.keys()) == [tombstone_key(deleted)]


@pytest.mark.parametrize("put", range(10))
def test_a_drawing_deleted_during_its_upload_is_gone_after_it(spool: Spool, put: int) -> None:
    store, deleted = FailingStore(), give(spool, label=7)
    keys = [*(sample_key(7, deleted, step) for step in range(8)), drawing_key(deleted), arrival_key(NOON, deleted)]
    store.before_call = lambda key: spool.delete(deleted) if key == keys[put] else None

    uploader = Uploader(spool, store, clock=lambda: NOON)
    uploader.drain()

    assert list(store.keys()) == [tombstone_key(deleted)]
    assert spool.removals.pending(9) == []
    assert uploader.drain() == 0


@pytest.mark.parametrize("failing_call", range(1, 12))
def test_a_failure_at_any_call_is_made_good_by_the_next_round(spool: Spool, failing_call: int) -> None:
    store, deleted = FailingStore(), give(spool)
    Uploader(spool, store, clock=lambda: NOON).drain()
    spool.delete(deleted)
    first = len(store.called)
    store.fails = lambda call, _key: call == first + failing_call

    errors = [remove(spool, store), remove(spool, store)]

    assert [type(error) for error in errors] == [StoreError, type(None)]
    assert list(store.keys()) == [tombstone_key(deleted)]
    assert spool.removals.pending(9) == []


def test_the_tombstone_is_first(spool: Spool) -> None:
    store, deleted = FailingStore(), give(spool)
    Uploader(spool, store).drain()
    keys: list[str] = []
    store.before_call = keys.append

    spool.delete(deleted)
    remove(spool, store)

    assert keys[:2] == [tombstone_key(deleted), drawing_key(deleted)]


def test_one_that_always_fails_holds_up_no_other(spool: Spool) -> None:
    store, ids = FailingStore(), [give(spool) for _ in range(70)]
    Uploader(spool, store).drain()
    for drawing in ids:
        spool.delete(drawing)
    store.fails = lambda _call, key: ids[0] in key

    error = remove(spool, store)

    assert isinstance(error, StoreError)
    assert [waiting.id for waiting in spool.removals.pending(100)] == [ids[0]]


def test_a_store_that_is_down_is_not_asked_for_every_one(spool: Spool) -> None:
    store, ids = FailingStore(), [give(spool) for _ in range(100)]
    for drawing in ids:
        spool.delete(drawing)
    store.fails = lambda _call, _key: True

    remove(spool, store)

    assert len(store.called) < 50
    assert len(spool.removals.pending(200)) == 100


def test_an_upload_that_was_cut_short_is_removed_too(spool: Spool) -> None:
    store, deleted = FailingStore(lambda call, _key: call == 4), give(spool, label=3)
    Uploader(spool, store).drain()
    assert len(list(store.keys("samples/"))) == 3

    spool.delete(deleted)
    remove(spool, store)

    assert list(store.keys()) == [tombstone_key(deleted)]


def test_two_arrivals_of_one_drawing_are_both_removed(spool: Spool) -> None:
    store, deleted, kept = MemoryStore(), give(spool), give(spool)
    Uploader(spool, store, clock=lambda: NOON).drain()
    store.put(arrival_key(NOON + timedelta(days=3), deleted), b"")
    store.put("arrivals/v1/not-an-arrival", b"")

    spool.delete(deleted)
    remove(spool, store)

    assert list(store.keys("arrivals/")) == [arrival_key(NOON, kept), "arrivals/v1/not-an-arrival"]


def test_of_a_drawing_that_the_spool_never_had_everything_is_looked_for(tmp_path: Path, spool: Spool) -> None:
    store, lost = FolderStore(tmp_path / "store"), Spool(tmp_path / "lost.sqlite")
    deleted = give(lost, label=9)
    Uploader(lost, store).drain()
    lost.close()

    spool.delete(deleted)
    remove(spool, store)

    assert list(store.keys()) == [tombstone_key(deleted)]


def test_the_bytes_are_gone_from_the_spools_files_while_it_is_open(spool: Spool, tmp_path: Path) -> None:
    deleted = give(spool)
    document = spool.uploads.pending(1)[0].unpack()[0]

    spool.delete(deleted)
    remove(spool, MemoryStore())

    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert deleted.encode() in left
    assert document[100:300] not in left


def test_a_late_put_of_an_earlier_uploader_is_removed_too(spool: Spool) -> None:
    store, deleted = FailingStore(), give(spool, label=7)
    uploader = Uploader(spool, store, clock=lambda: NOON)

    def remove_meanwhile(key: str) -> None:
        # Another uploader, which knows nothing of the one that is in the middle of this drawing.
        if key == drawing_key(deleted):
            store.before_call = lambda _key: None
            spool.delete(deleted)
            remove(spool, store)

    store.before_call = remove_meanwhile
    uploader.drain()

    assert list(store.keys()) == [tombstone_key(deleted)]


def test_a_stop_leaves_the_rest_for_the_next_time(spool: Spool) -> None:
    store, deleted, stop = MemoryStore(), give(spool), threading.Event()
    spool.delete(deleted)
    stop.set()

    with ThreadPoolExecutor(1) as pool:
        remove_deleted(spool, store, pool, stop)

    assert [waiting.id for waiting in spool.removals.pending(9)] == [deleted]
    assert list(store.keys()) == []


@pytest.mark.parametrize("damage", ["damaged", "missing"])
def test_the_index_entry_of_a_drawing_whose_json_can_not_be_read_is_removed_too(spool: Spool, damage: str) -> None:
    store, drawing, other = MemoryStore(), give(spool), give(spool)
    Uploader(spool, store).drain()
    if damage == "damaged":
        store.put(drawing_key(drawing), b"not a drawing")
    else:
        store.delete(drawing_key(drawing))
    spool.delete(drawing)

    error = remove(spool, store)

    assert error is None
    assert list(store.keys("contributors/")) == [index_key(ANN, other)]
    assert [key for key in store.keys("") if drawing in key] == [tombstone_key(drawing)]
