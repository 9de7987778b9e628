"""Frames as bytes: edges found in any cut of a stream, and the frames that the fast path takes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from websockets.frames import Frame, Opcode

from service.network.protocols.frames import FrameEdges, begins_frame, split_frames, text_frame

FIRST, SECOND = (Frame(Opcode.BINARY, body).serialize(mask=True) for body in (b"x" * 428, b"short"))


def follow(edges: FrameEdges, data: bytes) -> None:
    while data:
        data = data[edges.pass_on(data, most_frames=16, most_bytes=2**16) :]


def test_whole_binary_frames_are_unmasked_and_the_rest_is_left() -> None:
    messages, rest = split_frames(FIRST + SECOND + FIRST[:7], 16)

    assert messages == [b"x" * 428, b"short"]
    assert rest == FIRST[:7]


@pytest.mark.parametrize("cut", [1, 2, 3, 7, 8, 100])
def test_an_incomplete_frame_is_left(cut: int) -> None:
    messages, rest = split_frames(FIRST[:cut], 16)

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
def test_any_other_frame_is_left_to_the_session(frame: bytes) -> None:
    messages, rest = split_frames(frame, 16)

    assert messages == []
    assert not begins_frame(rest)


@pytest.mark.parametrize("step", [1, 2, 3, 5, 11, 64, 1000])
def test_edges_are_found_however_the_bytes_are_cut(step: int) -> None:
    sizes = (0, 5, 125, 126, 428, 70_000)
    sent = [Frame(Opcode.TEXT, b"z" * size).serialize(mask=True) for size in sizes]
    stream = b"".join(sent)
    ends: set[int] = set()
    for frame in sent:
        ends.add(max(ends, default=0) + len(frame))
    edges = FrameEdges()

    for at, end in pairwise([*range(0, len(stream), step), len(stream)]):
        follow(edges, stream[at:end])

        assert edges.between == (end in ends)


def test_a_message_in_pieces_ends_with_its_last_frame() -> None:
    edges = FrameEdges()
    between = []

    for frame in (
        Frame(Opcode.TEXT, b"one", fin=False),
        Frame(Opcode.PING, b""),
        Frame(Opcode.CONT, b"two", fin=False),
        Frame(Opcode.CONT, b"three"),
    ):
        follow(edges, frame.serialize(mask=True))
        between.append(edges.between)

    assert between == [False, False, False, True]


def test_a_slice_begins_no_more_frames_than_it_may() -> None:
    empty = Frame(Opcode.PING, b"").serialize(mask=True)

    passed = FrameEdges().pass_on(empty * 100, most_frames=16, most_bytes=2**16)

    assert passed == 16 * len(empty)


def test_a_slice_is_no_longer_than_it_may_be() -> None:
    edges = FrameEdges()

    passed = edges.pass_on(Frame(Opcode.TEXT, b"z" * 70_000).serialize(mask=True), most_frames=16, most_bytes=5000)

    assert (passed, edges.between) == (5000, False)


@pytest.mark.parametrize("size", [0, 125, 126, 190, 65_535])
def test_a_text_is_framed_as_the_library_frames_it(size: int) -> None:
    assert text_frame(b"t" * size) == Frame(Opcode.TEXT, b"t" * size).serialize(mask=False)
