"""A message in several frames: joined, limited in time, and counted together with those of other connections."""

from __future__ import annotations

import asyncio

import pytest
from websockets.frames import Frame, Opcode

from service.network.limits.ledger import Ledger
from service.network.protocols import incoming_message
from service.network.protocols.incoming_message import UNCOUNTED_BYTES, IncomingMessage


class Connection:
    """Notes what its message asks of it."""

    def __init__(self) -> None:
        self.evicted = self.overdue = 0

    def evict(self) -> None:
        self.evicted += 1

    def take_overdue(self) -> None:
        self.overdue += 1


async def joined(*frames: Frame) -> list[tuple[bytes | None, bool]]:
    """After each frame: the message, if it is complete, and whether it is one of text."""
    message = IncomingMessage(Ledger(0), asyncio.get_running_loop())
    added = [(message.add(frame), message.is_text) for frame in frames]
    return [(None if data is None else bytes(data), is_text) for data, is_text in added]


def test_a_message_in_one_frame_is_complete_even_when_empty() -> None:
    frames = [Frame(Opcode.TEXT, b"a"), Frame(Opcode.BINARY, b"")]

    assert asyncio.run(joined(*frames)) == [(b"a", True), (b"", False)]


def test_a_message_is_complete_with_its_last_frame_and_of_the_kind_of_its_first() -> None:
    frames = [Frame(Opcode.TEXT, b"a", fin=False), Frame(Opcode.CONT, b"b", fin=False), Frame(Opcode.CONT, b"c")]

    assert asyncio.run(joined(*frames, *frames)) == [(None, True), (None, True), (b"abc", True)] * 2


async def held(size: int, ledger: Ledger, connection: Connection) -> tuple[IncomingMessage, bool]:
    message = IncomingMessage(ledger, asyncio.get_running_loop())
    message.size = size
    return message, message.hold(connection, connection.take_overdue)


def test_the_first_bytes_of_a_message_are_not_counted() -> None:
    ledger = Ledger(UNCOUNTED_BYTES)

    _, has_room = asyncio.run(held(UNCOUNTED_BYTES, ledger, Connection()))

    assert (has_room, ledger.total) == (True, 0)


def test_a_message_for_which_no_room_can_be_made_is_not_held() -> None:
    ledger = Ledger(UNCOUNTED_BYTES)

    _, has_room = asyncio.run(held(UNCOUNTED_BYTES + 1, ledger, Connection()))

    assert (has_room, ledger.total) == (False, 0)


def test_the_oldest_unfinished_message_makes_room() -> None:
    ledger = Ledger(2 * UNCOUNTED_BYTES)
    oldest, newest = Connection(), Connection()

    async def hold_both() -> list[bool]:
        return [(await held(UNCOUNTED_BYTES + 1, ledger, one))[1] for one in (oldest, newest)]

    assert asyncio.run(hold_both()) == [True, True]
    assert (oldest.evicted, newest.evicted) == (1, 0)


def test_a_message_that_has_ended_holds_nothing_and_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming_message, "MESSAGE_SECONDS", 0.0)
    ledger, connection = Ledger(2 * UNCOUNTED_BYTES), Connection()

    async def end() -> IncomingMessage:
        message, _ = await held(UNCOUNTED_BYTES + 1, ledger, connection)
        message.end(connection)
        await asyncio.sleep(0.01)
        return message

    message = asyncio.run(end())

    assert (message.size, ledger.total, connection.overdue) == (0, 0, 0)


def test_a_message_is_overdue_once_and_again_after_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming_message, "MESSAGE_SECONDS", 0.0)
    connection = Connection()

    async def wait() -> list[int]:
        message, _ = await held(1, Ledger(0), connection)
        message.hold(connection, connection.take_overdue)
        await asyncio.sleep(0.01)
        first = connection.overdue
        message.allow_more_time(connection.take_overdue)
        await asyncio.sleep(0.01)
        return [first, connection.overdue]

    assert asyncio.run(wait()) == [1, 2]


def test_the_rest_of_a_message_that_was_given_up_is_dropped() -> None:
    connection = Connection()

    async def give_up() -> bytes | bytearray | memoryview | None:
        message, _ = await held(1, Ledger(0), connection)
        message.add(Frame(Opcode.BINARY, b"a", fin=False))
        message.end(connection)
        return message.add(Frame(Opcode.CONT, b"b"))

    assert asyncio.run(give_up()) is None
