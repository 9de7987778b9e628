"""The fast path on a real service: what may not take it reaches the session unharmed and in order."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from collector.ink.raster import draw_strokes, encode_png
from tests.service.conversation import ink_frame
from tests.service.fakes import SEVEN
from tests.service.serving import WAIT_SECONDS, Service

pytestmark = pytest.mark.unchanged_service


@contextmanager
def raw_socket(service: Service) -> Iterator[socket.socket]:
    """A websocket whose bytes the test writes itself."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=WAIT_SECONDS) as raw:
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        raw.sendall(f"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += raw.recv(1)
        yield raw


def read_reply(raw: socket.socket) -> dict[str, Any]:
    """The next text; replies are longer than 125 bytes or shorter, never longer than 65,535."""
    length = read(raw, 2)[1]
    if length == 126:
        (length,) = struct.unpack(">H", read(raw, 2))
    reply: dict[str, Any] = json.loads(read(raw, length))
    return reply


def read(raw: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += raw.recv(size - len(data))
    return data


def masked(message: bytes | str) -> bytes:
    if isinstance(message, str):
        return Frame(Opcode.TEXT, message.encode()).serialize(mask=True)
    return Frame(Opcode.BINARY, message).serialize(mask=True)


def test_a_frame_that_comes_in_two_halves_is_answered(service: Service) -> None:
    with raw_socket(service) as raw:
        read_reply(raw)
        frame = masked(ink_frame(7))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        raw.sendall(frame[:200])
        raw.sendall(frame[200:])

        assert read_reply(raw)["seq"] == 7


def test_of_frames_that_come_together_the_latest_is_answered(service: Service) -> None:
    with raw_socket(service) as raw:
        read_reply(raw)

        raw.sendall(b"".join(masked(ink_frame(seq)) for seq in range(1, 31)))

        seqs: list[int] = []
        while not seqs or seqs[-1] != 30:
            seqs.append(read_reply(raw)["seq"])
        assert seqs == sorted(set(seqs))


def test_a_hello_and_a_snapshot_in_one_go_keep_their_order(service: Service) -> None:
    with raw_socket(service) as raw:
        read_reply(raw)

        raw.sendall(masked('{"type":"hello","family":"softmax"}') + masked(ink_frame(1)))

        replies = [read_reply(raw), read_reply(raw)]
        assert {reply["type"] for reply in replies} == {"welcome", "prediction"}
        assert next(reply for reply in replies if reply["type"] == "prediction")["family"] == "softmax"


def test_a_quick_snapshot_does_not_overtake_a_picture_that_is_being_read(service: Service) -> None:
    picture = encode_png(draw_strokes(SEVEN, 2048, 2048))  # takes tens of milliseconds to read
    with raw_socket(service) as raw:
        read_reply(raw)
        raw.sendall(masked('{"type":"hello","coalesce":false,"family":"softmax"}'))
        read_reply(raw)

        raw.sendall(masked(picture))
        time.sleep(0.005)  # until it is no longer in the mailbox, and not answered
        raw.sendall(masked(ink_frame(99)))

        assert [read_reply(raw)["seq"], read_reply(raw)["seq"]] == [1, 99]


def test_a_snapshot_in_pieces_is_answered_and_so_is_the_next_one(service: Service) -> None:
    with raw_socket(service) as raw:
        read_reply(raw)
        data = ink_frame(1)

        raw.sendall(Frame(Opcode.BINARY, data[:100], fin=False).serialize(mask=True))
        raw.sendall(Frame(Opcode.CONT, data[100:]).serialize(mask=True))
        first = read_reply(raw)
        raw.sendall(masked(ink_frame(2)))

        assert (first["seq"], read_reply(raw)["seq"]) == (1, 2)


def test_a_wrong_frame_among_right_ones_gets_an_error(service: Service) -> None:
    with raw_socket(service) as raw:
        read_reply(raw)

        raw.sendall(masked(ink_frame(1)) + masked(b"\x01\x01 no snapshot at all") + masked(ink_frame(3)))

        replies = [read_reply(raw), read_reply(raw)]
        while replies[-1].get("seq") != 3:
            replies.append(read_reply(raw))
        assert "bad_frame" in {reply.get("code") for reply in replies}
