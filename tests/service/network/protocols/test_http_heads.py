"""Heads of HTTP requests are bounded, and refused where two readers may disagree on the body."""

from __future__ import annotations

import pytest

from service.network.protocols.http_heads import MAX_HEAD_BYTES, MAX_HEAD_LINES, Headers, HeadSize, has_unclear_body

LENGTH, NO_LENGTH = (b"content-length", b"5"), (b"content-length", b"0")
CHUNKED = (b"transfer-encoding", b"chunked")


def test_a_head_may_come_in_many_pieces_up_to_its_limit() -> None:
    size = HeadSize()

    assert all(size.add(b"x" * 1024) for _ in range(MAX_HEAD_BYTES // 1024))
    assert not size.add(b"x")


def test_a_head_has_a_limited_number_of_lines() -> None:
    size = HeadSize()

    assert size.add(b"a: b\r\n" * MAX_HEAD_LINES)
    assert not size.add(b"a: b\r\n")


def test_a_body_behind_the_head_does_not_count() -> None:
    size = HeadSize()

    assert size.add(b"GET / HTTP/1.1\r\n\r\n" + b"x" * 2 * MAX_HEAD_BYTES)


def test_the_next_head_is_counted_anew() -> None:
    size = HeadSize()
    size.add(b"x" * MAX_HEAD_BYTES)

    size.reset()

    assert size.add(b"x")


@pytest.mark.parametrize(
    ("headers", "upgrade", "unclear"),
    [
        ([], False, False),
        ([LENGTH], False, False),
        ([CHUNKED], False, False),
        ([LENGTH, CHUNKED], False, True),
        ([], True, False),
        ([NO_LENGTH], True, False),
        ([LENGTH], True, True),
        ([CHUNKED], True, True),
    ],
)
def test_a_body_is_unclear_with_two_lengths_or_with_an_upgrade(headers: Headers, upgrade: bool, unclear: bool) -> None:
    assert has_unclear_body(headers, upgrade) is unclear
