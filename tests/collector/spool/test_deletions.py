"""Deleting from the spool: on disk when it is answered, nothing left but the id, and never uploaded afterwards."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.spool.counts import Counts
from collector.spool.deletions import Deletion, WasDeleted
from collector.spool.group_commit import SpoolError
from collector.spool.pending_drawing import PendingDrawing
from collector.spool.spool import Spool
from tests.collector.contributions import make_contribution

ANN, BOB = "a" * 32, "b" * 32
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
UNKNOWN = "3f1c7a52-90aa-4c1e-8f52-6d0a5f3f9f10"


def test_a_deleted_drawing_waits_for_upload_no_more(spool: Spool) -> None:
    kept, deleted = make_contribution(), make_contribution()
    for contribution in (kept, deleted):
        spool.accept(contribution, ANN)

    deletion = spool.delete(deleted.id, NOON)

    assert deletion == Deletion(deleted.id, NOON)
    assert [pending.id for pending in spool.uploads.pending(9)] == [kept.id]
    assert spool.uploads.backlog().drawings == 1
    assert [waiting.id for waiting in spool.removals.pending(9)] == [deleted.id]


def test_the_backlogs_bytes_are_those_that_still_wait(spool: Spool) -> None:
    contribution = make_contribution()
    spool.accept(contribution, ANN)

    spool.delete(contribution.id)

    assert (spool.uploads.backlog().drawings, spool.uploads.backlog().bytes) == (0, 0)


def test_deleting_twice_is_one_deletion(spool: Spool) -> None:
    contribution = make_contribution()
    spool.accept(contribution, ANN)
    first = spool.delete(contribution.id, NOON)
    spool.removals.mark_removed(contribution.id)

    second = spool.delete(contribution.id, LATER)

    assert second == first
    assert spool.removals.pending(9) == []
    assert spool.counts().total == 0


def test_a_deleted_id_is_never_taken_again(spool: Spool, path: Path) -> None:
    contribution = make_contribution()
    spool.accept(contribution, ANN)
    spool.delete(contribution.id)

    with pytest.raises(WasDeleted, match=contribution.id):
        spool.accept(contribution, ANN)

    again = Spool(path)
    with pytest.raises(WasDeleted):
        again.accept(contribution, BOB)
    again.close()
    assert spool.uploads.pending(9) == []


def test_counts_are_of_what_is_kept_also_when_the_spool_is_opened_again(spool: Spool, path: Path) -> None:
    first, second, third = (make_contribution(label=label) for label in (1, 2, 2))
    for contribution in (first, second):
        spool.accept(contribution, ANN)
    before = spool.counts(ANN)

    spool.delete(second.id)  # counted before
    spool.accept(third, ANN)
    spool.delete(third.id)  # never counted
    spool.accept(make_contribution(label=9), BOB)

    after = spool.counts(ANN)
    again = Spool(path)
    assert before == Counts(2, 2, (0, 1, 1, 0, 0, 0, 0, 0, 0, 0))
    assert after == Counts(2, 1, (0, 1, 0, 0, 0, 0, 0, 0, 0, 1))
    assert again.counts(ANN) == after
    again.close()


def test_a_drawing_deleted_by_another_process_is_not_counted(spool: Spool, path: Path) -> None:
    first, second, third = (make_contribution(label=label) for label in (1, 2, 3))
    for contribution in (first, second, third):
        spool.accept(contribution, ANN)
    spool.counts()
    other = Spool(path)

    other.delete(first.id)
    spool.delete(second.id)

    assert spool.counts(ANN) == Counts(1, 1, (0, 0, 0, 1, 0, 0, 0, 0, 0, 0))
    assert other.counts(ANN) == spool.counts(ANN)
    other.close()


def test_the_last_ones_deletion_does_not_hide_the_next_one(spool: Spool) -> None:
    last = make_contribution(label=1)
    spool.accept(last, ANN)
    spool.counts()

    spool.delete(last.id)
    spool.accept(make_contribution(label=3), ANN)

    assert spool.counts(ANN) == Counts(1, 1, (0, 0, 0, 1, 0, 0, 0, 0, 0, 0))


def test_nothing_stays_of_a_removed_drawing_but_its_id_and_when_it_was_deleted(spool: Spool, path: Path) -> None:
    contribution = make_contribution()
    spool.accept(contribution, ANN)

    spool.delete(contribution.id, NOON)
    spool.removals.mark_removed(contribution.id)

    with sqlite3.connect(path) as file:
        rows = file.execute("SELECT * FROM drawings").fetchall() + file.execute("SELECT * FROM deletions").fetchall()
    file.close()
    assert rows == [
        (1, contribution.id, -1, "", "", "", None),
        (1, contribution.id, NOON.isoformat(), None, None, 1),
    ]


def test_a_deleted_drawings_bytes_are_not_left_in_the_file(spool: Spool, path: Path) -> None:
    contribution = make_contribution()
    spool.accept(contribution, ANN)
    document = spool.uploads.pending(1)[0].unpack()[0]

    spool.delete(contribution.id)
    spool.close()

    left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert contribution.id.encode() in left
    assert document[100:300] not in left
    assert contribution.samples[0].png[-64:] not in left
    assert ANN.encode() not in left


def test_a_drawing_is_found_where_it_is(spool: Spool) -> None:
    waiting, uploaded, deleted = make_contribution(), make_contribution(), make_contribution()
    for contribution in (waiting, uploaded, deleted):
        spool.accept(contribution, ANN)
    spool.uploads.mark_uploaded(uploaded.id)
    spool.delete(deleted.id, NOON)

    found = spool.find(waiting.id)

    assert isinstance(found, PendingDrawing)
    assert found.unpack()[1] == tuple(sample.png for sample in waiting.samples)
    assert spool.find(deleted.id) == Deletion(deleted.id, NOON)
    assert (spool.find(uploaded.id), spool.find(UNKNOWN)) == (None, None)


def test_a_drawing_that_the_spool_never_had_can_be_deleted(spool: Spool) -> None:
    spool.delete(UNKNOWN, NOON)

    (waiting,) = spool.removals.pending(9)
    assert (waiting.id, waiting.label, waiting.received_at) == (UNKNOWN, None, None)


def test_a_closed_spool_deletes_nothing_and_says_so(path: Path) -> None:
    spool = Spool(path)
    spool.close()

    with pytest.raises(SpoolError, match="closed"):
        spool.delete(UNKNOWN)
