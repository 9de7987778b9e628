"""Pages of other sites, and clients that lie about where they are: refused, and given no more than others."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from infra.harness.rows import Row, Setting, check
from infra.harness.service_process import RunningService, running_service
from infra.soak.hostile.malformed import CANVAS20, frame
from service.http.receipts import WRONG_PER_SECOND

ABOUT = "Sockets and contributions of other sites' pages, and forged forwarding headers"

ANSWER_SECONDS = 10.0
FRAMES_PER_SECOND = 50
LISTEN_SECONDS = 2.0
FORGED = {
    "X-Forwarded-For": "203.0.113.7, 127.0.0.1",
    "Forwarded": 'for=203.0.113.7;host="evil.example";proto=https',
    "X-Real-IP": "203.0.113.7",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
}
NAMED = "https://draw.example"
DRAWING = "0b3f0d5e-7a4e-4c58-9d5f-0123456789ab"
GUESSES = 200
TOO_MANY = 429
TAKEN = "welcome"

# What a browser might send: by name, for the host and port that it reached.
FOREIGN: Mapping[str, Callable[[str, int], str]] = {
    "null": lambda _host, _port: "null",
    "another site": lambda _host, _port: "http://evil.example",
    "another port": lambda host, port: f"http://{host}:{port - 1}",
    "our name as a prefix": lambda host, port: f"http://{host}.evil.example:{port}",
    "our name as a suffix": lambda host, port: f"http://evil{host}:{port}",
    "our name as a user": lambda host, port: f"http://{host}:{port}@evil.example",
    "another scheme": lambda host, port: f"ftp://{host}:{port}",
    "a file": lambda _host, _port: "file://",
    "nothing at all": lambda _host, _port: "",
}


def run(setting: Setting) -> list[Row]:
    rows: list[Row] = []
    with running_service(setting.scratch / "open") as service:
        rows += _by_host(service)
    with running_service(
        setting.scratch / "named",
        env={
            "MIDSTROKE_ALLOWED_ORIGINS": NAMED,
            "MIDSTROKE_ALLOW_NO_ORIGIN": "false",
            "MIDSTROKE_FRAMES_PER_SECOND": str(FRAMES_PER_SECOND),
        },
    ) as service:
        rows += _by_name(service)
        rows += [*_buckets(service), _guesses(service)]
    return rows


def _by_host(service: RunningService) -> Iterator[Row]:
    """Without settings: the page that is served here, and clients that are no browsers."""
    own = service.url
    yield _row("our own page", _open(service, own), TAKEN)
    yield _row("no origin, as no browser", _open(service, None), TAKEN)
    for name, forge in FOREIGN.items():
        origin = forge("127.0.0.1", service.port)
        yield _row(f"origin: {name}", _open(service, origin), "4403")
        yield _row(f"origin: {name}, with a contribution over HTTP", _post(service, origin), "403")
    yield _row("another site, with forged headers", _open(service, "http://evil.example", FORGED), "4403")


def _by_name(service: RunningService) -> Iterator[Row]:
    """With one origin named in the settings, and none without a name taken."""
    yield _row("the origin that is named", _open(service, NAMED), TAKEN)
    yield _row("no origin, where that is not allowed", _open(service, None), "4403")
    yield _row("no origin, with a contribution over HTTP", _post(service, None), "403")
    for name, origin in (
        ("by http in place of https", "http://draw.example"),
        ("with a further name behind it", "https://draw.example.evil.example"),
        ("with a further name before it", "https://a.draw.example"),
        ("on another port", "https://draw.example:8443"),
        ("of the host it was sent to", service.url),
    ):
        yield _row(f"the origin that is named, {name}", _open(service, origin), "4403")


def _buckets(service: RunningService) -> Iterator[Row]:
    """What one socket is answered when all that names its client is forged, beside one that forges nothing."""
    for name, forged in (("plain", {}), ("forged forwarding headers", FORGED)):
        answered, seconds = _answers(service, forged)
        most = int(FRAMES_PER_SECOND * (1 + seconds) * 1.1)  # a second's worth is saved up; a second bucket doubles it
        figure = f"{answered} in {seconds:.1f} s"
        yield check(f"answers to too many snapshots, {name}", figure, f"1 to {most}", 1 <= answered <= most)


def _guesses(service: RunningService) -> Row:
    """Wrong receipts, each from an address of its own if one believes it: all are counted together."""
    looked_at, began = 0, time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=ANSWER_SECONDS)
    for number in range(GUESSES):
        forged = {**FORGED, "X-Forwarded-For": f"203.0.113.{number % 256}", "Authorization": f"Bearer {number:064x}"}
        connection.request("GET", f"/contributions/{DRAWING}", headers=forged)
        answer = connection.getresponse()
        answer.read()
        looked_at += answer.status != TOO_MANY
    connection.close()
    seconds = time.monotonic() - began
    most = int(WRONG_PER_SECOND * (1 + seconds)) + 1
    figure = f"{looked_at} of {GUESSES} looked at in {seconds:.1f} s"
    return check("wrong receipts from forged addresses", figure, f"1 to {most}", 1 <= looked_at <= most)


def _row(name: str, came: str, wanted: str) -> Row:
    return check(name, came, wanted, came == wanted)


def _headers(origin: str | None, more: Mapping[str, str]) -> dict[str, str]:
    return dict(more) if origin is None else {"Origin": origin, **more}


def _open(service: RunningService, origin: str | None, more: Mapping[str, str] = FORGED) -> str:
    """The first message's type, or the close code."""
    headers = _headers(origin, more)
    with connect(
        service.websocket_url, subprotocols=[Subprotocol("midstroke.v1")], additional_headers=headers
    ) as socket:
        try:
            return str(json.loads(socket.recv(ANSWER_SECONDS))["type"])
        except ConnectionClosed as closed:
            return str(closed.rcvd.code if closed.rcvd else "no code")


def _post(service: RunningService, origin: str | None) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=ANSWER_SECONDS)
    try:
        headers = {"Content-Type": "application/json", **_headers(origin, FORGED)}
        connection.request("POST", "/contributions", b"{}", headers)
        return str(connection.getresponse().status)
    finally:
        connection.close()


def _answers(service: RunningService, forged: Mapping[str, str]) -> tuple[int, float]:
    """How many of more snapshots than it may send are answered, and in how many seconds from its opening on."""
    began = time.monotonic()
    snapshot = frame(CANVAS20, bytes(400))
    answered = 0
    with connect(
        service.websocket_url,
        subprotocols=[Subprotocol("midstroke.v1")],
        additional_headers={"Origin": NAMED, **forged},
    ) as socket:
        socket.send(json.dumps({"type": "hello", "coalesce": False}))
        for _ in range(int(FRAMES_PER_SECOND * (2 + LISTEN_SECONDS))):
            socket.send(snapshot)
        deadline = time.monotonic() + LISTEN_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            try:
                answered += json.loads(socket.recv(left))["type"] == "prediction"
            except TimeoutError:
                break
        return answered, time.monotonic() - began
