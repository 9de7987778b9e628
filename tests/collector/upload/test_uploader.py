"""The uploader brings every drawing to the store once, whatever the store does meanwhile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from collector.contribution.layout import arrival_key, drawing_key, index_key, parse_arrival, sample_key
from collector.spool.spool import Spool
from collector.storage.memory_store import MemoryStore
from collector.storage.stored_drawing import parse_stored_drawing
from collector.upload.uploader import Uploader, backoff_seconds
from tests.collector.contributions import STAGES, make_contribution
from tests.collector.failing_store import FailingStore

ANN = "a" * 32
NOON = datetime(2026, 11, 21, 12, 0, 0, 123000, tzinfo=UTC)
WAIT_SECONDS = 60  # a bound for a busy machine, not a promise


@contextmanager
def running(uploader: Uploader) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=uploader.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def wait_until_uploaded(spool: Spool) -> None:
    for _ in range(WAIT_SECONDS * 50):
        if spool.uploads.backlog().drawings == 0:
            return
        threading.Event().wait(0.02)
    pytest.fail(f"{spool.uploads.backlog()} after {WAIT_SECONDS} s")


def test_samples_go_first_then_the_drawing_its_index_entry_and_its_arrival(spool: Spool) -> None:
    contribution = make_contribution(label=7)
    spool.accept(contribution, ANN)
    store = FailingStore()

    uploaded = Uploader(spool, store, clock=lambda: NOON).drain()

    assert uploaded == 1
    assert store.called == [
        *(sample_key(7, contribution.id, step) for step in range(8)),
        drawing_key(contribution.id),
        index_key(ANN, contribution.id),
        arrival_key(NOON, contribution.id),
    ]


def test_the_stored_drawing_is_the_one_that_was_drawn(spool: Spool) -> None:
    contribution = make_contribution()
    spool.accept(contribution, ANN, "page", NOON)
    store = MemoryStore()

    Uploader(spool, store).drain()

    stored = parse_stored_drawing(store.get(drawing_key(contribution.id)))
    assert stored.strokes == contribution.strokes
    assert stored.received_at == NOON
    assert [store.get(sample.key) for sample in stored.samples] == list(STAGES)


@pytest.mark.parametrize("late", [False, True], ids=["before it is stored", "after it is stored"])
@pytest.mark.parametrize("failing_call", range(1, 11))
def test_a_failure_at_any_call_still_ends_with_one_drawing(spool: Spool, failing_call: int, late: bool) -> None:
    contribution = make_contribution()
    spool.accept(contribution, ANN)
    store = FailingStore(lambda call, _: call == failing_call, late)
    uploader = Uploader(spool, store, clock=lambda: NOON)

    uploaded = [uploader.drain(), uploader.drain(), uploader.drain()]

    assert uploaded == [0, 1, 0]
    assert list(store.keys("drawings/")) == [drawing_key(contribution.id)]
    assert len(list(store.keys("samples/"))) == 8
    assert list(store.keys("arrivals/")) == [arrival_key(NOON, contribution.id)]


def test_a_drawing_is_never_there_before_its_samples_nor_an_arrival_before_its_drawing(spool: Spool) -> None:
    for _ in range(20):
        spool.accept(make_contribution(), ANN)
    store = FailingStore(lambda call, _: call % 31 == 0)
    uploader = Uploader(spool, store)

    while spool.uploads.backlog().drawings:
        uploader.drain()
        drawings = [parse_stored_drawing(store.get(key)) for key in store.keys("drawings/")]
        arrived = {parse_arrival(key)[1] for key in store.keys("arrivals/")}
        kept = set(store.keys("samples/"))
        assert arrived <= {stored.id for stored in drawings}
        assert all(sample.key in kept for stored in drawings for sample in stored.samples)


def test_a_drawing_that_always_fails_holds_up_no_other(spool: Spool) -> None:
    poisoned = make_contribution()
    spool.accept(poisoned, ANN)
    for _ in range(70):
        spool.accept(make_contribution(), ANN)
    store = FailingStore(lambda _, key: poisoned.id in key)

    uploaded = Uploader(spool, store).drain()

    assert uploaded == 70
    assert [pending.id for pending in spool.uploads.pending(9)] == [poisoned.id]


def test_a_store_that_is_down_is_not_asked_for_every_drawing(spool: Spool) -> None:
    for _ in range(100):
        spool.accept(make_contribution(), ANN)
    store = FailingStore(lambda _call, _key: True)

    Uploader(spool, store).drain()

    assert len(store.called) < 50


def test_a_running_uploader_uploads_new_drawings_and_stops_on_request(spool: Spool) -> None:
    store = MemoryStore()

    with running(Uploader(spool, store)):
        for _ in range(5):
            spool.accept(make_contribution(), ANN)
            wait_until_uploaded(spool)

    assert len(list(store.keys("drawings/"))) == 5


def test_an_outage_is_survived_and_logged_in_one_line_a_try(spool: Spool, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        spool.accept(make_contribution(), ANN)
    store = FailingStore(lambda call, _: call <= 3)

    with caplog.at_level(logging.WARNING), running(Uploader(spool, store, jitter=lambda: 0.0)):
        wait_until_uploaded(spool)

    assert len(list(store.keys("drawings/"))) == 3
    assert 1 <= len(caplog.records) <= 3
    assert all("not uploaded" in record.getMessage() for record in caplog.records)


def test_any_exception_of_a_store_is_outlived(spool: Spool) -> None:
    class Broken(MemoryStore):
        broken = True

        def put(self, key: str, body: bytes) -> None:
            if self.broken:
                self.broken = False
                raise AttributeError("'NoneType' object has no attribute 'read'")
            super().put(key, body)

    spool.accept(make_contribution(), ANN)
    store = Broken()

    with running(Uploader(spool, store, jitter=lambda: 0.0)):
        wait_until_uploaded(spool)

    assert len(list(store.keys("drawings/"))) == 1


def test_the_wait_doubles_to_ten_seconds_and_half_of_it_is_chance() -> None:
    longest = [backoff_seconds(failures, 1.0) for failures in range(1, 9)]

    assert longest == [0.5, 1, 2, 4, 8, 10, 10, 10]
    assert backoff_seconds(1, 0.0) == 0.25
    assert backoff_seconds(10_000, 0.0) == 5.0
