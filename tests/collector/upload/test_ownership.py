"""An id belongs to whoever gave it first, on all replicas, whatever the store makes of conditional writes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.contribution.layout import CLAIMS, drawing_key, tombstone_key
from collector.spool.spool import Spool
from collector.storage.memory_store import MemoryStore
from collector.storage.stored_drawing import parse_stored_drawing
from collector.upload.ownership import FORGOTTEN_SECONDS, Claim, Ownership
from collector.upload.uploader import Uploader
from tests.collector.contributions import make_contribution

ANN, BEN = "a" * 32, "b" * 32
ID = "3f1c7a52-90aa-4c1e-8f52-6d0a5f3f9f10"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Replica:
    spool: Spool
    uploader: Uploader

    def give(self, contributor: str, label: int = 7, now: datetime = NOON) -> None:
        self.spool.accept(make_contribution(id=ID, label=label), contributor, now=now)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def replicas(tmp_path: Path, store: MemoryStore) -> Iterator[list[Replica]]:
    with ExitStack() as opened:
        made = []
        for number in range(2):
            spool = Spool(tmp_path / str(number) / "spool.sqlite")
            opened.callback(spool.close)
            made.append(Replica(spool, Uploader(spool, store, ownership=Ownership(store, spool.name))))
        yield made


def owner(store: MemoryStore) -> str:
    return parse_stored_drawing(store.get(drawing_key(ID))).contributor


def test_a_later_drawing_of_an_id_changes_nothing_in_the_store(replicas: list[Replica], store: MemoryStore) -> None:
    first, second = replicas
    first.give(ANN)
    first.uploader.drain()
    before = {key: store.get(key) for key in list(store.keys())}

    second.give(BEN, label=3)
    second.uploader.drain()

    assert {key: store.get(key) for key in list(store.keys())} == before
    assert second.spool.uploads.backlog().drawings == 0
    assert second.spool.owner(ID) == ANN


def test_a_contribution_sent_to_two_replicas_arrives_once(replicas: list[Replica], store: MemoryStore) -> None:
    first, second = replicas
    first.give(ANN)
    second.give(ANN, now=NOON + timedelta(seconds=2))

    uploaded = [first.uploader.drain(), second.uploader.drain()]

    assert uploaded == [1, 1]
    assert len(list(store.keys("arrivals/"))) == 1
    assert second.spool.uploads.backlog().drawings == 0


def test_whoever_gave_an_id_later_can_not_delete_it(replicas: list[Replica], store: MemoryStore) -> None:
    first, second = replicas
    first.give(ANN)
    first.uploader.drain()
    second.give(BEN)
    second.spool.delete(ID, contributor=BEN)

    second.uploader.drain()

    assert owner(store) == ANN
    assert tombstone_key(ID) not in list(store.keys())
    assert not second.spool.was_deleted(ID)


def test_an_owner_deletes_at_a_replica_that_never_had_the_drawing(replicas: list[Replica], store: MemoryStore) -> None:
    first, second = replicas
    first.give(ANN)
    first.uploader.drain()

    second.spool.delete(ID, contributor=ANN)
    second.uploader.drain()

    assert list(store.keys()) == [tombstone_key(ID)]


def test_a_deletion_elsewhere_before_the_upload_wins(replicas: list[Replica], store: MemoryStore) -> None:
    first, second = replicas
    first.give(ANN)
    second.spool.delete(ID, contributor=ANN)
    second.uploader.drain()

    first.uploader.drain()
    first.uploader.drain()

    assert list(store.keys()) == [tombstone_key(ID)]
    assert first.spool.was_deleted(ID)


class _DeletedMeanwhile(MemoryStore):
    """Another replica leaves its tombstone while the drawing is put."""

    def put(self, key: str, body: bytes) -> None:
        super().put(key, body)
        if key == drawing_key(ID):
            super().put(tombstone_key(ID), b"")


def test_a_deletion_elsewhere_during_the_upload_wins(tmp_path: Path) -> None:
    store, spool = _DeletedMeanwhile(), Spool(tmp_path / "spool.sqlite")
    replica = Replica(spool, Uploader(spool, store, ownership=Ownership(store, spool.name)))
    replica.give(ANN)

    replica.uploader.drain()
    replica.uploader.drain()
    spool.close()

    assert list(store.keys()) == [tombstone_key(ID)]


class _Meeting(MemoryStore):
    """Both replicas have put their first claim before either reads the other's."""

    def __init__(self) -> None:
        super().__init__()
        self._met = threading.Barrier(2)
        self._first = {0, 1}

    def keys(self, prefix: str = "", after: str = "") -> Iterator[str]:
        if prefix == CLAIMS and self._first:
            self._first.pop()
            self._met.wait(10)
        return super().keys(prefix, after)


def test_two_replicas_that_meet_end_with_one_whole_drawing(tmp_path: Path) -> None:
    store = _Meeting()
    with ExitStack() as opened:
        replicas = []
        for number, contributor in enumerate((ANN, BEN)):
            spool = Spool(tmp_path / str(number) / "spool.sqlite")
            opened.callback(spool.close)
            replicas.append(Replica(spool, Uploader(spool, store, ownership=Ownership(store, spool.name))))
            replicas[-1].give(contributor, label=number, now=NOON + timedelta(seconds=number))
        stop = threading.Event()
        with ThreadPoolExecutor(2) as pool:
            running = [pool.submit(replica.uploader.run, stop) for replica in replicas]
            for _ in range(1000):
                if not any(replica.spool.uploads.backlog().drawings for replica in replicas):
                    break
                threading.Event().wait(0.02)
            stop.set()
            for each in running:
                each.result()

        owners = {replica.spool.owner(ID) for replica in replicas}

    stored = parse_stored_drawing(store.get(drawing_key(ID)))
    assert owners == {stored.contributor}
    assert set(store.keys("samples/")) == {sample.key for sample in stored.samples}
    assert len(list(store.keys("arrivals/"))) == 1
    assert list(store.keys(CLAIMS)) == []


def test_of_two_that_claim_at_once_at_least_one_waits() -> None:
    store = MemoryStore()
    first, second = Ownership(store, "1"), Ownership(store, "2")

    waits = [first.claim([Claim("t1", ANN, ID)]), second.claim([Claim("t2", BEN, ID)])]

    assert waits == [set(), {ID}]


def test_a_claim_of_a_replica_that_is_gone_is_forgotten() -> None:
    store, now = MemoryStore(), [0.0]
    Ownership(store, "gone").claim([Claim("t1", ANN, ID)])
    second = Ownership(store, "2", lambda: now[0])

    before = second.claim([Claim("t2", BEN, ID)])
    now[0] = FORGOTTEN_SECONDS + 1

    assert (before, second.claim([Claim("t2", BEN, ID)])) == ({ID}, set())


def test_the_same_contributor_may_claim_at_two_replicas() -> None:
    store = MemoryStore()

    waits = [Ownership(store, name).claim([Claim("t", ANN, ID)]) for name in ("1", "2")]

    assert waits == [set(), set()]


def test_a_damaged_claim_holds_nobody_up() -> None:
    store = MemoryStore()
    store.put(f"{CLAIMS}odd.json", b'{"claims": [7]}')

    assert Ownership(store, "1").claim([Claim("t", ANN, ID)]) == set()


def test_a_spool_keeps_its_name(tmp_path: Path) -> None:
    names = []
    for _ in range(2):
        spool = Spool(tmp_path / "spool.sqlite")
        names.append(spool.name)
        spool.close()

    assert names[0] == names[1]
    assert len(names[0]) == 32
