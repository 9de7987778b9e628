"""Drawings that fail for their own sake leave the queue with their reason; those behind them go up."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.contribution.layout import PROBE
from collector.spool.pending_drawing import PendingDrawing, pack
from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError
from collector.upload.refusals import REFUSALS
from collector.upload.uploader import BATCH, RETRY_AFTER, Uploader
from tests.collector.contributions import make_contribution

ANN = "a" * 32
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def give(spool: Spool, count: int) -> list[str]:
    return [spool.accept(make_contribution(), ANN, now=NOON).id for _ in range(count)]


def damage(path: Path, drawing: str, change: str, *values: object) -> None:
    with sqlite3.connect(path) as file:
        file.execute(f"UPDATE drawings SET {change} WHERE id = ?", (*values, drawing))  # noqa: S608
    file.close()


def body_of(path: Path, drawing: str) -> bytes:
    with sqlite3.connect(path) as file:
        ((body,),) = file.execute("SELECT body FROM drawings WHERE id = ?", (drawing,))
    file.close()
    return bytes(body)


class Refusing(MemoryStore):
    """Refuses keys, as a server may by its own rules."""

    def __init__(self, refuses: Callable[[str], bool]) -> None:
        super().__init__()
        self.refuses = refuses

    def put(self, key: str, body: bytes) -> None:
        if self.refuses(key):
            raise StoreError(f"AccessDenied for {key}")
        super().put(key, body)


def edited(body: bytes, old: bytes, new: bytes) -> bytes:
    document, pngs = PendingDrawing(1, "", body).unpack()
    assert old in document
    return pack([document.replace(old, new), *pngs])


DAMAGES: dict[str, Callable[[bytes], object]] = {
    "empty": lambda _: b"",
    "cut off": lambda body: body[:-7],
    "cut within a length": lambda body: body[:2],
    "a length of 4 GiB": lambda body: b"\xff\xff\xff\xff" + body[4:],
    "noise": lambda _: bytes(range(256)) * 4,
    "text": lambda _: "text",
    "a number": lambda _: 7,
    "another label": lambda body: edited(body, b'"label":7', b'"label":4'),
    "a label out of range": lambda body: edited(body, b'"label":7', b'"label":12'),
    "an infinite label": lambda body: edited(body, b'"label":7', b'"label":1e999'),
    "a pen without width": lambda body: edited(body, b'"pen_width":3.0', b'"pen_width":NaN'),
    "coordinates of 1e308": lambda body: edited(body, b"[5.0,5.0,", b"[1e308,5.0,"),
    "half a surrogate pair": lambda body: edited(body, b'"source":"page"', b'"source":"\\ud800"'),
    "a wrong key": lambda body: edited(body, b"samples/v1/7/", b"samples/v1/../"),
    "negative ink": lambda body: edited(body, b'"ink":0.125', b'"ink":-0.125'),
    "no PNG": lambda body: body.replace(b"\x89PNG", b"GIF89"[:4]),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_row_is_set_aside_and_the_others_go_up(spool: Spool, path: Path, kind: str) -> None:
    bad, *good = give(spool, 4)
    damage(path, bad, "body = ?", DAMAGES[kind](body_of(path, bad)))

    uploaded = Uploader(spool, MemoryStore()).drain()

    (quarantined,) = spool.uploads.quarantined()
    assert uploaded == len(good)
    assert quarantined.id == bad
    assert quarantined.reason
    assert spool.uploads.pending(9) == []


@pytest.mark.parametrize("change", ["id = x'ff00'", "label = 12", "label = 'seven'", "contributor = x'ff'", "use = 3"])
def test_a_damaged_column_stops_neither_counts_nor_uploads(spool: Spool, path: Path, change: str) -> None:
    bad, *_ = give(spool, 4)
    damage(path, bad, change)

    uploaded = Uploader(spool, MemoryStore()).drain()

    assert uploaded >= 3
    assert spool.counts(ANN).total >= 3


@pytest.mark.slow  # makes dozens of uploads
def test_more_refused_drawings_than_a_batch_stop_nothing_behind_them(spool: Spool) -> None:
    bad = set(give(spool, 2 * BATCH + 5))
    good = give(spool, 3)
    store = Refusing(lambda key: any(drawing in key for drawing in bad))
    uploader = Uploader(spool, store)

    first = uploader.drain()
    for _ in range(REFUSALS):
        uploader.drain()

    assert first == len(good)
    assert {quarantined.id for quarantined in spool.uploads.quarantined()} == bad
    assert "AccessDenied" in spool.uploads.quarantined()[0].reason
    assert PROBE not in set(store.keys())


def test_a_path_that_a_folder_can_not_hold_is_set_aside(spool: Spool, tmp_path: Path) -> None:
    bad, good = give(spool, 2)
    (tmp_path / "store/samples/v1/7").mkdir(parents=True)
    (tmp_path / "store/samples/v1/7" / bad).write_text("a file where a folder belongs")
    store = FolderStore(tmp_path / "store")
    uploader = Uploader(spool, store)

    for _ in range(REFUSALS):
        uploader.drain()

    assert [quarantined.id for quarantined in spool.uploads.quarantined()] == [bad]
    assert list(store.keys("drawings/")) == [f"drawings/v1/{good}.json"]


@pytest.mark.slow  # makes dozens of uploads
def test_a_store_that_is_down_quarantines_nothing(spool: Spool) -> None:
    give(spool, BATCH + 8)
    uploader = Uploader(spool, Refusing(lambda _: True))

    for _ in range(3 * REFUSALS):
        uploader.drain()

    assert spool.uploads.quarantined() == []
    assert spool.uploads.backlog().drawings == BATCH + 8


def test_a_store_that_fails_at_random_quarantines_nothing(spool: Spool) -> None:
    give(spool, 20)
    chance = random.Random(1)
    uploader = Uploader(spool, Refusing(lambda _: chance.random() < 0.1))

    for _ in range(60):
        uploader.drain()

    assert spool.uploads.quarantined() == []
    assert spool.uploads.backlog().drawings == 0


def test_a_refused_upload_is_tried_again_after_an_hour(spool: Spool) -> None:
    (drawing,) = give(spool, 1)
    now = [datetime.now(UTC)]
    store = Refusing(lambda key: drawing in key)
    uploader = Uploader(spool, store, clock=lambda: now[0])
    for _ in range(REFUSALS):
        uploader.drain()
    store.refuses = lambda _: False

    early = uploader.drain()
    now[0] += RETRY_AFTER + timedelta(seconds=1)
    late = uploader.drain()

    assert (early, late) == (0, 1)
    assert spool.uploads.quarantined() == []


def test_a_released_drawing_goes_up(spool: Spool) -> None:
    first, second = give(spool, 2)
    seqs = [pending.seq for pending in spool.uploads.pending(9)]
    for seq in seqs:
        spool.uploads.quarantine(seq, "tried in a test")

    assert Uploader(spool, MemoryStore()).drain() == 0
    assert spool.uploads.count_quarantined() == (2, "tried in a test")
    assert spool.uploads.release(first) == 1
    assert Uploader(spool, MemoryStore()).drain() == 1
    assert spool.uploads.release() == 1
    assert [pending.id for pending in spool.uploads.pending(9)] == [second]


def test_a_quarantined_drawing_is_still_deleted_by_its_contributor(spool: Spool) -> None:
    (drawing,) = give(spool, 1)
    spool.uploads.quarantine(spool.uploads.pending(1)[0].seq, "tried in a test")
    store = MemoryStore()

    spool.delete(drawing)
    Uploader(spool, store).drain()

    assert spool.uploads.quarantined() == []
    assert spool.uploads.backlog().drawings == 0
    assert list(store.keys()) == [f"tombstones/v1/{drawing}"]
