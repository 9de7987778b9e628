"""Sends messages to the service and reads its replies."""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from collector.ink.ink20_2 import to_ink20_2
from collector.ink.raster import draw_strokes
from collector.ink.snapshot import pack_ink20, to_ink20
from service.inference.served import Served
from tests.service.fakes import SEVEN, fake_predictor
from tests.service.serving import WAIT_SECONDS, Service, receive

StartService = Callable[..., Service]

CANVAS = draw_strokes(SEVEN)
INK20, CANVAS20, PNG, INK20_2 = 1, 2, 3, 5
INK20_PAYLOAD = pack_ink20(to_ink20(CANVAS))  # of a client of an earlier release


def frame(encoding: int, payload: bytes, seq: int = 1, drawing: int = 1) -> bytes:
    return struct.pack("<BBHIII", 1, encoding, 0, drawing, seq, 0) + payload


def ink_frame(seq: int = 1) -> bytes:
    return frame(INK20_2, pack_ink20(to_ink20_2(CANVAS)), seq)


def say(socket: ClientConnection, **message: Any) -> None:
    socket.send(json.dumps(message))


def ask(socket: ClientConnection, message: bytes | str) -> Any:
    socket.send(message)
    return receive(socket)


def greet(socket: ClientConnection, **hello: Any) -> Any:
    """Says hello and reads both welcomes."""
    receive(socket)
    say(socket, type="hello", **hello)
    return receive(socket)


def close_code(socket: ClientConnection) -> int | None:
    """Reads on until the server closes."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            socket.recv(WAIT_SECONDS)
    return socket.close_code


def serve_two_families(service: Service) -> None:
    """`whole` takes canvas20 and predicts 3; `cropped` takes ink20, predicts 7 and is the better one."""
    predictors = {
        "cropped": fake_predictor("cropped", "ink20", mean=0.9, digit=7),
        "whole": fake_predictor("whole", "canvas20", mean=0.5, digit=3),
    }
    service.live.current = Served(MappingProxyType(predictors))
