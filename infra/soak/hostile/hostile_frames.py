"""Ten thousand messages that no client should send: each gets its error, and the service takes no harm."""

from __future__ import annotations

import contextlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from infra.harness.rows import Row, Setting, check, none_of
from infra.harness.service_process import RunningService, running_service
from infra.soak.footprint import Footprint
from infra.soak.hostile.malformed import MALFORMED, Malformed

ABOUT = "10,000 malformed messages, and 400 sockets that break the websocket protocol itself"

MESSAGES = 10_000
BREAKS = 400
FORGIVEN = 16  # wrong messages before a right one: at 32 in a row the socket would end
ANSWER_SECONDS = 10.0
MEMORY_MIB = 5.0


@dataclass(frozen=True, slots=True)
class Break:
    """Bytes below the level of messages, and the close code that answers them."""

    name: str
    raw: bytes
    closes: int


def _masked(first: int, length: bytes, body: bytes = b"") -> bytes:
    """A client's frame under a mask of zeros."""
    return bytes((first,)) + bytes((length[0] | 0x80,)) + length[1:] + bytes(4) + body


# RFC 6455: 5.2 (reserved bits, opcodes, masks), 5.4 (fragments), 5.5 (control frames), 8.1 (UTF-8).
BREAKS_OF_THE_WIRE = (
    Break("text that is not UTF-8", _masked(0x81, b"\x04", b"\xc3\x28\xff\xfe"), 1007),
    Break("a reserved bit: packed though it was not agreed on", _masked(0xC2, b"\x02", b"\x03\x00"), 1002),
    Break("a reserved opcode", _masked(0x83, b"\x00"), 1002),
    Break("a frame without a mask", b"\x82\x02hi", 1002),
    Break("a ping of 126 bytes", _masked(0x89, b"\x7e\x00\x7e", bytes(126)), 1002),
    Break("half a ping", _masked(0x09, b"\x00"), 1002),
    Break("a continuation of nothing", _masked(0x80, b"\x00"), 1002),
    Break("a message begun within another", _masked(0x02, b"\x01", b"a") + _masked(0x82, b"\x01", b"b"), 1002),
    Break("a message of 1 MiB and a byte", _masked(0x82, b"\x7f" + (2**20 + 1).to_bytes(8, "big")), 1009),
    Break("a message of 8 EiB", _masked(0x82, b"\x7f" + (2**63 - 1).to_bytes(8, "big")), 1009),
    Break(
        "a message that grows to 1.5 MiB",
        _masked(0x02, b"\x7f" + (2**19).to_bytes(8, "big"), bytes(2**19))
        + 2 * _masked(0x00, b"\x7f" + (2**19).to_bytes(8, "big"), bytes(2**19)),
        1009,
    ),
)


def run(setting: Setting) -> list[Row]:
    messages, breaks = (222, 11) if setting.quick else (MESSAGES, BREAKS)
    rng = random.Random(setting.seed)
    with running_service(setting.scratch / "var") as service:
        # What is loaded or made once is no growth: threads, and the room that the largest messages are received into.
        _ask_all(service, rng, messages // 10)
        _break_all(service, breaks // 4)
        footprint = Footprint(service)
        wrong = _ask_all(service, rng, messages)
        unclosed = _break_all(service, breaks) + _refused_openings(service)
        rows = [
            _told("another answer than the protocol's", wrong, messages, "messages"),
            _told("another close code than the protocol's", unclosed, breaks + 2, "sockets"),
            *footprint.log_rows(),
            footprint.memory_row(setting, MEMORY_MIB),
        ]
        with connected(service) as socket:
            answered = ask(socket, json.dumps({"type": "ping", "t": 1}))
        return [*rows, check("a right message after all that", str(answered.get("type")), "pong", "t" in answered)]


def _told(name: str, wrong: Counter[str], of: int, what: str) -> Row:
    row = none_of(name, wrong.total(), of, what)
    worst = "; ".join(f"{count} of {kind}" for kind, count in wrong.most_common(3))
    return replace(row, note=worst)


def _ask_all(service: RunningService, rng: random.Random, count: int) -> Counter[str]:
    """Kinds that were answered otherwise than they should be, all sent over one socket."""
    wrong: Counter[str] = Counter()
    with connected(service) as socket:
        for number in range(count):
            kind = MALFORMED[number % len(MALFORMED)]
            answer = ask(socket, kind.make(rng))
            if not _is_right(kind, answer):
                wrong[f"{kind.name}: {answer.get('type')} {answer.get('code', '')}"] += 1
            if number % FORGIVEN == 0:
                ask(socket, json.dumps({"type": "ping", "t": number}))
    return wrong


def _is_right(kind: Malformed, answer: dict[str, Any]) -> bool:
    wanted = "refused" if kind.code == "bad_contribution" else "error"
    return (answer.get("type"), answer.get("code")) == (wanted, kind.code)


def _break_all(service: RunningService, count: int) -> Counter[str]:
    wrong: Counter[str] = Counter()
    for number in range(count):
        kind = BREAKS_OF_THE_WIRE[number % len(BREAKS_OF_THE_WIRE)]
        came = _closed_by(service, lambda socket, raw=kind.raw: socket.socket.sendall(raw))  # type: ignore[misc]
        if came != kind.closes:
            wrong[f"{kind.name}: {came}"] += 1
    return wrong


def _refused_openings(service: RunningService) -> Counter[str]:
    """Another subprotocol alone, and 32 wrong messages in a row."""
    wrong: Counter[str] = Counter()
    for name, closes, came in (
        ("another subprotocol", 4400, _closed_by(service, lambda _: None, "mqtt")),
        ("32 wrong in a row", 4408, _closed_by(service, _talk_nonsense)),
    ):
        if came != closes:
            wrong[f"{name}: {came}"] += 1
    return wrong


def _talk_nonsense(socket: ClientConnection) -> None:
    for _ in range(32):
        socket.send("?")


def _closed_by(
    service: RunningService, act: Callable[[ClientConnection], object], subprotocol: str = "midstroke.v1"
) -> int | None:
    """The close code that the service answers with."""
    with connected(service, subprotocol) as socket:
        try:
            act(socket)
            while True:
                socket.recv(ANSWER_SECONDS)
        except (ConnectionClosed, TimeoutError, OSError):
            pass
        return None if socket.protocol.close_rcvd is None else socket.protocol.close_rcvd.code


@contextlib.contextmanager
def connected(service: RunningService, subprotocol: str = "midstroke.v1") -> Iterator[ClientConnection]:
    """A socket whose welcome has been read."""
    with connect(service.websocket_url, subprotocols=[Subprotocol(subprotocol)], compression=None) as socket:
        if subprotocol == "midstroke.v1":
            socket.recv(ANSWER_SECONDS)
        yield socket


def ask(socket: ClientConnection, message: bytes | str) -> dict[str, Any]:
    """The next answer; when the socket ends instead, what it was closed with."""
    try:
        socket.send(message)
        answer: dict[str, Any] = json.loads(socket.recv(ANSWER_SECONDS))
        return answer
    except ConnectionClosed as closed:
        return {"type": "closed", "code": None if closed.rcvd is None else closed.rcvd.code}
    except TimeoutError:
        return {"type": "silence"}
