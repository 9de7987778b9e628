"""Pages of other sites, and clients with forged headers: rejected, or given no more than others get."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from infra.harness.clients.client import ANSWER_SECONDS, PROTOCOL, call, connected
from infra.harness.data.frames import frame_of
from infra.harness.results.rows import Row, Setting, check
from infra.harness.service_process import RunningService, running_service
from service.http.receipts import WRONG_PER_SECOND

ABOUT = "Sockets and contributions of other sites' pages, and forged forwarding headers"

FRAMES_PER_SECOND = 50
LISTEN_SECONDS = 2.0
FORGED = {
    "X-Forwarded-For": "203.0.113.7, 127.0.0.1",
    "Forwarded": 'for=203.0.113.7;host="evil.example";proto=https',
    "X-Real-IP": "203.0.113.7",
    "X-Forwarded-Host": "forged.example",
    "X-Forwarded-Proto": "https",
}
NAMED = "https://draw.example"
DRAWING = "0b3f0d5e-7a4e-4c58-9d5f-0123456789ab"
GUESSES = 200
TOO_MANY = 429
ACCEPTED = "welcome"

# Origins that a browser might send, by name, made from the host and port that it reached.
FOREIGN: Mapping[str, Callable[[str, int], str]] = {
    "null": lambda _host, _port: "null",
    "another site": lambda _host, _port: "http://evil.example",
    "another port": lambda host, port: f"http://{host}:{port - 1}",
    "our name as a prefix": lambda host, port: f"http://{host}.evil.example:{port}",
    "our name as a suffix": lambda host, port: f"http://evil{host}:{port}",
    "our name as a user": lambda host, port: f"http://{host}:{port}@evil.example",
    "another scheme": lambda host, port: f"ftp://{host}:{port}",
    "a file": lambda _host, _port: "file://",
    "empty": lambda _host, _port: "",
}


def run(setting: Setting) -> list[Row]:
    with running_service(setting.scratch / "open") as service:
        rows = [*_by_host(service)]
    env = {
        "MIDSTROKE_ALLOWED_ORIGINS": NAMED,
        "MIDSTROKE_ALLOW_NO_ORIGIN": "false",
        "MIDSTROKE_FRAMES_PER_SECOND": str(FRAMES_PER_SECOND),
    }
    with running_service(setting.scratch / "named", env=env) as service:
        return [*rows, *_by_name(service), *_buckets(service), _guesses(service)]


def _by_host(service: RunningService) -> Iterator[Row]:
    """With default settings: the service's own page, and clients that are no browsers."""
    yield _row("our own page", _open(service, service.url), ACCEPTED)
    yield _row("no origin, as no browser", _open(service, None), ACCEPTED)
    for name, forge in FOREIGN.items():
        origin = forge("127.0.0.1", service.port)
        yield _row(f"origin: {name}", _open(service, origin), "4403")
        yield _row(f"origin: {name}, with a contribution over HTTP", _post(service, origin), "403")
    yield _row("another site, with forged headers", _open(service, "http://evil.example"), "4403")


def _by_name(service: RunningService) -> Iterator[Row]:
    """With one origin allowed by the settings, and an origin required."""
    yield _row("the allowed origin", _open(service, NAMED), ACCEPTED)
    yield _row("our own page, where another origin is allowed", _open(service, service.url), ACCEPTED)
    yield _row("no origin, where one is required", _open(service, None), "4403")
    yield _row("no origin, with a contribution over HTTP", _post(service, None), "403")
    for name, origin in (
        ("by http instead of https", "http://draw.example"),
        ("with a further name behind it", "https://draw.example.evil.example"),
        ("with a further name before it", "https://a.draw.example"),
        ("on another port", "https://draw.example:8443"),
    ):
        yield _row(f"the allowed origin, {name}", _open(service, origin), "4403")


def _buckets(service: RunningService) -> Iterator[Row]:
    """Answers to one socket with forged headers, beside one without."""
    for name, forged in (("plain", {}), ("forged forwarding headers", FORGED)):
        answered, seconds = _answers(service, forged)
        # The bucket holds a second's worth; a second bucket would double it.
        most = int(FRAMES_PER_SECOND * (1 + seconds) * 1.1)
        figure = f"{answered} in {seconds:.1f} s"
        yield check(f"answers to too many snapshots, {name}", figure, f"1 to {most}", 1 <= answered <= most)


def _guesses(service: RunningService) -> Row:
    """Wrong receipts, each with another forged address: the service counts them together."""
    examined, began = 0, time.monotonic()
    for number in range(GUESSES):
        forged = {**FORGED, "X-Forwarded-For": f"203.0.113.{number % 256}", "Authorization": f"Bearer {number:064x}"}
        examined += call(service, "GET", f"/contributions/{DRAWING}", headers=forged)[0] != TOO_MANY
    seconds = time.monotonic() - began
    most = int(WRONG_PER_SECOND * (1 + seconds)) + 1
    figure = f"{examined} of {GUESSES} examined in {seconds:.1f} s"
    return check("wrong receipts from forged addresses", figure, f"1 to {most}", 1 <= examined <= most)


def _row(name: str, answer: str, wanted: str) -> Row:
    return check(name, answer, wanted, answer == wanted)


def _headers(origin: str | None) -> dict[str, str]:
    return dict(FORGED) if origin is None else {"Origin": origin, **FORGED}


def _open(service: RunningService, origin: str | None) -> str:
    """The first message's type, or the close code."""
    url, headers = service.websocket_url, _headers(origin)
    with connect(url, subprotocols=[PROTOCOL], additional_headers=headers) as socket:
        try:
            return str(json.loads(socket.recv(ANSWER_SECONDS))["type"])
        except ConnectionClosed as closed:
            return str(closed.rcvd.code if closed.rcvd else "no code")


def _post(service: RunningService, origin: str | None) -> str:
    headers = {"Content-Type": "application/json", **_headers(origin)}
    return str(call(service, "POST", "/contributions", b"{}", headers)[0])


def _answers(service: RunningService, forged: Mapping[str, str]) -> tuple[int, float]:
    """The number of answers to more snapshots than are allowed, and the seconds since the socket was opened."""
    began = time.monotonic()
    snapshot, answered = frame_of("canvas20", bytes(400)), 0
    with connected(service, headers={"Origin": NAMED, **forged}) as socket:
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
