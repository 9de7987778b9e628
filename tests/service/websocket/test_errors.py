"""Clients that send wrong or too many messages, or never read, on a real server."""

from __future__ import annotations

import json

import pytest

from collector.ink.raster import encode_png
from tests.service.conversation import (
    CANVAS,
    INK20,
    PNG,
    StartService,
    ask,
    close_code,
    frame,
    greet,
    ink_frame,
    serve_two_families,
)
from tests.service.serving import Service, receive, receive_all

pytestmark = pytest.mark.unchanged_service


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "bad_json"),
        ("[]", "bad_json"),
        ('{"type": "train"}', "unknown_type"),
        ('{"type": "hello", "coalesce": 1}', "bad_hello"),
        ('{"type": "hello", "family": "nobody"}', "unknown_family"),
        (b"", "bad_frame"),
        (b"\x01\x01", "bad_frame"),
        (frame(INK20, b"short"), "bad_frame"),
        (frame(INK20, b"\xff" * 412), "bad_snapshot"),
        (frame(PNG, b"GIF89a"), "bad_snapshot"),
        (b"\x89PNG\r\n\x1a\n", "bad_snapshot"),
        ('{"type": "strokes", "drawing": 1, "seq": 1, "width": 9, "height": 9, "strokes": 1}', "bad_snapshot"),
        # A snapshot that a client took for text, and a hello that it took for binary.
        (ink_frame().decode("latin-1"), "bad_json"),
        (b'{"type": "hello"}', "bad_frame"),
    ],
)
def test_a_wrong_message_gets_its_error_code_and_the_socket_stays_open(
    service: Service, message: bytes | str, code: str
) -> None:
    with service.connect() as socket:
        receive(socket)

        error = ask(socket, message)
        answer = ask(socket, ink_frame())

    assert (error["type"], error["code"]) == ("error", code)
    assert answer["type"] == "prediction"


def test_an_error_names_its_snapshot(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        error = ask(socket, frame(PNG, b"no picture", seq=12, drawing=3))

    assert (error["drawing"], error["seq"]) == (3, 12)


def test_an_invalid_hello_leaves_the_former_in_effect(start_service: StartService) -> None:
    service = start_service()
    serve_two_families(service)
    with service.connect() as socket:
        greet(socket, family="whole")

        error = ask(socket, '{"type": "hello", "family": "nobody"}')
        answer = ask(socket, encode_png(CANVAS))

    assert (error["code"], answer["family"]) == ("unknown_family", "whole")


def test_thirty_two_wrong_messages_in_a_row_end_the_socket(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        for _ in range(32):
            socket.send("nonsense")

        assert close_code(socket) == 4408


def test_thirty_two_wrong_snapshots_in_a_row_end_the_socket(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, coalesce=False)

        for seq in range(32):
            socket.send(frame(INK20, b"\xff" * 412, seq))

        assert close_code(socket) == 4408


def test_a_valid_message_between_wrong_ones_keeps_the_socket_open(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        for _ in range(31):
            ask(socket, "nonsense")
        ask(socket, ink_frame())
        for _ in range(31):
            ask(socket, "nonsense")

        assert ask(socket, ink_frame())["type"] == "prediction"


def test_a_message_over_the_limit_ends_the_socket(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        socket.send(bytes(1024 * 1024 + 1))

        assert close_code(socket) == 1009


def test_a_pong_has_the_number_of_its_ping(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        assert ask(socket, '{"type": "ping", "t": 12.5}') == {"type": "pong", "t": 12.5}


def test_a_client_that_never_reads_is_answered_when_it_does(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        for seq in range(2000):
            socket.send(json.dumps({"type": "ping", "t": seq}))

        assert [answer["t"] for answer in receive_all(socket, 2000)] == list(range(2000))
