"""The short way for snapshots: which bytes may take it, and that whatever may not goes the long way unharmed."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from collector.ink.raster import draw_strokes, encode_png
from service.websocket.fast_path import FrameEdges, begins_frame, split_frames, text_frame
from tests.service.fakes import SEVEN
from tests.service.serving import WAIT_SECONDS, Service
from tests.service.talking import ink_frame

FIRST, SECOND = (Frame(Opcode.BINARY, body).serialize(mask=True) for body in (b"x" * 428, b"short"))


def test_whole_binary_frames_are_unmasked_and_the_rest_is_left() -> None:
    messages, rest = split_frames(FIRST + SECOND + FIRST[:7])

    assert messages == [b"x" * 428, b"short"]
    assert rest == FIRST[:7]


@pytest.mark.parametrize("cut", [1, 2, 3, 7, 8, 100])
def test_a_frame_that_is_not_all_there_is_left(cut: int) -> None:
    messages, rest = split_frames(FIRST[:cut])

    assert messages == []
    assert rest == FIRST[:cut]
    assert begins_frame(rest)


@pytest.mark.parametrize(
    "frame",
    [
        Frame(Opcode.TEXT, b"{}").serialize(mask=True),
        Frame(Opcode.BINARY, b"piece", fin=False).serialize(mask=True),
        Frame(Opcode.BINARY, b"unmasked").serialize(mask=False),
        Frame(Opcode.BINARY, b"y" * 70_000).serialize(mask=True),
        b"\xc2" + Frame(Opcode.BINARY, b"reserved").serialize(mask=True)[1:],
        Frame(Opcode.CLOSE, b"").serialize(mask=True),
    ],
    ids=["text", "in pieces", "unmasked", "long", "reserved bit", "close"],
)
def test_any_other_frame_is_none_of_these(frame: bytes) -> None:
    messages, rest = split_frames(frame)

    assert messages == []
    assert not begins_frame(rest)


@pytest.mark.parametrize("step", [1, 2, 3, 5, 11, 64, 1000])
def test_however_bytes_are_cut_the_edges_between_frames_are_known(step: int) -> None:
    sizes = (0, 5, 125, 126, 428, 70_000)
    sent = [Frame(Opcode.TEXT, b"z" * size).serialize(mask=True) for size in sizes]
    stream = b"".join(sent)
    ends: set[int] = set()
    for frame in sent:
        ends.add(max(ends, default=0) + len(frame))
    edges = FrameEdges()

    for at, end in pairwise([*range(0, len(stream), step), len(stream)]):
        edges.pass_on(stream[at:end])

        assert edges.between == (end in ends)


def test_after_a_message_in_pieces_nothing_takes_the_short_way_any_more() -> None:
    edges = FrameEdges()

    edges.pass_on(Frame(Opcode.TEXT, b"one", fin=False).serialize(mask=True))
    edges.pass_on(Frame(Opcode.CONT, b"two").serialize(mask=True))

    assert not edges.between


@pytest.mark.parametrize("size", [0, 125, 126, 190, 65_535])
def test_a_text_is_framed_as_the_library_frames_it(size: int) -> None:
    assert text_frame(b"t" * size) == Frame(Opcode.TEXT, b"t" * size).serialize(mask=False)


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


def test_a_wrong_frame_among_right_ones_is_told_of(service: Service) -> None:
    with raw_socket(service) as raw:
        read_reply(raw)

        raw.sendall(masked(ink_frame(1)) + masked(b"\x01\x01 no snapshot at all") + masked(ink_frame(3)))

        replies = [read_reply(raw), read_reply(raw)]
        while replies[-1].get("seq") != 3:
            replies.append(read_reply(raw))
        assert "bad_frame" in {reply.get("code") for reply in replies}
