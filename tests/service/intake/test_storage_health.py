"""Stuck uploads, quarantined drawings and a full disk are reported in one line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.spool.spool import Spool
from service.intake.storage_health import ROOM_BYTES, STUCK_SECONDS, StorageHealth
from tests.collector.contributions import make_contribution

ANN = "a" * 32


class Watch:
    """A health whose clock and disk are the test's."""

    def __init__(self, spool: Spool, folder: Path) -> None:
        self.now, self.free = 100.0, ROOM_BYTES
        self._health = StorageHealth(spool, folder, lambda: self.now, lambda _: self.free)

    def after(self, seconds: float) -> str:
        self.now += seconds
        return self._health.trouble()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool.sqlite")
    yield spool
    spool.close()


@pytest.fixture
def watch(spool: Spool, tmp_path: Path) -> Watch:
    return Watch(spool, tmp_path)


def test_an_idle_service_has_no_trouble(watch: Watch) -> None:
    assert watch.after(0) == ""
    assert watch.after(10 * STUCK_SECONDS) == ""


def test_uploads_that_make_no_progress_for_a_minute_are_reported_with_the_reason(spool: Spool, watch: Watch) -> None:
    spool.accept(make_contribution(), ANN)
    spool.uploads.note_trouble("the store is down")

    early = watch.after(0), watch.after(STUCK_SECONDS - 1)
    late = watch.after(2)

    assert early == ("", "")
    assert "1 drawings wait" in late
    assert "the store is down" in late


def test_new_drawings_do_not_hide_that_uploads_stand_still(spool: Spool, watch: Watch) -> None:
    reported = []
    for _ in range(8):
        spool.accept(make_contribution(), ANN)
        reported.append(watch.after(STUCK_SECONDS / 4))

    assert reported[0] == ""
    assert "8 drawings wait" in reported[-1]


def test_uploads_that_move_are_no_trouble_however_many_wait(spool: Spool, watch: Watch) -> None:
    ids = [spool.accept(make_contribution(), ANN).id for _ in range(6)]

    reported = []
    for drawing in ids[:5]:
        reported.append(watch.after(STUCK_SECONDS - 1))
        spool.uploads.mark_uploaded(drawing)

    assert reported == [""] * 5


def test_a_full_disk_and_a_quarantine_are_reported(spool: Spool, watch: Watch) -> None:
    spool.accept(make_contribution(), ANN)
    spool.uploads.quarantine(spool.uploads.pending(1)[0].seq, "a damaged row")
    watch.free = 1024

    reported = watch.after(5)

    assert "1 KiB free" in reported
    assert "1 drawings in quarantine" in reported
    assert "a damaged row" in reported


def test_a_quarantined_drawing_does_not_count_as_stuck(spool: Spool, watch: Watch) -> None:
    spool.accept(make_contribution(), ANN)
    spool.uploads.quarantine(spool.uploads.pending(1)[0].seq, "a damaged row")
    watch.after(0)

    assert "wait" not in watch.after(2 * STUCK_SECONDS)
