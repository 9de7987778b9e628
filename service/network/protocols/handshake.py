"""The opening handshake of a websocket: its answer, and the ASGI scope of the socket that it opens. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from starlette.types import Scope
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

HANDSHAKE_HEADERS = frozenset((b"connection", b"upgrade"))
HANDSHAKE_PREFIX = b"sec-websocket-"
KEPT_HEADERS = frozenset((b"host", b"origin", b"user-agent"))  # for as long as the socket lives
KEPT_PREFIXES = (b"x-forwarded-", HANDSHAKE_PREFIX)
KEPT_BYTES = 4096

Headers = Sequence[tuple[bytes, bytes]]


def answer_handshake(conn: ServerProtocol, scope: Scope, headers: Headers) -> Response:
    """The answer to the request: 101 when it may become a socket, otherwise the refusal."""
    # Only the headers of the handshake: `websockets` refuses large cookies, which the service ignores.
    concerned = [
        name + b": " + value + b"\r\n"
        for name, value in headers
        if name in HANDSHAKE_HEADERS or name.startswith(HANDSHAKE_PREFIX)
    ]
    method = str(scope["method"]).encode()
    conn.receive_data(method + b" / HTTP/1.1\r\n" + b"".join(concerned) + b"\r\n")
    request = next((event for event in conn.events_received() if isinstance(event, Request)), None)
    if request is None:
        return conn.reject(HTTPStatus.BAD_REQUEST, "not a websocket handshake\n")
    response = conn.accept(request)
    kept_bytes = sum(len(name) + len(value) for name, value in _kept(headers))
    if (
        response.status_code == HTTPStatus.SWITCHING_PROTOCOLS
        and kept_bytes + len(scope["raw_path"]) + len(scope["query_string"]) > KEPT_BYTES
    ):
        return conn.reject(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"over {KEPT_BYTES} bytes\n")
    return response


def socket_scope(scope: Scope, headers: Headers, extensions: dict[str, Any]) -> Scope:
    """The ASGI scope of the socket, from that of the request."""
    offered = [
        name.strip().decode("latin-1")
        for key, value in headers
        if key == b"sec-websocket-protocol"
        for name in value.split(b",")
    ]
    opened = {
        **scope,
        "type": "websocket",
        "scheme": "wss" if scope["scheme"] == "https" else "ws",
        "headers": _kept(headers),
        "subprotocols": offered,
        "extensions": extensions,
    }
    del opened["method"]
    return opened


def _kept(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name in KEPT_HEADERS or name.startswith(KEPT_PREFIXES)]
