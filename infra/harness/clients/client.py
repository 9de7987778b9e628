"""Single requests to a running service: a websocket whose welcome has been read, and HTTP calls."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterable, Iterator, Mapping
from email.message import Message
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from infra.harness.service_process import RunningService

PROTOCOL = Subprotocol("midstroke.v1")
ANSWER_SECONDS = 10.0


@contextlib.contextmanager
def connected(
    service: RunningService, subprotocol: str = PROTOCOL, headers: Mapping[str, str] | None = None
) -> Iterator[ClientConnection]:
    """A socket; with the service's own subprotocol, one whose welcome has been read."""
    with connect(
        service.websocket_url,
        subprotocols=[Subprotocol(subprotocol)],
        compression=None,
        additional_headers=dict(headers or {}),
        proxy=None,
        max_size=None,
    ) as socket:
        if subprotocol == PROTOCOL:
            socket.recv(ANSWER_SECONDS)
        yield socket


def ask(socket: ClientConnection, message: bytes | str, seconds: float = ANSWER_SECONDS) -> dict[str, Any]:
    """Sends the message and returns the next answer.

    If the service closes the socket, `type` is "closed" and `code` the close code; without an answer, `type` is
    "silence".
    """
    try:
        socket.send(message)
        answer: dict[str, Any] = json.loads(socket.recv(seconds))
        return answer
    except ConnectionClosed as closed:
        return {"type": "closed", "code": None if closed.rcvd is None else closed.rcvd.code}
    except TimeoutError:
        return {"type": "silence"}


def contribute(socket: ClientConnection, drawing: str, text: str, seconds: float) -> dict[str, Any]:
    """Sends the contribution and returns the answer about it, whatever else comes before.

    Raises:
        TimeoutError: nothing came for so many seconds.
    """
    socket.send(text)
    while True:
        reply: dict[str, Any] = json.loads(socket.recv(seconds))
        if reply.get("id") == drawing:
            return reply


def call(
    service: RunningService,
    method: str,
    path: str,
    body: bytes | Iterable[bytes] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, Message, bytes]:
    """Status, headers and body. A body of parts is sent in chunks.

    Raises:
        OSError: the service closed the connection.
    """
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
    in_chunks = not isinstance(body, bytes | None)
    try:
        connection.request(method, path, body, dict(headers or {}), encode_chunked=in_chunks)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()
