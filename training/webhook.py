"""Tells an address of the operator's when a version is published, refused, promoted or rolled back; never waits for it.

Each event is a POST of JSON, signed by HMAC-SHA256 over time and body. A thread of its own sends them one after the
other, so that a slow receiver delays no training; events beyond QUEUE_MAX are dropped, and a log line says so.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import logging
import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Literal
from urllib.parse import SplitResult, urlsplit

FORMAT = 1
TIMEOUT_SECONDS = 5.0  # for one attempt, however slowly the receiver answers
PAUSES_SECONDS = (1.0, 5.0, 25.0)  # between the attempts for one event
QUEUE_MAX = 100  # events that wait
ADDRESS_MAX, SECRET_MIN, SECRET_MAX = 2000, 16, 1024  # characters
RETRIED = {408, 425, 429}  # and all of 5xx

Name = Literal["published", "refused", "promoted", "rolled_back"]

log = logging.getLogger(__name__)


class BadAddress(ValueError):
    """No webhook can be sent to this address; the message does not repeat it, for it may hold a secret."""


@dataclass(frozen=True, slots=True)
class VersionEvent:
    """The outcome for a version; `replaces` is the champion before it."""

    event: Name
    family: str
    version: str
    replaces: str | None = None
    reasons: tuple[str, ...] = ()
    symbol_set: str = "digits"


def parse_address(address: str) -> SplitResult:
    """Raises:
    BadAddress: neither http nor https, without a host, or with credentials.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise BadAddress("expected http://host/path or https://host/path") from error
    if len(address) > ADDRESS_MAX or not address.isascii() or any(not "!" <= c <= "~" for c in address):
        raise BadAddress(f"expected at most {ADDRESS_MAX} characters of printable ASCII without spaces")
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise BadAddress(f"scheme {parts.scheme[:20]!r}, expected http://host/path or https://host/path")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("credentials in the address, expected none: the signature proves who sends")
    return parts


def check_secret(secret: str) -> None:
    """Raises:
    ValueError: too short or too long; the message does not repeat it.
    """
    if not SECRET_MIN <= len(secret) <= SECRET_MAX:
        raise ValueError(f"{len(secret)} characters, expected {SECRET_MIN} to {SECRET_MAX}")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of `Midstroke-Signature`: `v1=` and HMAC-SHA256 over timestamp, a dot and body, in hex."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={digest.hexdigest()}"


Post = Callable[[SplitResult, bytes, Mapping[str, str]], int]


def post(address: SplitResult, body: bytes, headers: Mapping[str, str]) -> int:
    """Sends one request and returns the status; follows no redirect, reads no body, uses no proxy.

    Raises:
        OSError, HTTPException: there was no answer within TIMEOUT_SECONDS.
    """
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
    # The timeout of a socket is for each read: a receiver that sends a byte now and then would hold the thread.
    end = threading.Timer(TIMEOUT_SECONDS, _cut, (connection,))
    end.daemon = True
    end.start()
    target = (address.path or "/") + (f"?{address.query}" if address.query else "")
    try:
        connection.request("POST", target, body, dict(headers))
        return connection.getresponse().status
    finally:
        end.cancel()
        connection.close()


def _cut(connection: HTTPConnection) -> None:
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


class Webhook:
    """`tell` returns at once and never raises; `close` waits a little for the last events."""

    def __init__(
        self,
        address: str,
        secret: str,
        send: Post = post,
        clock: Callable[[], float] = time.time,
        pauses: tuple[float, ...] = PAUSES_SECONDS,
    ) -> None:
        """Without an `address` nothing is sent.

        Raises:
            BadAddress: it is no address that a webhook can be sent to.
        """
        self._address = parse_address(address) if address else None
        self._secret = secret
        self._send = send
        self._clock = clock
        self._pauses = pauses
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def tell(self, event: VersionEvent) -> None:
        if self._address is None:
            return
        delivery = str(uuid.uuid4())
        body = _body(event, delivery, datetime.fromtimestamp(self._clock(), UTC))
        with self._changed:
            if len(self._waiting) >= QUEUE_MAX:
                log.warning("webhook to %s: %d events wait; %s is dropped", self._name, QUEUE_MAX, event.event)
                return
            self._waiting.append((delivery, body))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, args=(self._address,), name="webhook", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self, seconds: float = TIMEOUT_SECONDS) -> None:
        """Waits until all is sent, for `seconds` at most; what is not sent then is lost, and logged."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting, seconds)
            lost = len(self._waiting)
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
        if lost:
            log.warning("webhook to %s: %d events were not delivered before the end", self._name, lost)

    @property
    def _name(self) -> str:
        """The address for the log: path and query may hold a secret."""
        return "" if self._address is None else f"{self._address.scheme}://{self._address.netloc}"

    def _run(self, address: SplitResult) -> None:
        while not self._closing.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing.is_set())
                if not self._waiting:
                    return
                delivery, body = self._waiting[0]
            self._deliver(address, delivery, body)
            with self._changed:
                self._waiting.popleft()
                self._changed.notify_all()

    def _deliver(self, address: SplitResult, delivery: str, body: bytes) -> None:
        for pause in (*self._pauses, None):
            outcome = self._attempt(address, delivery, body)
            if outcome is None:
                return
            reason, again = outcome
            if pause is None or not again:
                log.warning("webhook to %s: not delivered: %s", self._name, reason)
                return
            log.info("webhook to %s: next try in %g s: %s", self._name, pause, reason)
            if self._closing.wait(pause):
                return

    def _attempt(self, address: SplitResult, delivery: str, body: bytes) -> tuple[str, bool] | None:
        """None once it is delivered; otherwise why not, and whether another attempt may help."""
        timestamp = str(int(self._clock()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Midstroke",
            "Midstroke-Delivery": delivery,
            "Midstroke-Timestamp": timestamp,
            "Midstroke-Signature": sign(self._secret, timestamp, body),
        }
        try:
            status = self._send(address, body, headers)
        except (OSError, HTTPException) as error:
            return f"{type(error).__name__}: {str(error)[:200]}", True
        # The edge of a thread that must outlive every receiver.
        except Exception as error:
            return type(error).__name__, True
        if 200 <= status < 300:
            return None
        redirect = ", and redirects are not followed" if 300 <= status < 400 else ""
        return f"it answered {status}{redirect}", status >= 500 or status in RETRIED


def _body(event: VersionEvent, delivery: str, now: datetime) -> bytes:
    record = {
        "format": FORMAT,
        "id": delivery,
        "event": event.event,
        "at": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "set": event.symbol_set,
        "family": event.family,
        "version": event.version,
        "replaces": event.replaces,
        "reasons": list(event.reasons),
    }
    return json.dumps(record, separators=(",", ":")).encode()
