"""A MinIO of one's own on this machine's loopback: started, waited for and stopped again."""

from __future__ import annotations

import contextlib
import http.client
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60.0  # it takes one; a bound for a busy machine
STOP_SECONDS = 10.0
LAST_LOG_BYTES = 2000


class MinioDidNotStart(RuntimeError):
    """The process ended or never answered; the message has the end of its log."""


@dataclass(frozen=True, slots=True)
class Credentials:
    access_key: str
    secret_key: str


@dataclass(frozen=True, slots=True)
class MinioServer:
    port: int
    credentials: Credentials
    process: subprocess.Popen[bytes]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What boto3 and `MIDSTROKE_*` have to say so that a process finds this server."""
        return {
            "MIDSTROKE_S3_ENDPOINT": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": self.credentials.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
        }


def kept_credentials(file: Path) -> Credentials:
    """The credentials in `file`; where there is none, random ones are written to it, readable by its owner alone."""
    with contextlib.suppress(FileNotFoundError):
        lines = dict(line.split("=", 1) for line in file.read_text().splitlines())
        return Credentials(lines["MINIO_ROOT_USER"], lines["MINIO_ROOT_PASSWORD"])
    made = Credentials(f"midstroke-{secrets.token_hex(4)}", secrets.token_urlsafe(30))
    file.parent.mkdir(parents=True, exist_ok=True)
    # O_EXCL and the mode at once: at no moment is the file there for others to read.
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(f"MINIO_ROOT_USER={made.access_key}\nMINIO_ROOT_PASSWORD={made.secret_key}\n")
    return made


@contextlib.contextmanager
def running_minio(
    binary: Path, data: Path, log: Path, credentials: Credentials, port: int | None = None
) -> Iterator[MinioServer]:
    """A MinIO that answers, with its objects in `data`; on a free port where none is named.

    Raises:
        MinioDidNotStart: it ended or said nothing for START_SECONDS.
    """
    port = port or _free_port()
    server = _start(binary, data, log, credentials, port)
    try:
        _wait_until_up(server, log)
        yield server
    finally:
        _stop(server.process)


def _start(binary: Path, data: Path, log: Path, credentials: Credentials, port: int) -> MinioServer:
    data.mkdir(parents=True, exist_ok=True)
    # Nothing of the user's own MinIO settings may reach it: the environment is made, not inherited.
    env = {
        "HOME": str(data.parent.resolve()),
        "MINIO_ROOT_USER": credentials.access_key,
        "MINIO_ROOT_PASSWORD": credentials.secret_key,
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
    }
    with log.open("ab") as out:
        process = subprocess.Popen(
            [binary, "server", "--address", f"127.0.0.1:{port}", data],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            # A Ctrl-C reaches the whole group of the terminal; the store must outlive those who still write to it.
            start_new_session=True,
        )
    return MinioServer(port, credentials, process)


def _wait_until_up(server: MinioServer, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise MinioDidNotStart(f"it ended with {server.process.returncode}; {log} ends with:\n{_end_of(log)}")
        if _answers(server):
            return
        time.sleep(0.05)
    raise MinioDidNotStart(f"no answer within {START_SECONDS} s; {log} ends with:\n{_end_of(log)}")


def _answers(server: MinioServer) -> bool:
    # Not urllib: it would ask the proxy that the environment may name.
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=2)
    try:
        connection.request("GET", "/minio/health/cluster")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _end_of(log: Path) -> str:
    return log.read_bytes()[-LAST_LOG_BYTES:].decode(errors="replace")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
