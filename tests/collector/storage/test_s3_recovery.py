"""A prefix is kept; a wrong clock and rotated credentials are mended without a new store."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from collector.storage import s3_store
from collector.storage.s3_store import S3Store

pytestmark = pytest.mark.slow  # starts servers and waits for retries

DENIED = "<Error><Code>{code}</Code><Message>no</Message></Error>"


@contextmanager
def strict_server(ahead: timedelta, key_id: str) -> Iterator[tuple[str, list[str]]]:
    """Takes requests of its own time (it is `ahead` of this machine) and of one access key; and the paths it took."""
    taken: list[str] = []

    class Strict(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            signed = datetime.strptime(self.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            if abs(signed - datetime.now(UTC) - ahead) > timedelta(minutes=15):
                return self._answer(403, DENIED.format(code="RequestTimeTooSkewed"))
            if f"Credential={key_id}/" not in self.headers["Authorization"]:
                return self._answer(403, DENIED.format(code="InvalidAccessKeyId"))
            taken.append(self.path)
            return self._answer(200, "")

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string((datetime.now(UTC) + ahead).timestamp())

        def _answer(self, status: int, body: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Strict)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", taken
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(s3_store._ServerTimeAuth, "offset", timedelta(0))
    write(file, "FIRST")
    return file


def write(file: Path, key_id: str) -> None:
    file.write_text(f"[default]\naws_access_key_id = {key_id}\naws_secret_access_key = secret\n")


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("hours", [-30, 2])
def test_a_wrong_clock_is_named_once_and_mended(hours: int, caplog: pytest.LogCaptureFixture) -> None:
    with strict_server(timedelta(hours=hours), "FIRST") as (endpoint, taken), caplog.at_level(logging.WARNING):
        store = S3Store("bucket", endpoint, "some/prefix")
        for name in ("a", "b", "c"):
            store.put(name, b"1")
        store.close()

    assert taken == ["/bucket/some/prefix/a", "/bucket/some/prefix/b", "/bucket/some/prefix/c"]
    assert sum("clock" in record.getMessage() for record in caplog.records) == 1


def test_rotated_credentials_are_read_again(credentials: Path) -> None:
    with strict_server(timedelta(0), "SECOND") as (endpoint, taken):
        store = S3Store("bucket", endpoint)
        write(credentials, "SECOND")
        store.put("a", b"1")
        store.close()

    assert taken == ["/bucket/a"]
