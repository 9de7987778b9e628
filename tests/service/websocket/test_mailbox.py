from __future__ import annotations

import asyncio

import pytest

from service.websocket.mailbox import MAX_WAITING, Mailbox
from service.wire.messages import Frame


def ink(seq: int) -> Frame:
    return Frame("ink20", b"", seq=seq)


def path(seq: int) -> Frame:
    return Frame("path48", b"", seq=seq)


def taken(mailbox: Mailbox) -> list[int | None]:
    return [mailbox.take().snapshot.seq for _ in iter(lambda: bool(mailbox), False)]


def test_the_latest_snapshot_replaces_a_waiting_one() -> None:
    async def fill() -> Mailbox:
        mailbox = Mailbox()
        for seq in (1, 2, 3):
            await mailbox.put(ink(seq))
        return mailbox

    assert taken(asyncio.run(fill())) == [3]


def test_each_encoding_has_its_own_slot() -> None:
    async def fill() -> Mailbox:
        mailbox = Mailbox()
        for snapshot in (ink(1), path(2), ink(3)):
            await mailbox.put(snapshot)
        return mailbox

    assert taken(asyncio.run(fill())) == [3, 2]


def test_without_coalescing_all_snapshots_are_queued_in_order() -> None:
    async def fill() -> Mailbox:
        mailbox = Mailbox()
        mailbox.coalesce = False
        for seq in range(10):
            await mailbox.put(ink(seq))
        return mailbox

    assert taken(asyncio.run(fill())) == list(range(10))


def test_a_full_queue_makes_the_reader_wait_until_one_is_taken() -> None:
    async def overfill() -> tuple[bool, bool]:
        mailbox = Mailbox()
        mailbox.coalesce = False
        for seq in range(MAX_WAITING):
            await mailbox.put(ink(seq))
        late = asyncio.create_task(mailbox.put(ink(MAX_WAITING)))
        await asyncio.sleep(0)
        waited = not late.done()
        mailbox.take()
        await late
        return waited, late.done()

    assert asyncio.run(overfill()) == (True, True)


def test_queued_snapshots_come_before_coalesced_ones() -> None:
    async def change_over() -> Mailbox:
        mailbox = Mailbox()
        mailbox.coalesce = False
        await mailbox.put(ink(1))
        mailbox.coalesce = True
        await mailbox.put(ink(2))
        return mailbox

    assert taken(asyncio.run(change_over())) == [1, 2]


def test_nothing_can_be_taken_from_an_empty_mailbox() -> None:
    async def take() -> None:
        Mailbox().take()

    with pytest.raises(IndexError, match="empty"):
        asyncio.run(take())
