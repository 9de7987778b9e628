"""Ten thousand malformed messages and broken websocket frames: each gets its error, and the service takes no harm."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from infra.harness.clients.client import ANSWER_SECONDS, PROTOCOL, ask, connected
from infra.harness.clients.raw_peer import BINARY, PING, TEXT, frame
from infra.harness.results.rows import Row, Setting, check, none_of
from infra.harness.service_process import RunningService, running_service
from infra.soak.footprint import Footprint
from infra.soak.hostile.malformed import MALFORMED, Malformed

ABOUT = "10,000 malformed messages, and 400 sockets that break the websocket protocol itself"

MESSAGES = 10_000
BREAKS = 400
CONSECUTIVE = 16  # malformed messages before a correct one: after 32 in a row the service closes the socket
MEMORY_MIB = 5.0
COMPRESSED = 0x40  # the reserved bit that permessage-deflate uses
CONTINUATION = 0x0
HEADER_BYTES = 14  # of a masked frame of over 64 KiB


@dataclass(frozen=True, slots=True)
class Break:
    """Bytes below the level of messages, and the close code that answers them."""

    name: str
    raw: bytes
    closes: int


HALF_MIB = bytes(2**19)
# RFC 6455: 5.2 (reserved bits, opcodes, masks), 5.4 (fragments), 5.5 (control frames), 8.1 (UTF-8).
BREAKS_OF_THE_WIRE = (
    Break("text that is not UTF-8", frame(TEXT, b"\xc3\x28\xff\xfe"), 1007),
    Break("a reserved bit: compressed without agreement", frame(COMPRESSED | BINARY, b"\x03\x00"), 1002),
    Break("a reserved opcode", frame(0x3), 1002),
    Break("a frame without a mask", b"\x82\x02hi", 1002),
    Break("a ping of 126 bytes", frame(PING, bytes(126)), 1002),
    Break("a fragmented ping", frame(PING, final=False), 1002),
    Break("a continuation of nothing", frame(CONTINUATION), 1002),
    Break("a message begun within another", frame(BINARY, b"a", final=False) + frame(BINARY, b"b"), 1002),
    Break("a message of 1 MiB and a byte", frame(BINARY, bytes(2**20 + 1))[:HEADER_BYTES], 1009),
    Break("a message of 8 EiB", b"\x82\xff" + (2**63 - 1).to_bytes(8) + bytes(4), 1009),
    Break(
        "a message that grows to 1.5 MiB",
        frame(BINARY, HALF_MIB, final=False) + 2 * frame(CONTINUATION, HALF_MIB, final=False),
        1009,
    ),
)


def run(setting: Setting) -> list[Row]:
    messages, breaks = (222, 11) if setting.quick else (MESSAGES, BREAKS)
    rng = random.Random(setting.seed)
    with running_service(setting.scratch / "var") as service:
        # What is loaded or made once is no growth: threads, and the buffers of the largest messages.
        _ask_all(service, rng, messages // 10)
        _break_all(service, breaks // 4)
        footprint = Footprint(service)
        wrong = _ask_all(service, rng, messages)
        unclosed = _break_all(service, breaks) + _refused_openings(service)
        rows = [
            _none_wrong("wrong answers", wrong, messages, "messages"),
            _none_wrong("wrong close codes", unclosed, breaks + 2, "sockets"),
            *footprint.log_rows(),
            footprint.memory_row(setting, MEMORY_MIB),
        ]
        with connected(service) as socket:
            answer = str(ask(socket, json.dumps({"type": "ping", "t": 1})).get("type"))
        return [*rows, check("the answer to a correct message afterwards", answer, "pong", answer == "pong")]


def _none_wrong(name: str, wrong: Counter[str], of: int, unit: str) -> Row:
    worst = "; ".join(f"{count} of {kind}" for kind, count in wrong.most_common(3))
    return replace(none_of(name, wrong.total(), of, unit), note=worst)


def _ask_all(service: RunningService, rng: random.Random, count: int) -> Counter[str]:
    """Sends malformed messages over one socket; counts wrong answers by kind."""
    wrong: Counter[str] = Counter()
    with connected(service) as socket:
        for number in range(count):
            kind = MALFORMED[number % len(MALFORMED)]
            answer = ask(socket, kind.make(rng))
            if not _is_right(kind, answer):
                wrong[f"{kind.name}: {answer.get('type')} {answer.get('code', '')}"] += 1
            if number % CONSECUTIVE == 0:
                ask(socket, json.dumps({"type": "ping", "t": number}))
    return wrong


def _is_right(kind: Malformed, answer: dict[str, Any]) -> bool:
    wanted = "refused" if kind.code == "bad_contribution" else "error"
    return (answer.get("type"), answer.get("code")) == (wanted, kind.code)


def _break_all(service: RunningService, count: int) -> Counter[str]:
    wrong: Counter[str] = Counter()
    for number in range(count):
        kind = BREAKS_OF_THE_WIRE[number % len(BREAKS_OF_THE_WIRE)]
        code = _close_code(service, lambda socket, raw=kind.raw: socket.socket.sendall(raw))  # type: ignore[misc]
        if code != kind.closes:
            wrong[f"{kind.name}: {code}"] += 1
    return wrong


def _refused_openings(service: RunningService) -> Counter[str]:
    """Another subprotocol alone, and 32 malformed messages in a row."""
    wrong: Counter[str] = Counter()
    for name, closes, code in (
        ("another subprotocol", 4400, _close_code(service, lambda _: None, "mqtt")),
        ("32 malformed in a row", 4408, _close_code(service, _send_malformed)),
    ):
        if code != closes:
            wrong[f"{name}: {code}"] += 1
    return wrong


def _send_malformed(socket: ClientConnection) -> None:
    for _ in range(32):
        socket.send("?")


def _close_code(
    service: RunningService, act: Callable[[ClientConnection], object], subprotocol: str = PROTOCOL
) -> int | None:
    """The code with which the service closes the socket."""
    with connected(service, subprotocol) as socket:
        try:
            act(socket)
            while True:
                socket.recv(ANSWER_SECONDS)
        except (ConnectionClosed, TimeoutError, OSError):
            pass
        return None if socket.protocol.close_rcvd is None else socket.protocol.close_rcvd.code
