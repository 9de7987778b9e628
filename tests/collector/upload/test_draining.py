"""A spool is uploaded to its end, or the command names what is left."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from collector.spool.spool import Spool
from collector.storage.memory_store import MemoryStore
from collector.storage.shared_key import OtherKey, agree_on_key
from collector.upload.draining import drain
from tests.collector.contributions import make_contribution
from tests.collector.failing_store import FailingStore

ANN = "a" * 32
KEY, OTHER = b"k" * 32, b"o" * 32


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "spool.sqlite"


def filled(file: Path) -> Spool:
    spool = Spool(file)
    for _ in range(40):
        spool.accept(make_contribution(), ANN)
    return spool


def test_everything_that_waits_is_uploaded_and_removed(file: Path) -> None:
    store, spool = MemoryStore(), filled(file)
    deleted = spool.uploads.pending(1)[0].id
    spool.delete(deleted, contributor=ANN)

    left = drain(file.parent, store, KEY, seconds=20)

    assert left == ""
    assert len(list(store.keys("drawings/"))) == 39
    assert len(list(store.keys("tombstones/"))) == 1
    spool.close()


def test_a_store_that_is_away_is_named_after_the_time_limit(file: Path) -> None:
    spool = filled(file)

    left = drain(file.parent, FailingStore(lambda _call, _key: True), KEY, seconds=0.3)

    assert left.startswith("40 drawings wait for upload: call ")
    spool.close()


def test_beside_a_services_uploader_it_only_waits(file: Path) -> None:
    store, spool = MemoryStore(), filled(file)
    with file.with_suffix(".uploading").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        left = drain(file.parent, store, KEY, seconds=0.3)

    assert left == "40 drawings wait for upload"
    assert list(store.keys()) == []
    spool.close()


def test_nothing_is_uploaded_with_another_key_than_the_stores(file: Path) -> None:
    store, spool = MemoryStore(), filled(file)
    agree_on_key(store, OTHER)

    with pytest.raises(OtherKey, match="the contributor key of this service"):
        drain(file.parent, store, KEY, seconds=1)

    assert list(store.keys("drawings/")) == []
    spool.close()
