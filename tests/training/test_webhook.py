"""Webhooks against a real receiver: signed, retried a few times, never followed elsewhere, and never waited for."""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from collector.settings import describe_bad_setting
from training import webhook
from training.settings import TrainingSettings
from training.webhook import QUEUE_MAX, BadAddress, VersionEvent, Webhook, parse_address

SECRET = "a-secret-of-tests"
EVENT = VersionEvent("published", "path", "20261121T034500Z-1f2e3d", "20261120T034500Z-0a0b0c", ("gate passed",))


class Receiver(ThreadingHTTPServer):
    """Notes each call, and answers with the next of `statuses`, then with the last."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = [204]
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.called = threading.Condition()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?key=hidden-part"

    def wait_for(self, count: int) -> None:
        with self.called:
            assert self.called.wait_for(lambda: len(self.calls) >= count, 20)


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.called:
            status = self.server.statuses.pop(0) if len(self.server.statuses) > 1 else self.server.statuses[0]
            self.server.calls.append((self.path, dict(self.headers), body))
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()
        with self.server.called:
            self.server.called.notify_all()

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def is_genuine(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """The receiver's check, out of the guide."""
    code = re.search(r"```python\n(.*?)```", Path("docs/how-to/webhooks.md").read_text(), re.DOTALL)
    assert code is not None
    names: dict[str, Any] = {}
    exec(code[1], names)  # noqa: S102 - our own page
    return bool(names["is_genuine"](secret, headers, body))


def test_an_event_comes_signed_and_the_guides_check_accepts_it(receiver: Receiver) -> None:
    hook = Webhook(receiver.address, SECRET)

    hook.tell(EVENT)
    hook.close(20)

    ((path, headers, body),) = receiver.calls
    record = json.loads(body)
    assert path == "/hook?key=hidden-part"
    assert (record["event"], record["family"], record["version"]) == ("published", "path", EVENT.version)
    assert (record["replaces"], record["reasons"], record["format"]) == (EVENT.replaces, ["gate passed"], 1)
    assert record["id"] == headers["Midstroke-Delivery"]
    assert is_genuine(SECRET, headers, body)
    assert not is_genuine("another-secret-of-tests", headers, body)
    assert not is_genuine(SECRET, headers, body + b" ")
    assert not is_genuine(SECRET, headers | {"Midstroke-Timestamp": "1"}, body)
    assert not is_genuine(SECRET, {}, body)


def test_a_failing_receiver_is_tried_again_and_given_up(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    receiver.statuses = [503]
    hook = Webhook(receiver.address, SECRET, pauses=(0.0, 0.0, 0.0))

    hook.tell(EVENT)
    hook.close(20)

    assert len(receiver.calls) == 4
    assert len({headers["Midstroke-Delivery"] for _, headers, _ in receiver.calls}) == 1
    assert "not delivered: it answered 503" in caplog.text
    assert SECRET not in caplog.text
    assert "hidden-part" not in caplog.text


@pytest.mark.parametrize("status", [302, 307, 404])
def test_other_answers_end_it_and_redirects_are_not_followed(receiver: Receiver, status: int) -> None:
    receiver.statuses = [status]
    hook = Webhook(receiver.address, SECRET, pauses=(0.0,))

    hook.tell(EVENT)
    hook.close(20)

    assert [path for path, _, _ in receiver.calls] == ["/hook?key=hidden-part"]


def test_events_keep_their_order(receiver: Receiver) -> None:
    receiver.statuses = [500, 204]
    hook = Webhook(receiver.address, SECRET, pauses=(0.0,))

    for version in ("1", "2", "3"):
        hook.tell(VersionEvent("refused", "path", version))
    hook.close(20)

    assert [json.loads(body)["version"] for _, _, body in receiver.calls] == ["1", "1", "2", "3"]


def test_a_receiver_that_never_answers_delays_nobody(caplog: pytest.LogCaptureFixture) -> None:
    entered, release = threading.Event(), threading.Event()

    def stuck(*_: object) -> int:
        entered.set()
        release.wait(20)
        return 204

    hook = Webhook("http://127.0.0.1:9/", SECRET, send=stuck)

    for _ in range(QUEUE_MAX + 5):
        hook.tell(EVENT)  # returns, though nothing is delivered
    assert entered.wait(20)
    hook.close(0.01)
    release.set()

    assert f"{QUEUE_MAX} events wait" in caplog.text
    assert "not delivered before the end" in caplog.text


def test_an_answer_in_drops_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT_SECONDS", 0.3)
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        peer, _ = listener.accept()
        with peer:
            while not stop.is_set():
                try:
                    peer.sendall(b"H")
                except OSError:
                    return
                time.sleep(0.05)

    thread = threading.Thread(target=drip)
    thread.start()
    address = parse_address(f"http://127.0.0.1:{listener.getsockname()[1]}/")

    with pytest.raises((OSError, HTTPException)):
        webhook.post(address, b"{}", {})

    stop.set()
    thread.join()
    listener.close()


@pytest.mark.parametrize(
    "address",
    [
        "ftp://a.example/x", "file:///etc/passwd", "a.example", "http://", "http://me:secret@a.example/",
        "http://a.example:99999/", "http://a.example/ x", "http://a.example/\r\nX: y", f"http://a.example/{'x' * 2000}",
        "javascript:alert(1)", "http://[::1/",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(BadAddress, match="expected"):
        parse_address(address)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"webhook_url": "https://a.example/hook"}, "MIDSTROKE_WEBHOOK_SECRET is not accepted: 0 characters"),
        ({"webhook_url": "https://a.example", "webhook_secret": "hunter2"}, "7 characters, expected 16"),
        (
            {"webhook_url": "gopher://a.example/T0K3N", "webhook_secret": SECRET},
            "MIDSTROKE_WEBHOOK_URL is not accepted",
        ),
    ],
)
def test_wrong_settings_are_one_line_without_the_secret(changes: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TrainingSettings(**changes)  # type: ignore[arg-type]

    line = describe_bad_setting(refused.value)
    assert message in line
    assert "hunter2" not in line
    assert "T0K3N" not in line
    assert SECRET not in repr(TrainingSettings(webhook_url="https://a.example", webhook_secret=SECRET))


def test_without_an_address_nothing_is_started() -> None:
    hook = Webhook("", "")

    hook.tell(EVENT)
    hook.close(0)

    assert hook._thread is None
