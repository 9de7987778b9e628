"""The upload queue hands out drawings, the oldest first, until each is marked as uploaded."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from collector.spool.drawings import Acknowledgement
from collector.spool.spool import Spool
from collector.storage.stored_drawing import parse_stored_drawing
from tests.collector.contributions import STAGES, STROKE, make_contribution

ANN = "a" * 32
NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)


def test_a_pending_entry_has_the_stored_form_and_the_pictures(spool: Spool) -> None:
    contribution = make_contribution(label=7)

    spool.accept(contribution, ANN, "page", NOON)

    (pending,) = spool.uploads.pending(10)
    document, pngs = pending.unpack()
    stored = parse_stored_drawing(document)
    assert (stored.id, stored.label, stored.contributor) == (contribution.id, 7, ANN)
    assert stored.strokes == (STROKE,)
    assert pngs == STAGES


def test_an_uploaded_drawing_stays_known_and_counted_without_its_bytes(spool: Spool, path: Path) -> None:
    contribution = make_contribution(label=2)
    acknowledgement = spool.accept(contribution, ANN)

    spool.uploads.mark_uploaded(contribution.id)
    spool.uploads.mark_uploaded(contribution.id)

    assert spool.uploads.pending(10) == []
    assert (spool.uploads.backlog().drawings, spool.uploads.backlog().bytes) == (0, 0)
    assert spool.accept(contribution, ANN) == Acknowledgement(acknowledgement.id, acknowledgement.use, duplicate=True)
    assert spool.counts().by_label[2] == 1
    with sqlite3.connect(path) as file:
        assert file.execute("SELECT body FROM drawings").fetchall() == [(None,)]
    file.close()


def test_pending_drawings_come_oldest_first_from_any_number(spool: Spool) -> None:
    ids = [make_contribution() for _ in range(5)]
    for contribution in ids:
        spool.accept(contribution, ANN)
    spool.uploads.mark_uploaded(ids[1].id)

    first = spool.uploads.pending(2)
    rest = spool.uploads.pending(9, after=first[-1].seq)

    assert [pending.id for pending in first + rest] == [ids[0].id, ids[2].id, ids[3].id, ids[4].id]
