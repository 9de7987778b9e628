from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from collector.contribution.contributor import contributor_id, stored_use, use_of
from collector.contribution.receipt import receipt_for
from collector.spool.counts import Counts
from collector.spool.drawings import Acknowledgement
from collector.spool.group_commit import SpoolError
from collector.spool.spool import Spool
from service.intake.intake import UPLOADS_DELAYED, Intake
from service.intake.storage_health import STUCK_SECONDS, StorageHealth
from service.intake.write_pause import REST_SECONDS
from service.wire.schemas import Accepted, Refused
from tests.service.fakes import TOKEN, contribution_record

KEY = b"k" * 32


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool.sqlite", 2**20)
    yield spool
    spool.close()


def test_a_contribution_is_on_disk_when_it_is_accepted(spool: Spool) -> None:
    record = contribution_record()

    reply = Intake(spool, KEY).accept(record)

    assert reply.model_dump() == {
        "type": "accepted",
        "id": record["id"],
        "use": stored_use(use_of(contributor_id(KEY, TOKEN))),
        "duplicate": False,
        "receipt": receipt_for(KEY, record["id"], contributor_id(KEY, TOKEN)),
        "contributions": {"total": 1, "yours": 1, "by_label": [0, 0, 0, 0, 0, 0, 0, 1, 0, 0], "trouble": ""},
    }
    assert [waiting.id for waiting in spool.uploads.pending(10)] == [record["id"]]


def test_the_browsers_token_is_not_stored(spool: Spool) -> None:
    Intake(spool, KEY).accept(contribution_record())

    assert TOKEN not in repr(spool.uploads.pending(1))


def test_a_repeated_id_is_a_duplicate_and_counts_once(spool: Spool) -> None:
    intake, record = Intake(spool, KEY), contribution_record()

    intake.accept(record)
    again = intake.accept(record)

    assert isinstance(again, Accepted)
    assert (again.duplicate, again.contributions.total) == (True, 1)


@pytest.mark.parametrize("changes", [{"label": 10}, {"samples": []}, {"consent": "none"}, {"contributor": "x"}])
def test_an_invalid_contribution_is_refused_for_good(spool: Spool, changes: dict[str, Any]) -> None:
    record = contribution_record(**changes)

    reply = Intake(spool, KEY).accept(record)

    assert isinstance(reply, Refused)
    assert (reply.id, reply.code, reply.retry) == (record["id"], "bad_contribution", False)
    assert spool.uploads.pending(1) == []


def test_a_record_without_a_contributions_fields_is_refused(spool: Spool) -> None:
    reply = Intake(spool, KEY).accept({"id": ["no", "text"]})

    assert isinstance(reply, Refused)
    assert (reply.id, reply.code) == ("", "bad_contribution")


def test_a_full_spool_refuses_with_retry(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "small.sqlite", 100)

    reply = Intake(spool, KEY).accept(contribution_record())
    spool.close()

    assert isinstance(reply, Refused)
    assert (reply.code, reply.retry) == ("spool_full", True)


def test_a_failing_spool_refuses_with_retry_and_reports_trouble(spool: Spool) -> None:
    intake = Intake(spool, KEY)
    spool.close()

    reply = intake.accept(contribution_record())

    assert isinstance(reply, Refused)
    assert (reply.code, reply.retry) == ("busy", True)
    assert "spool" in intake.unusable()


class Disk:
    """Wraps a spool; its writes fail while `full`."""

    def __init__(self, spool: Spool) -> None:
        self.full, self.attempts = True, 0
        self._spool = spool

    def accept(self, *given: Any, **named: Any) -> Acknowledgement:
        self.attempts += 1
        if self.full:
            raise SpoolError("database or disk is full")
        return self._spool.accept(*given, **named)

    def counts(self, contributor: str | None = None) -> Counts:
        return self._spool.counts(contributor)


def test_while_the_disk_fails_one_contribution_at_a_time_is_tried(spool: Spool) -> None:
    disk, now = Disk(spool), [100.0]
    intake = Intake(cast("Spool", disk), KEY, clock=lambda: now[0])

    failing = [asyncio.run(intake.take(contribution_record())) for _ in range(3)]
    attempts = disk.attempts
    disk.full = False
    refused = asyncio.run(intake.take(contribution_record()))
    now[0] += REST_SECONDS
    accepted = [asyncio.run(intake.take(contribution_record())) for _ in range(3)]

    assert attempts == 1
    assert [isinstance(reply, Refused) and (reply.code, reply.retry) for reply in (*failing, refused)] == [
        ("busy", True)
    ] * 4
    assert all(isinstance(reply, Accepted) for reply in accepted)


def test_counts_are_of_the_given_token(spool: Spool) -> None:
    intake = Intake(spool, KEY)
    intake.accept(contribution_record(label=3))

    assert intake.counts(TOKEN).yours == 1
    assert intake.counts("another-browsers-token").yours == 0
    assert intake.counts().total == 1


def test_visitors_hear_that_uploads_are_delayed_and_never_why(spool: Spool, tmp_path: Path) -> None:
    now = [0.0]
    health = StorageHealth(spool, tmp_path, clock=lambda: now[0], free_bytes=lambda _: 2**40)
    intake = Intake(spool, KEY, health=health)
    intake.accept(contribution_record())
    spool.uploads.note_trouble("http://store.internal:9000 refused")

    at_first = intake.counts().trouble
    now[0] += 10
    intake.trouble()
    now[0] += 2 * STUCK_SECONDS

    assert at_first == ""
    assert intake.counts().trouble == UPLOADS_DELAYED
    assert "store.internal" in intake.trouble()
