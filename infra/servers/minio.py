"""A MinIO server on this machine's loopback."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.go_tools import built, pinned
from infra.harness.processes import answers, free_port, ready, start

START_SECONDS = 60.0  # it takes one; a limit for a busy machine
STOP_SECONDS = 10.0


def minio_binary() -> Path | None:
    """MinIO at the pinned version, built on first use; None without Go."""
    return built(pinned("minio"))


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
        """The variables with which boto3 and `MIDSTROKE_*` reach this server."""
        return {
            "MIDSTROKE_S3_ENDPOINT": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": self.credentials.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
        }


def kept_credentials(file: Path) -> Credentials:
    """The credentials in `file`; without one, writes random credentials that only its owner can read."""
    with contextlib.suppress(FileNotFoundError):
        lines = dict(line.split("=", 1) for line in file.read_text().splitlines())
        return Credentials(lines["MINIO_ROOT_USER"], lines["MINIO_ROOT_PASSWORD"])
    made = Credentials(f"midstroke-{secrets.token_hex(4)}", secrets.token_urlsafe(30))
    file.parent.mkdir(parents=True, exist_ok=True)
    # O_EXCL and the mode in one call: others can't read the file at any moment.
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(f"MINIO_ROOT_USER={made.access_key}\nMINIO_ROOT_PASSWORD={made.secret_key}\n")
    return made


@contextlib.contextmanager
def running_minio(
    binary: Path, data: Path, log: Path, credentials: Credentials, port: int | None = None
) -> Iterator[MinioServer]:
    """A ready MinIO with its objects in `data`, on a free port unless one is named.

    Raises:
        ProcessFailed: it ended, or did not answer within START_SECONDS.
    """
    port = port or free_port()
    data.mkdir(parents=True, exist_ok=True)
    # Made, not inherited: the user's own MinIO settings must not reach it.
    env = {
        "HOME": str(data.parent.resolve()),
        "MINIO_ROOT_USER": credentials.access_key,
        "MINIO_ROOT_PASSWORD": credentials.secret_key,
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
    }
    # A session of its own: the store must outlive those who still write to it when Ctrl-C reaches the terminal's group.
    process = start([binary, "server", "--address", f"127.0.0.1:{port}", data], log, env, new_session=True)
    with ready(process, log, lambda: answers(port, "/minio/health/cluster"), START_SECONDS, STOP_SECONDS):
        yield MinioServer(port, credentials, process)
